"""Take over what an older system was told, by the hundred. All of it goes through `ledger.record`."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from sayso.consent import ledger, models
from sayso.consent.ledger import Recorded, Submission
from sayso.core.consent import Answer, Published
from sayso.core.errors import Unavailable
from sayso.core.layout import locale_for
from sayso.core.older_answer import body_of, event_of
from sayso.core.older_row import BadRow, OlderRow
from sayso.core.values import content_hash, utc_text
from sayso.core.vocabulary import NARROW, PERMITTING, ConsentStatus, Voucher
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import importing as identity

SURFACE = ACT = "import"
TRIES = 5
_ERASED = (
    "erased",
    "This person was erased and is not recorded again.",
    "Nothing; do not send her data again.",
)
_OTHERWISE = (
    "imported_otherwise",
    "This row was imported before, under another mapping or notice, and stays as it was.",
    "To take it anew, give the older system another name in the mapping.",
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a batch came to: counts by what was said and what it came to, and the rows left out."""

    counts: Mapping[str, int]
    left_out: tuple[BadRow, ...]


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One row as one submission of one subject."""

    row: OlderRow
    item: Submission


def _answer(
    row: OlderRow, subject: str, published: Published, answers: Mapping[str, ConsentStatus]
) -> Answer:
    notice, source = published.notice, row.source
    return Answer(
        event=event_of(subject, notice.brand, source),
        version=notice.version,
        answers=answers,
        locale=locale_for(notice, row.locale or notice.locales[0]),
        text_hash=content_hash(source.text) if source.text else "",
        layout=source.system,
        surface=SURFACE,
        act=ACT,
        voucher=Voucher.IMPORT,
        client_at=utc_text(source.at) if source.at else "",
        imported=source,
    )


def _submissions(row: OlderRow, person: identity.Person, published: Published) -> Iterator[_Wanted]:
    if person.subject is None:
        return
    body = ledger.body_hash_of(body_of(row.source))
    refused = {choice: said for choice, said in row.answers.items() if said in NARROW}
    for subject, answers in [(person.subject, row.answers), *((other, refused) for other in person.also)]:
        if answers:
            answer = _answer(row, subject, published, answers)
            yield _Wanted(row, Submission(published.notice.brand, answer, body, subject=subject))


def _came_to(wanted: _Wanted, recorded: Recorded) -> Iterator[str]:
    if recorded.replayed:
        yield "there_already"
        return
    yield "recorded"
    for status in recorded.outcome.values():
        yield "yes" if status in PERMITTING else "no" if status in NARROW else str(status)


def _otherwise(wanted: _Wanted, recorded: Recorded) -> bool:
    said = {choice: str(status) for choice, status in wanted.item.answer.answers.items()}
    return recorded.replayed and recorded.answers != said


def take_over(rows: Sequence[OlderRow], published: Published, run: str, line: int, now: datetime) -> Taken:
    """Record a batch of older answers and how far the run has come, in one transaction.

    A row that was recorded before changes nothing. Raises what `ledger.record` raises, and `Unavailable` (`busy`)
    when others keep adding the same people; then nothing changed.
    """
    for _ in range(TRIES):
        with suppress(IntegrityError):  # somebody of the batch signed in at this very moment: find her then
            return _take_over(rows, published, run, line, now)
    raise Unavailable("busy", "Others add the same people at once.", "Go on with --resume in a minute.")


@transaction.atomic
def _take_over(rows: Sequence[OlderRow], published: Published, run: str, line: int, now: datetime) -> Taken:
    people = identity.find_or_make([row.people for row in rows], now)
    pairs = list(zip(rows, people, strict=True))
    wanted = {
        (each.item.subject, each.item.answer.event): each
        for row, person in pairs
        for each in _submissions(row, person, published)
    }
    recorded = ledger.record(DjangoDatabase(), [each.item for each in wanted.values()], now) if wanted else []
    done = list(zip(wanted.values(), recorded, strict=True))
    left_out = [BadRow(row.line, *_ERASED) for row, person in pairs if person.subject is None]
    left_out += [BadRow(each.row.line, *_OTHERWISE) for each, event in done if _otherwise(each, event)]
    counts = Counter(said for each, event in done for said in _came_to(each, event))
    _keep_going(run, line, counts)
    return Taken(counts, tuple(sorted(left_out, key=lambda row: row.line)))


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import has come: the last line that is done for good, and what it came to so far."""

    line: int
    counts: Mapping[str, int]


def progress_of(run: str) -> Progress | None:
    """Say how far a run has come, or None where it never began. Its name is the hash of file and mapping."""
    row = models.ImportRun.objects.filter(run=run).first()
    return Progress(row.line, row.counts) if row else None


def begin(run: str, brand: str, system: str, now: datetime) -> None:
    """Begin a run at the first line. What an earlier one recorded stays, and is found again."""
    fresh = {"line": 0, "counts": {}, "started_at": utc_text(now), "finished_at": ""}
    models.ImportRun.objects.update_or_create(run=run, defaults={"brand": brand, "system": system, **fresh})


def _keep_going(run: str, line: int, counts: Mapping[str, int]) -> None:
    row = models.ImportRun.objects.get(run=run)
    total = dict(Counter(row.counts) + Counter(counts))
    models.ImportRun.objects.filter(run=run).update(line=line, counts=total)


def finish(run: str, line: int, now: datetime) -> None:
    """Note that a run is through, to the last line of its file."""
    models.ImportRun.objects.filter(run=run).update(line=line, finished_at=utc_text(now))
