"""Rooms above this one register what they offer at start-up; here it is asked for by the system's id.

Subjects come as identifiers of kind `subject`. What a room offers is a connector of its own.
"""

from collections.abc import Callable

from sayso.connectors.base import Connector
from sayso.core.errors import Misconfigured
from sayso.inventory.queries import System

_made: dict[str, Callable[[], Connector]] = {}


class LocalConnector(Connector):
    """What a room of Sayso derives from to be found, exported, erased and read back."""


def register(system: str, make: Callable[[], LocalConnector]) -> None:
    """Say who answers for a local system. Registering again replaces."""
    _made[system] = make


def connect(system: System) -> Connector:
    """Give the connector of a local system. Raises `Misconfigured` when no room registered it."""
    if system.id not in _made:
        remedy = "Start this process through `sayso`, which registers every room."
        raise Misconfigured("system_not_registered", f"Nothing answers for {system.id!r}.", remedy)
    return _made[system.id]()
