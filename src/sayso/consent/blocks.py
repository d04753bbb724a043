"""Blocks: refusals keyed by an identifier that nobody proved. Plain SQL: edge and web share it."""

from collections.abc import Iterable

from sayso.core.opt_out import Scope
from sayso.deployment.database import Database

Lookup = tuple[str, str]  # the kind of an identifier and its keyed hash


def scopes_of(db: Database, lookups: Iterable[Lookup]) -> frozenset[Scope]:
    """Give what is stopped for whoever has any of these identifiers."""
    pairs = list(lookups)
    if not pairs:
        return frozenset()
    places = " OR ".join(["(kind = %s AND lookup = %s)"] * len(pairs))
    values = [value for pair in pairs for value in pair]
    rows = db.run(f"SELECT scope FROM consent_block WHERE {places}", values)  # noqa: S608 places hold no value
    return frozenset(Scope(row[0]) for row in rows)
