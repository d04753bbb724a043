"""What of a new version concerns one subject: the published texts laid beside her standing."""

from dataclasses import dataclass
from datetime import datetime

from sayso.consent import queries as consent
from sayso.core.change import Change, ChangeKind
from sayso.core.change_answer import still_open, touched
from sayso.core.consent import Published, Standing
from sayso.core.vocabulary import PERMITTING
from sayso.notices import queries as notices


@dataclass(frozen=True, slots=True)
class Concern:
    """One change that concerns a subject; `waits` for her answer, or is only told."""

    change: Change
    waits: bool


def _concerns(
    change: Change, standing: Standing, before: Published, after: Published, now: datetime
) -> Concern | None:
    if change.kind is ChangeKind.REWORDED:
        return None  # other words for the same: it stands in the history of the notice
    if change.asked and not touched(change, standing, before, now):
        return None
    waits = still_open(change, standing, after, now)
    return None if change.needs_answer and not waits else Concern(change, waits)


def between(brand: str, before: str, after: str, standing: Standing | None, now: datetime) -> list[Concern]:
    """List what concerns somebody with this standing between two versions, the weightiest first."""
    old, new = notices.version(brand, before), notices.version(brand, after)
    found = (
        _concerns(change, standing or Standing(), old, new, now)
        for change in notices.changes(brand, before, after)
    )
    return [concern for concern in found if concern]


def said_yes_before(brand: str, before: str, subject: str, now: datetime) -> list[str]:
    """List what she permits, judged by the version she last stood on."""
    published = notices.version(brand, before)
    statuses = consent.statuses_under(subject, published, now)
    return [choice for choice, status in statuses.items() if status in PERMITTING]
