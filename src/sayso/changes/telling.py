"""Tell everybody a publication touches, once: a durable run in small batches, and at most one reminder.

A batch is one transaction: its rows, its letters and how far the run came are written together or not at all.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction

from sayso.changes import concerning, letters
from sayso.changes.concerning import Concern
from sayso.changes.models import Run, Told
from sayso.consent import queries as consent
from sayso.core.change import Change
from sayso.core.consent import Standing
from sayso.core.values import new_id
from sayso.deployment import env
from sayso.identity import queries as identity
from sayso.notices import queries as notices

BATCH = 100
ANSWERED, EVERYBODY = (
    "answered",
    "everybody",
)  # the phases: who said yes to something touched, then all accounts
Candidate = tuple[str, Standing | None]


def begin(brand: str, version: str, before: str, seq: int, now: datetime) -> None:
    """Begin the run over those a publication touches, in the caller's transaction; none when it touches nobody."""
    if before and any(change.needs_telling for change in notices.changes(brand, before, version)):
        start = {"before": before, "brand": brand, "seq": seq, "phase": ANSWERED, "begun_at": now}
        Run.objects.get_or_create(version=version, defaults=start)


def tell_due(now: datetime) -> int:
    """Look at the next batch of the oldest run that is not done; give how many subjects were looked at."""
    with transaction.atomic():
        run = Run.objects.select_for_update().filter(done_at=None).order_by("seq").first()
        if run is None:
            return 0
        batch = _PHASES[run.phase](run)
        for subject, standing in batch:
            _consider(run, subject, standing, now)
        _advance(run, batch, now)
        return max(len(batch), 1)


def _changes(run: Run) -> list[Change]:
    found = notices.changes(run.brand, run.before, run.version)
    return [change for change in found if change.needs_telling]


def _who_answered(run: Run) -> list[Candidate]:
    touching = sorted({choice for change in _changes(run) for choice in change.touching})
    return [*consent.yes_standings(run.brand, touching, run.cursor, BATCH)]


def _everybody(run: Run) -> list[Candidate]:
    accounts = identity.accounts_after(run.cursor, BATCH)
    return [(account, consent.standing_of(account, run.brand)) for account in accounts]


_PHASES: dict[str, Callable[[Run], list[Candidate]]] = {ANSWERED: _who_answered, EVERYBODY: _everybody}


def _advance(run: Run, batch: list[Candidate], now: datetime) -> None:
    if batch:
        run.cursor = batch[-1][0]
    elif run.phase == ANSWERED and not all(change.asked for change in _changes(run)):
        run.phase, run.cursor = EVERYBODY, ""
    else:
        run.done_at = now
    run.save()


def _consider(run: Run, subject: str, standing: Standing | None, now: datetime) -> None:
    """Tell one subject, unless nothing here is new to her or she was told already."""
    if (standing and standing.erasing) or Told.objects.filter(version=run.version, subject=subject).exists():
        return
    earlier = Told.objects.filter(
        brand=run.brand, subject=subject, answered_at=None, replaced_at=None, version__in=_older(run)
    )
    last = earlier.order_by("-told_at").first()
    before = last.before if last else run.before
    concerns = concerning.between(run.brand, before, run.version, standing, now)
    if any(_is_news(run, subject, concern) for concern in concerns):
        _tell(run, subject, before, concerns, now)
        earlier.update(replaced_at=now, remind_at=None)


def _older(run: Run) -> list[str]:
    order = [each.version for each in notices.publications(run.brand)]
    return order[order.index(run.version) + 1 :]


def _is_news(run: Run, subject: str, concern: Concern) -> bool:
    """Tell whether this publication itself brought the change, upon a yes she had given before it."""
    change = concern.change
    if change.id not in {each.id for each in _changes(run)} or not change.needs_telling:
        return False
    # Whoever first said yes when the new use was already on the page was asked there.
    return not change.asked or consent.had_said_yes(subject, run.brand, change.touching, run.seq)


def _tell(run: Run, subject: str, before: str, concerns: list[Concern], now: datetime) -> None:
    row = Told(id=new_id(), version=run.version, before=before, brand=run.brand, subject=subject, told_at=now)
    row.letter = letters.write(row, concerns, now)
    pause = timedelta(days=int(env.text("SAYSO_CHANGE_REMINDER_DAYS")))
    if row.letter and pause and any(concern.waits for concern in concerns):
        row.remind_at = now + pause
    row.save(force_insert=True)


def remind_due(now: datetime) -> int:
    """Write the one reminder to those who have not answered in time; give how many were looked at."""
    due = Told.objects.filter(remind_at__lte=now).order_by("remind_at").values_list("id", flat=True)
    return sum(_remind(name, now) for name in list(due[:BATCH]))


@transaction.atomic
def _remind(name: str, now: datetime) -> int:
    row = Told.objects.select_for_update().filter(id=name, remind_at__lte=now).first()
    if row is None:
        return 0
    row.remind_at = None  # INVARIANT: once at most, whether or not there was anything left to remind of
    current = notices.current(row.brand).notice.version
    standing = consent.standing_of(row.subject, row.brand)
    waiting = [
        each for each in concerning.between(row.brand, row.before, current, standing, now) if each.waits
    ]
    erasing = standing is not None and standing.erasing
    if waiting and row.answered_at is None and not erasing:
        row.reminder = letters.write(row, waiting, now, reminder=True)
    row.save()
    return 1
