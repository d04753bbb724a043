"""Enter systems in the register."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from django.db import transaction

from sayso.core.errors import Invalid
from sayso.core.values import NAME
from sayso.inventory import models
from sayso.inventory.proposing import decide, propose

__all__ = ["decide", "propose", "register_system"]

_SECRET = re.compile(r"(secret|password|token|api_?key|credential)", re.IGNORECASE)


def _leaves(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _leaves(inner, str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, name)
    elif isinstance(value, str):
        yield name, value


def _refuse_secrets(document: Mapping[str, Any]) -> None:
    for name, value in _leaves(document):
        named = _SECRET.search(name) and not name.endswith("_env")
        if named or ("://" in value and urlsplit(value).password):
            remedy = f"Put it in an environment variable and name that in `{name}_env`."
            raise Invalid("secret_in_configuration", f"`{name}` holds a secret.", remedy)


def _read(document: Mapping[str, Any]) -> tuple[str, str]:
    system, kind, title = (document.get(name) for name in ("system", "kind", "title"))
    named = isinstance(system, str) and NAME.match(system) and isinstance(kind, str) and NAME.match(kind)
    if not named or not isinstance(title, dict) or not title:
        raise Invalid(
            "invalid_system", "A system needs `system`, `kind` and `title`.", "Add what is missing."
        )
    return str(system), str(kind)


@transaction.atomic
def register_system(brand: str, document: Mapping[str, Any]) -> str:
    """Enter a system as its file describes it, or replace its entry; give its id.

    Raises `Invalid` with code `invalid_system`, or `secret_in_configuration` when it holds a secret.
    """
    system, kind = _read(document)
    _refuse_secrets(document)
    entry = {
        "brand": brand,
        "kind": kind,
        "title": dict(document["title"]),
        "country": str(document.get("country", "")),
        "recipient": str(document.get("recipient", "")),
        "config": dict(document),
    }
    models.System.objects.update_or_create(id=system, defaults=entry)
    return system
