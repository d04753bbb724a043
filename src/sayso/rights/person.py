"""Everybody and everything a request of an account covers."""

from sayso.connectors import services as connectors
from sayso.connectors.services import Connector, Identifier, Verb
from sayso.identity import keys
from sayso.identity import queries as identity
from sayso.inventory import queries as inventory
from sayso.inventory.queries import System


def subjects_of(account: str) -> list[str]:
    """List the account and the devices that were joined to it."""
    return [account, *identity.joined_devices(account)]


def identifiers_of(account: str) -> list[Identifier]:
    """List what systems may know the account by: its identifiers, their keyed hashes, our own subjects."""
    known = [Identifier(each.kind, each.value) for each in identity.identifiers_of(account)]
    hashes = [Identifier("suppression", f"{one.kind}:{keys.lookup(one.kind, one.value)}") for one in known]
    return known + hashes + [Identifier("subject", subject) for subject in subjects_of(account)]


def systems_offering(verb: Verb) -> list[tuple[System, Connector]]:
    """List every system that can be asked for this, its connector beside it."""
    pairs = [(system, connectors.connect(system)) for system in inventory.all_systems()]
    return [(system, connector) for system, connector in pairs if verb in connector.offers]
