"""Turn a database address into what Django wants."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


def database(url: str) -> dict[str, Any]:
    """Return Django's settings for `sqlite:////abs/path` or `postgresql://user@host/name`.

    Raises ValueError for any other kind of database.
    """
    if url.startswith("sqlite:///"):
        return _sqlite(url.removeprefix("sqlite:///"))
    address = urlsplit(url)
    if address.scheme.split("+")[0] not in ("postgresql", "postgres"):
        raise ValueError(
            f"A database address starts with sqlite:/// or postgresql://, not {address.scheme}://"
        )
    options = dict(parse_qsl(address.query))
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(address.path.lstrip("/")),
        "USER": unquote(address.username or ""),
        "PASSWORD": unquote(address.password or ""),
        "HOST": options.pop("host", address.hostname or ""),
        "PORT": address.port or "",
        "OPTIONS": options,
    }


def _sqlite(path: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        # A connector may be writing to the same file: wait for it instead of failing.
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 5, "init_command": "PRAGMA journal_mode=WAL"},
    }
