"""Standings and Blocks of many at once, in plain SQL: what a replica is filled from."""

from collections.abc import Collection
from typing import Any

from sayso.consent import ledger
from sayso.consent.blocks import Lookup
from sayso.core.consent import Standing
from sayso.core.opt_out import Scope
from sayso.deployment.database import Database
from sayso.identity.naming import marks, some

Blocked = dict[Lookup, frozenset[Scope]]
_STANDINGS = (
    f"SELECT subject, {', '.join(ledger.STANDING)} FROM consent_standing WHERE brand = %s AND subject IN "  # noqa: S608
)


def standings_of(db: Database, subjects: Collection[str], brand: str) -> dict[str, Standing]:
    """Give the standing with a brand of each of these subjects that has one."""
    found: dict[str, Standing] = {}
    for portion in some(subjects):
        rows = db.run(f"{_STANDINGS}({marks(portion)})", [brand, *portion])
        found |= {str(row[0]): ledger.read_standing(row[1:]) for row in rows}
    return found


def _gathered(rows: Collection[tuple[Any, ...]]) -> Blocked:
    found: dict[Lookup, set[Scope]] = {}
    for kind, lookup, scope in rows:
        found.setdefault((str(kind), str(lookup)), set()).add(Scope(scope))
    return {lookup: frozenset(scopes) for lookup, scopes in found.items()}


def blocks_on(db: Database, lookups: Collection[Lookup]) -> Blocked:
    """Give what is stopped for each of these identifiers for which something is."""
    found: list[tuple[Any, ...]] = []
    for portion in some({lookup for _, lookup in lookups}):
        rows = db.run(
            f"SELECT kind, lookup, scope FROM consent_block WHERE lookup IN ({marks(portion)})",  # noqa: S608
            portion,
        )
        found += [row for row in rows if (row[0], row[1]) in lookups]
    return _gathered(found)


def all_blocks(db: Database) -> Blocked:
    """Give everything that is stopped for any identifier."""
    return _gathered(db.run("SELECT kind, lookup, scope FROM consent_block"))
