"""What a person may correct herself, and where."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from sayso.connectors.services import Verb
from sayso.core.errors import Invalid
from sayso.identity.store import NAMED_BY
from sayso.inventory.queries import System
from sayso.rights import person

LONGEST = 200  # characters
SPOT = re.compile(r"(\w+)\.(\w+)")  # table.column, as the file of a system names a place


def _led_by(config: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Name the columns by which rows are found to be somebody's: keys, and both ends of every path."""
    tables = config.get("tables", {})
    told = [config.get("subject_key", "")]
    told += [text for table in tables.values() for text in (table.get("path", ""), *table.get("also", []))]
    told += [
        f"{to} {name}.{own}"
        for name, table in tables.items()
        for own, to in table.get("references", {}).items()
    ]
    return {(name, table["key"]) for name, table in tables.items()} | set(SPOT.findall(" ".join(told)))


def _offered(system: System) -> Iterator[str]:
    yield from system.config.get("rectify", [])
    led_by = _led_by(system.config)
    for table, described in system.config.get("tables", {}).items():
        for name, column in described.get("columns", {}).items():
            if column.get("rectify") and (table, name) not in led_by:
                yield name


def _fields(system: System) -> Iterator[str]:
    # INVARIANT: nobody takes on a name people are found by without proving it; what is sent to that address
    # or ordered under it would become theirs.
    yield from (field for field in _offered(system) if field not in NAMED_BY)


def systems_of(field: str) -> list[System]:
    """List the systems that let this be corrected."""
    return [system for system, _ in person.systems_offering(Verb.RECTIFY) if field in set(_fields(system))]


def fields() -> list[str]:
    """List everything some system lets a person correct, in the order of their files."""
    offered = (field for system, _ in person.systems_offering(Verb.RECTIFY) for field in _fields(system))
    return list(dict.fromkeys(offered))


def read_value(value: str) -> str:
    """Read what she typed. Raises `Invalid` with code `invalid_value`."""
    value = value.strip()
    if not value or len(value) > LONGEST or not value.isprintable():
        raise Invalid(
            "invalid_value", "This cannot be stored.", f"Write one line of at most {LONGEST} characters."
        )
    if "@" in value:
        # An address is proved, not typed: whatever column it stood in, letters might follow it.
        raise Invalid(
            "invalid_value", "An e-mail address is not corrected here.", "Sign in with the new one."
        )
    return value
