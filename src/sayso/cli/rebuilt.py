"""Fold the whole ledger again, and say what came of it."""

import sys
from collections.abc import Callable, Sequence
from datetime import datetime

import click

from sayso.consent import rebuilding
from sayso.deployment.django_database import DjangoDatabase
from sayso.notices import queries as notices

SHOWN = 10  # subjects named; they are random ids, and tell nothing of anybody


def rebuild(brands: Sequence[str], check: bool, now: datetime, say: Callable[[str], None]) -> int:
    """Fold the ledger of these brands again, or of all; give the exit code."""
    right = True
    for brand in brands or notices.brands():
        found = _one(brand, check, now)
        right = right and found.carried and not found.different
        came_to = "differ from their answers" if check else "were put right"
        say(f"{brand}: {found.people:,} people, of whom {len(found.different):,} {came_to}")
        for subject in found.different[:SHOWN]:
            say(f"  {subject}")
        if not found.carried:
            came_to = "differ from the notice in force" if check else "were put right"
            say(f"{brand}: earlier answers that reports count {came_to}")
    return 1 if check and not right else 0


def _one(brand: str, check: bool, now: datetime) -> rebuilding.Rebuilt:
    db = DjangoDatabase()
    with click.progressbar(length=rebuilding.count(db, brand), label=brand, file=sys.stderr) as bar:
        return rebuilding.rebuild(
            db, brand, now, check=check, told=lambda people: bar.update(people - bar.pos)
        )
