"""What the facts add up to: one person's standing, folded from answers. Append-only in, projection out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sayso.core.errors import Invalid
from sayso.core.lineage import Generations
from sayso.core.notice import Notice
from sayso.core.values import read_utc, utc_text
from sayso.core.vocabulary import (
    ANSWERABLE,
    NARROW,
    PERMITTING,
    VOUCHED_BY_THE_PERSON,
    ConsentStatus,
    Voucher,
)

ACTS = frozenset({"accept_all", "reject_all", "choose", "change", "ask", "stop_everything", "join"})
SPECIFIC_ACTS = frozenset({"choose", "change", "ask"})  # a yes to this very thing, not to all there is


@dataclass(frozen=True, slots=True)
class Answer:
    """One act of answering: what was shown, what was said, who vouches, and what the person had seen.

    `base` is the revision of the standing she saw; `client_at` is her clock, recorded and never trusted.
    """

    event: str
    version: str
    answers: Mapping[str, ConsentStatus]
    locale: str
    text_hash: str
    layout: str
    surface: str
    act: str
    voucher: Voucher
    base: int = 0
    gpc: bool = False
    client_at: str = ""
    proof_level: int = 0
    staff: str = ""

    def evidence(self) -> dict[str, Any]:
        """Give everything beside the answers themselves, as it is kept under the subject's key."""
        return {
            "locale": self.locale,
            "text_hash": self.text_hash,
            "layout": self.layout,
            "surface": self.surface,
            "act": self.act,
            "voucher": self.voucher,
            "base": self.base,
            "gpc": self.gpc,
            "client_at": self.client_at,
            "proof_level": self.proof_level,
            "staff": self.staff,
        }


@dataclass(frozen=True, slots=True)
class Held:
    """Where one choice stands. `narrowed` is the revision of the last refusal or withdrawal, 0 if none.

    `specific` is the revision of the last yes to this very choice while it stands; a yes to all is none.
    """

    status: ConsentStatus
    rev: int
    narrowed: int = 0
    generation: str = ""
    until: datetime | None = None
    specific: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """A subject's current answers to one brand. `rev` counts the answers that were folded in.

    `shown` is the notice version answered on last: what it listed was put to the person. `gpc` is the
    revision at which Global Privacy Control was first seen, 0 if never: its later absence is no consent.
    """

    rev: int = 0
    shown: str = ""
    held: Mapping[str, Held] = field(default_factory=dict)
    restricted: bool = False
    erasing: bool = False
    gpc: int = 0


@dataclass(frozen=True, slots=True)
class Folded:
    """The standing after an answer, what the answer came to, and which statuses it changed."""

    standing: Standing
    outcome: Mapping[str, ConsentStatus]
    changed: Mapping[str, tuple[ConsentStatus, ConsentStatus]]


@dataclass(frozen=True, slots=True)
class Published:
    """A published notice with the generation of each of its choices."""

    notice: Notice
    generations: Generations

    def choice_ids(self) -> list[str]:
        """List what can be answered, in the notice's order."""
        return [choice.id for choice in self.notice.choices()]


UNANSWERED = Held(ConsentStatus.UNKNOWN, 0)


def read_answers(source: object, published: Published) -> dict[str, ConsentStatus]:
    """Read the answers of one act.

    Raises `Invalid`: `invalid_answer` for a value that is no answer, `unknown_choice` for a choice this
    notice does not list.
    """
    if not isinstance(source, dict) or not source:
        raise Invalid(
            "invalid_answer", "`answers` holds no answer.", "Send choice: given, refused or deferred."
        )
    known = set(published.choice_ids())
    answers: dict[str, ConsentStatus] = {}
    for choice, value in source.items():
        if choice not in known:
            remedy = "Take the choices from the published notice."
            raise Invalid("unknown_choice", "A choice is not in this notice.", remedy)
        if not isinstance(value, str) or value not in ANSWERABLE:
            remedy = "Say given, refused or deferred."
            raise Invalid("invalid_answer", "An answer is neither yes, no nor later.", remedy)
        answers[choice] = ConsentStatus(value)
    return answers


def _given(held: Held, rev: int, answer: Answer, published: Published, choice: str, now: datetime) -> Held:
    found = published.notice.find(choice)
    until = found[1].valid_for.after(now) if found else now
    generation = published.generations[choice]
    again = held.status in PERMITTING and held.generation == generation
    status = ConsentStatus.RENEWED if again else ConsentStatus.GIVEN
    kept = held.specific if again else 0
    specific = rev if answer.act in SPECIFIC_ACTS else kept
    return Held(status, rev, held.narrowed, generation, until, specific)


def _reported(held: Held, rev: int) -> tuple[Held, ConsentStatus]:
    # INVARIANT: a yes somebody else reports is a question to the person, never a permission, and it takes
    # nothing away: her own yes and her own no stay what they are while the question is open.
    if held.status in PERMITTING:
        return held, held.status
    if held.status in NARROW:
        return held, ConsentStatus.REQUESTED
    return replace(held, status=ConsentStatus.REQUESTED, rev=rev), ConsentStatus.REQUESTED


def _narrowed(held: Held, rev: int) -> Held:
    gave = held.status in PERMITTING or held.status is ConsentStatus.WITHDRAWN
    status = ConsentStatus.WITHDRAWN if gave else ConsentStatus.REFUSED
    return Held(status, rev, rev, held.generation)


def _deferred(held: Held, rev: int) -> Held:
    open_still = held.status not in PERMITTING and held.status not in NARROW
    return replace(held, status=ConsentStatus.DEFERRED, rev=rev) if open_still else held


def _fold_one(
    held: Held,
    said: ConsentStatus,
    rev: int,
    answer: Answer,
    published: Published,
    choice: str,
    now: datetime,
) -> tuple[Held, ConsentStatus]:
    """Give where a choice stands after one answer, and what that answer came to."""
    if said is ConsentStatus.REFUSED:
        after = _narrowed(held, rev)
    elif said is ConsentStatus.DEFERRED:
        after = _deferred(held, rev)
    elif held.narrowed and not held.narrowed <= answer.base < rev:
        # INVARIANT: a yes given before she saw her own later no permits nothing (a tablet that was offline),
        # and what claims to have seen a revision that is yet to come has seen nothing.
        return held, ConsentStatus.SUPERSEDED
    elif answer.voucher not in VOUCHED_BY_THE_PERSON:
        return _reported(held, rev)
    else:
        after = _given(held, rev, answer, published, choice, now)
    return after, after.status


def fold(standing: Standing, answer: Answer, published: Published, now: datetime) -> Folded:
    """Fold one answer into a standing. A narrowing always applies; a permission may come too late."""
    rev = standing.rev + 1
    held, outcome, changed = dict(standing.held), {}, {}
    for choice, said in answer.answers.items():
        before = held.get(choice, UNANSWERED)
        held[choice], outcome[choice] = _fold_one(before, said, rev, answer, published, choice, now)
        if held[choice].status is not before.status:
            changed[choice] = (before.status, held[choice].status)
    shown = answer.version if answer.answers else standing.shown
    gpc = standing.gpc or (rev if answer.gpc else 0)
    return Folded(replace(standing, rev=rev, held=held, shown=shown, gpc=gpc), outcome, changed)


def fold_all(answers: Iterable[tuple[Answer, Published, datetime]]) -> Standing:
    """Fold a whole history: what a standing must equal when it is rebuilt."""
    standing = Standing()
    for answer, published, now in answers:
        standing = fold(standing, answer, published, now).standing
    return standing


def status_of(standing: Standing, choice: str, published: Published, now: datetime) -> ConsentStatus:
    """Say where a choice stands now, under the current notice.

    A yes to something that has since widened is asked again (`requested`); one past its time is `expired`.
    """
    held = standing.held.get(choice, UNANSWERED)
    if held.status not in PERMITTING:
        return held.status
    if held.generation != published.generations.get(choice):
        return ConsentStatus.REQUESTED
    if held.until is not None and held.until <= now:
        return ConsentStatus.EXPIRED
    return held.status


def statuses(standing: Standing, published: Published, now: datetime) -> dict[str, ConsentStatus]:
    """Say where every choice of the current notice stands, in its order."""
    return {choice: status_of(standing, choice, published, now) for choice in published.choice_ids()}


def next_change(standing: Standing) -> datetime | None:
    """Give the next moment a permission ends by age, or None."""
    ends = [held.until for held in standing.held.values() if held.until and held.status in PERMITTING]
    return min(ends, default=None)


def write_held(standing: Standing) -> dict[str, list[Any]]:
    """Write the held choices as JSON: choice → [status, rev, narrowed, generation, until, specific]."""
    return {
        choice: [
            held.status,
            held.rev,
            held.narrowed,
            held.generation,
            held.until and utc_text(held.until),
            held.specific,
        ]
        for choice, held in sorted(standing.held.items())
    }


def read_held(source: Mapping[str, list[Any]]) -> dict[str, Held]:
    """Read what `write_held` wrote; older rows name no specific yes."""
    return {
        choice: Held(
            ConsentStatus(row[0]), row[1], row[2], row[3], read_utc(row[4]) if row[4] else None, *row[5:6]
        )
        for choice, row in source.items()
    }
