"""What is open for somebody, what became of a publication, and whom one would touch."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sayso.changes import concerning, letters
from sayso.changes.concerning import Concern
from sayso.changes.counting import Touched, touched_by
from sayso.changes.models import Run, Told
from sayso.consent import queries as consent
from sayso.core.change import Change
from sayso.core.consent import UNANSWERED, Standing
from sayso.core.errors import NotFound
from sayso.core.vocabulary import NARROW
from sayso.messages import queries as messages
from sayso.notices import queries as notices

__all__ = ["Concern", "Open", "Report", "Row", "Touched", "touched_by"]


@dataclass(frozen=True, slots=True)
class Open:
    """One change that is open for somebody: the rows it stands in, and what she had said yes to."""

    change: Change
    waits: bool
    rows: tuple[str, ...]
    hers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One telling, as the person it is about takes it home."""

    version: str
    told_at: datetime
    by_letter: bool
    delivered_at: datetime | None
    reminded: bool
    seen_at: datetime | None
    answered_at: datetime | None
    said: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the telling of one publication. `said` counts each way of answering on our pages."""

    done_at: datetime | None
    told: int
    letters: int
    delivered: int
    undeliverable: int
    reminded: int
    seen: int
    answered: int
    said: Mapping[str, int]


def concerns_of(row: Told, now: datetime) -> list[Concern]:
    """List what of a row concerns her now, told from the version she last stood on to the one in force."""
    current = notices.current(row.brand).notice.version
    standing = consent.standing_of(row.subject, row.brand)
    return concerning.between(row.brand, row.before, current, standing, now)


def _open_rows(brand: str, subjects: Sequence[str]) -> list[Told]:
    rows = Told.objects.filter(brand=brand, subject__in=subjects, answered_at=None, replaced_at=None)
    return sorted(rows, key=lambda row: (subjects.index(row.subject), row.told_at))


def _said_no(change: Change, standings: Sequence[Standing]) -> bool:
    """Tell whether one of these refused what waits: together they then refuse it, and are not asked again."""
    wanted = [change.choice] if change.choice else list(change.touching)
    return any(
        all(standing.held.get(choice, UNANSWERED).status in NARROW for choice in wanted)
        for standing in standings
    )


def open_for(brand: str, subjects: Sequence[str], now: datetime) -> list[Open]:
    """List what is open for these subjects together: an account and the browser it is used in."""
    found: dict[str, Open] = {}
    standings = [consent.standing_of(subject, brand) or Standing() for subject in subjects]
    for row in _open_rows(brand, subjects):
        hers = concerning.said_yes_before(brand, row.before, row.subject, now)
        for concern in concerns_of(row, now):
            if concern.waits and _said_no(concern.change, standings):
                continue
            known = found.get(concern.change.id)
            found[concern.change.id] = Open(
                known.change if known else concern.change,
                concern.waits or bool(known and known.waits),
                (*(known.rows if known else ()), row.id),
                tuple(dict.fromkeys((*(known.hers if known else ()), *hers))),
            )
    return list(found.values())


def one_open(brand: str, subjects: Sequence[str], change: str, now: datetime) -> Open:
    """Give one change that waits for an answer. Raises `NotFound` with code `unknown_change`."""
    for each in open_for(brand, subjects, now):
        if each.change.id == change and each.waits:
            return each
    raise NotFound("unknown_change", "Nothing of that name waits for your answer.", "Look at your choices.")


def row_by_link(number: str, secret: str) -> Told:
    """Give the row a letter's link opens. Raises `NotFound` with code `unknown_link`."""
    row = Told.objects.filter(id=number).first()
    if row is None or not letters.opens(row, secret):
        raise NotFound("unknown_link", "That link does not open anything here.", "Paste the whole link.")
    return row


def subject_of_link(number: str, secret: str) -> tuple[str, str]:
    """Give the brand and subject a letter's link is for. Raises `NotFound` with code `unknown_link`."""
    row = row_by_link(number, secret)
    return row.brand, row.subject


def rows_of(subjects: Sequence[str]) -> list[Row]:
    """List what was told to these subjects, oldest first."""
    listed = []
    for row in Told.objects.filter(subject__in=subjects).order_by("told_at"):
        letter = messages.letter(row.letter) if row.letter else None
        delivered = letter.sent_at if letter else None
        flags = (bool(row.letter), delivered, bool(row.reminder), row.seen_at, row.answered_at)
        listed.append(Row(row.version, row.told_at, *flags, row.said))
    return listed


def report(version: str) -> Report | None:
    """Give what became of the telling of a publication; None where it touches nobody."""
    run = Run.objects.filter(version=version).first()
    if run is None:
        return None
    rows = Told.objects.filter(version=version)
    with_letter = rows.exclude(letter="")
    states = messages.states(list(with_letter.values_list("letter", flat=True)))
    said = Counter(
        way for row in rows.exclude(said={}).values_list("said", flat=True) for way in row.values()
    )
    return Report(
        done_at=run.done_at,
        told=rows.count(),
        letters=with_letter.count(),
        delivered=states.get("sent", 0),
        undeliverable=states.get("dead", 0),
        reminded=rows.exclude(reminder="").count(),
        seen=rows.exclude(seen_at=None).count(),
        answered=rows.exclude(answered_at=None).count(),
        said=dict(said),
    )
