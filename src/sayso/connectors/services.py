"""Give the connector of a system. A kind is a folder here with a function `connect`; nothing else lists it."""

from importlib import import_module
from importlib.util import find_spec

from sayso.connectors.base import (
    Connector,
    Done,
    Exported,
    Found,
    Identifier,
    Impossible,
    Measured,
    NotNow,
    NotOffered,
    Person,
    Seen,
    Sheet,
    Verb,
)
from sayso.core.errors import Misconfigured
from sayso.core.values import NAME
from sayso.inventory.queries import System

__all__ = [
    "Connector", "Done", "Exported", "Found", "Identifier", "Impossible", "Measured", "NotNow", "NotOffered", "Person",
    "Seen", "Sheet", "Verb", "connect",
]  # fmt: skip


def connect(system: System) -> Connector:
    """Give the connector of a registered system.

    Raises `Misconfigured` for a kind nobody wrote and for a description its connector cannot use.
    """
    module = f"sayso.connectors.{system.kind}"
    found = find_spec(module) if NAME.match(system.kind) else None
    if found is None or not found.submodule_search_locations:
        raise Misconfigured(
            "unknown_kind", f"There is no connector {system.kind!r}.", "Name one that exists."
        )
    made: Connector = import_module(module).connect(system)
    return made
