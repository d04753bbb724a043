"""What became of letters, without what they said."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from sayso.messages import models

CHUNK = 500  # ids in one question to the database


@dataclass(frozen=True, slots=True)
class LetterState:
    """How far one letter is: `due`, `sending`, `sent` or `dead`, with the last fault's code if any."""

    id: str
    template: str
    state: str
    attempts: int
    sent_at: datetime | None
    fault: str


def letter(letter_id: str) -> LetterState | None:
    """Give how far a letter is, or None when there is no such letter."""
    row = models.Letter.objects.filter(id=letter_id).first()
    return LetterState(row.id, row.template, row.state, row.attempts, row.sent_at, row.fault) if row else None


def counts() -> Mapping[str, int]:
    """Count letters by state."""
    rows = models.Letter.objects.values_list("state").annotate(Count("id"))
    return dict(rows)


def states(letters: Sequence[str]) -> Mapping[str, int]:
    """Count these letters by state."""
    found: Counter[str] = Counter()
    for start in range(0, len(letters), CHUNK):
        rows = models.Letter.objects.filter(id__in=letters[start : start + CHUNK])
        found.update(rows.values_list("state", flat=True))
    return found
