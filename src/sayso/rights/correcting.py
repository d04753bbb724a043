"""What a person may correct herself, and where."""

from collections.abc import Iterator

from sayso.connectors.services import Verb
from sayso.core.errors import Invalid
from sayso.identity.store import NAMED_BY
from sayso.inventory.queries import System
from sayso.rights import person

LONGEST = 200  # characters


def _offered(system: System) -> Iterator[str]:
    yield from system.config.get("rectify", [])
    for table in system.config.get("tables", {}).values():
        yield from (name for name, column in table.get("columns", {}).items() if column.get("rectify"))


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
    return value
