"""How many people each change of a draft would touch, counted in bounded batches before anything is published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sayso.consent import queries as consent
from sayso.core.change import Change
from sayso.core.change_answer import touched
from sayso.core.consent import Published
from sayso.identity import queries as identity

BATCH = 500
MOST = 20_000  # people looked at for one preview; beyond it the count says "at least"


@dataclass(frozen=True, slots=True)
class Touched:
    """How many people and browsers each change touches, and how many are written to or asked at all."""

    by_change: dict[str, int]
    told: int
    complete: bool


def touched_by(changes: Sequence[Change], before: Published, now: datetime) -> Touched:
    """Count whom these changes would touch if they were published now."""
    asked = [change for change in changes if change.asked]
    unasked = [change for change in changes if not change.asked]
    counts = {change.id: 0 for change in changes}
    touching = sorted({choice for change in asked for choice in change.touching})
    told, looked, after = 0, 0, ""
    complete = True
    while touching and (batch := consent.yes_standings(before.notice.brand, touching, after, BATCH)):
        for _subject, standing in batch:
            hits = [change for change in asked if touched(change, standing, before, now)]
            told += any(change.needs_telling for change in hits)
            for change in hits:
                counts[change.id] += 1
        after, looked = batch[-1][0], looked + len(batch)
        if looked >= MOST:
            complete = False
            break
    if unasked:
        everybody = identity.count_accounts()
        counts |= {change.id: everybody for change in unasked}
        told = max(told, everybody) if any(change.needs_telling for change in unasked) else told
    return Touched(counts, told, complete)
