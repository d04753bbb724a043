"""What the facts add up to: one person's standing, folded from answers. Append-only in, projection out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from sayso.core.age import MINORS, Band, youngest
from sayso.core.errors import Invalid
from sayso.core.guardian import suffices, together
from sayso.core.lineage import Earlier, Generations
from sayso.core.notice import Notice
from sayso.core.older_answer import Provenance, write_provenance
from sayso.core.vocabulary import (
    ANSWERABLE,
    NARROW,
    PERMITTING,
    VOUCHED_BY_THE_PERSON,
    ConsentStatus,
    Voucher,
)

T = TypeVar("T", bound=str)
ACTS = frozenset(
    {
        "accept_all",
        "reject_all",
        "choose",
        "change",
        "ask",
        "stop_everything",
        "join",
        "guardian_ended",
        "change_notice",
    }
)
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
    guardian: str = ""  # the link by which a guardian answers
    imported: Provenance | None = None  # what an older system kept of it

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
            **({"guardian": self.guardian} if self.guardian else {}),
            **({"imported": write_provenance(self.imported)} if self.imported else {}),
        }


@dataclass(frozen=True, slots=True)
class Held:
    """Where one choice stands. `narrowed` is the revision of the last refusal or withdrawal, 0 if none.

    `specific` is the revision of the last yes to this very choice while it stands; a yes to all is none.
    `imported` is when it was said to an older system (`AT_SOME_TIME` where nobody knows), None where it was
    said here. What she said here and what an older system kept are folded apart; `beside` is the one of the
    two that does not count, None if there is none.
    """

    status: ConsentStatus
    rev: int
    narrowed: int = 0
    generation: str = ""
    until: datetime | None = None
    specific: int = 0
    imported: datetime | None = None
    beside: "Held | None" = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A subject's current answers to one brand. `rev` counts the answers that were folded in.

    `shown` is the notice version answered on last: what it listed was put to the person. `gpc` is the
    revision at which Global Privacy Control was first seen, 0 if never: its later absence is no consent.
    `guardian_held` is where a guardian's answers stand, and `guardian_method` how the guardian of now was
    proved; empty: none.
    """

    rev: int = 0
    shown: str = ""
    held: Mapping[str, Held] = field(default_factory=dict)
    restricted: bool = False
    erasing: bool = False
    gpc: int = 0
    band: Band = Band.UNKNOWN
    guardian_held: Mapping[str, Held] = field(default_factory=dict)
    guardian_method: str = ""


@dataclass(frozen=True, slots=True)
class Folded:
    """The standing after an answer, what the answer came to, and which statuses it changed."""

    standing: Standing
    outcome: Mapping[str, ConsentStatus]
    changed: Mapping[str, tuple[ConsentStatus, ConsentStatus]]


@dataclass(frozen=True, slots=True)
class Published:
    """A published notice with the generation of each of its choices, and those they had in earlier versions."""

    notice: Notice
    generations: Generations
    earlier: Earlier

    def choice_ids(self) -> list[str]:
        """List what can be answered, in the notice's order."""
        return [choice.id for choice in self.notice.choices()]


_ANSWERS = {str(status): status for status in ANSWERABLE}
SILENT = frozenset({ConsentStatus.UNKNOWN, ConsentStatus.DEFERRED})
UNSAID = frozenset({ConsentStatus.UNKNOWN, ConsentStatus.REQUESTED})
AT_SOME_TIME = datetime.max.replace(tzinfo=UTC)  # later than every yes
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
    known = published.generations
    answers: dict[str, ConsentStatus] = {}
    for choice, value in source.items():
        if choice not in known:
            remedy = "Take the choices from the published notice."
            raise Invalid("unknown_choice", "A choice is not in this notice.", remedy)
        said = _ANSWERS.get(value) if isinstance(value, str) else None
        if said is None:
            remedy = "Say given, refused or deferred."
            raise Invalid("invalid_answer", "An answer is neither yes, no nor later.", remedy)
        answers[choice] = said
    return answers


def _given(
    own: Held, rev: int, answer: Answer, published: Published, choice: str, now: datetime, gpc: int
) -> Held:
    found = published.notice.find(choice)
    until = found[1].valid_for.after(now) if found else now
    generation = published.generations[choice]
    again = own.status in PERMITTING and own.generation == generation
    status = ConsentStatus.RENEWED if again else ConsentStatus.GIVEN
    kept = own.specific if again else 0
    specific = rev if answer.act in SPECIFIC_ACTS and _knows_of(gpc, answer, rev) else kept
    return Held(status, rev, own.narrowed, generation, until, specific)


def _knows_of(gpc: int, answer: Answer, rev: int) -> bool:
    # INVARIANT: only a yes after the signal outranks it (11 CCR 7025(c)(3)), and not one that merely arrives
    # after it: it came with the signal, or she had seen the standing that has it.
    return not gpc or answer.gpc or gpc <= answer.base < rev


def _reported(own: Held, rev: int) -> Held:
    # INVARIANT: a yes somebody else reports is a question to the person, never a permission, and it takes
    # nothing away: her own yes and her own no stay what they are while the question is open.
    silent = own.status is ConsentStatus.UNKNOWN
    return replace(own, status=ConsentStatus.REQUESTED, rev=rev) if silent else own


def _narrowed(held: Held, rev: int) -> Held:
    gave = held.status in PERMITTING or held.status is ConsentStatus.WITHDRAWN
    status = ConsentStatus.WITHDRAWN if gave else ConsentStatus.REFUSED
    return Held(status, rev, rev, held.generation)


def _deferred(own: Held, rev: int) -> Held:
    said = own.status in PERMITTING or own.status in NARROW
    return own if said else replace(own, status=ConsentStatus.DEFERRED, rev=rev)


def _apart(held: Held) -> tuple[Held, Held | None]:
    """Give what she said here, and what an older system kept."""
    counts = replace(held, beside=None) if held.beside else held
    return (held.beside or UNANSWERED, counts) if held.imported else (counts, held.beside)


def _together(own: Held, older: Held | None) -> Held:
    """Let the one that counts stand, with the other beside it. The inverse of `_apart`."""
    if older is None:
        return own
    if _older_counts(own, older):
        return replace(older, beside=None if own == UNANSWERED else own)
    return replace(own, beside=older)


def _older_counts(own: Held, older: Held) -> bool:
    # INVARIANT: a no counts over every yes that has not seen it, wherever it was said; an older yes over silence.
    if own.status in NARROW:
        return False
    if older.status in NARROW:
        return own.status not in PERMITTING or own.narrowed < older.narrowed
    if older.status in PERMITTING:
        return own.status in UNSAID
    return own.status is ConsentStatus.UNKNOWN  # what ran out leaves the question that staff reported


def _imported_no(held: Held, older: Held | None, rev: int, source: Provenance) -> Held:
    at = source.at or AT_SOME_TIME
    last = older.imported if older and older.imported else at
    if older and at < last and older.status not in NARROW:
        return older  # the older system itself says that she changed her mind afterwards
    return replace(_narrowed(held, rev), imported=max(at, last))


def _at_once(older: Held, until: datetime, published: Published, choice: str, now: datetime) -> Held:
    """Give what two older answers of one moment come to, one of them a yes: the stricter, whichever came first."""
    if older.until is None:
        return older
    known = older.generation in published.earlier.get(choice, ())
    generation = older.generation if known else published.generations[choice]
    ends = min(older.until, until)
    status = older.status if ends > now else ConsentStatus.EXPIRED
    return replace(older, status=status, generation=generation, until=ends)


def _imported_yes(
    older: Held | None,
    rev: int,
    at: datetime,
    ends: datetime | None,
    published: Published,
    choice: str,
    now: datetime,
) -> Held:
    """Give what an older system kept after one more yes of it, said `at` and ending there at `ends` if ever."""
    found = published.notice.find(choice)
    valid_until = found[1].valid_for.after(at) if found else now
    until = min(valid_until, ends) if ends else valid_until
    if older and older.imported and older.imported >= at:
        return _at_once(older, until, published, choice, now) if older.imported == at else older
    status = ConsentStatus.GIVEN if until > now else ConsentStatus.EXPIRED
    narrowed = older.narrowed if older else 0
    return Held(status, rev, narrowed, published.generations[choice], until, imported=at)


def _fold_imported(
    held: Held,
    said: ConsentStatus,
    rev: int,
    source: Provenance,
    published: Published,
    choice: str,
    now: datetime,
) -> tuple[Held, ConsentStatus]:
    """Give where a choice stands after an older system's answer. Its no counts at once, its yes if proved."""
    own, before = _apart(held)
    if said is ConsentStatus.REFUSED:
        older = _imported_no(held, before, rev, source)
    elif said is ConsentStatus.GIVEN and source.at and source.proves_a_yes:
        # INVARIANT: an older yes permits only with its evidence, and only where nothing newer was said.
        older = _imported_yes(before, rev, source.at, source.until, published, choice, now)
    else:
        return held, ConsentStatus.UNKNOWN
    after = _together(own, older)
    frees = held.status in NARROW and after.status in PERMITTING  # her own yes, of its own older no
    counts = older.rev == rev and (after.imported or older.status in NARROW or frees)
    return after, after.status if counts else ConsentStatus.SUPERSEDED


def _has_seen(answer: Answer, narrowed: int, rev: int) -> bool:
    """Tell whether an answer knew of a no. Who claims a revision that is yet to come has seen nothing."""
    return not narrowed or narrowed <= answer.base < rev


def _is_outdated(own: Held, published: Published, choice: str) -> bool:
    """Tell whether her yes that stands was said to a later meaning of a choice than this notice gives it."""
    if own.status not in PERMITTING or own.generation == published.generations[choice]:
        return False
    return own.generation not in published.earlier.get(choice, ())


def _agreed(
    own: Held,
    older: Held | None,
    rev: int,
    answer: Answer,
    published: Published,
    choice: str,
    now: datetime,
    gpc: int,
) -> tuple[Held, ConsentStatus]:
    """Give where a choice stands after a yes that is not too late for her own no; it may be for an older one."""
    no = older if older and older.status in NARROW else None
    late = no is not None and not _has_seen(answer, no.narrowed, rev)
    if answer.voucher in VOUCHED_BY_THE_PERSON or answer.voucher is Voucher.GUARDIAN:
        if no and not late and own.narrowed < no.narrowed:
            own = Held(no.status, rev, no.narrowed)  # a new beginning, which has seen that no
        if _is_outdated(own, published, choice):
            return _together(own, older), ConsentStatus.SUPERSEDED
        after = _together(_given(own, rev, answer, published, choice, now, gpc), older)
        came_to = after.status
    else:
        after = _together(_reported(own, rev), older)
        stands = _aged(after, choice, published, now)
        came_to = stands if stands in PERMITTING else ConsentStatus.REQUESTED
    return after, ConsentStatus.SUPERSEDED if late else came_to


def _fold_one(
    held: Held,
    said: ConsentStatus,
    rev: int,
    answer: Answer,
    published: Published,
    choice: str,
    now: datetime,
    gpc: int,
) -> tuple[Held, ConsentStatus]:
    """Give where a choice stands after one answer, and what that answer came to.

    `gpc` is the revision at which Global Privacy Control was first seen, 0 if never.
    """
    if answer.imported is not None:
        return _fold_imported(held, said, rev, answer.imported, published, choice, now)
    own, older = _apart(held)
    if said is ConsentStatus.REFUSED:
        own = _narrowed(held, rev)
    elif said is ConsentStatus.DEFERRED:
        own = _deferred(own, rev)
    elif not _has_seen(answer, own.narrowed, rev):
        # INVARIANT: a yes given before she saw her own later no permits nothing (a tablet that was offline).
        return held, ConsentStatus.SUPERSEDED
    else:
        return _agreed(own, older, rev, answer, published, choice, now, gpc)
    after = _together(own, older)
    return after, after.status


def fold(standing: Standing, answer: Answer, published: Published, now: datetime) -> Folded:
    """Fold one answer into a standing. A narrowing always applies; a permission may come too late."""
    rev, guardians = standing.rev + 1, answer.voucher is Voucher.GUARDIAN
    held, outcome, changed = dict(standing.guardian_held if guardians else standing.held), {}, {}
    for choice, said in answer.answers.items():
        before = held.get(choice, UNANSWERED)
        came_to = _fold_one(before, said, rev, answer, published, choice, now, standing.gpc)
        held[choice], outcome[choice] = came_to
        if held[choice].status is not before.status:
            changed[choice] = (before.status, held[choice].status)
    if guardians:
        return Folded(replace(standing, rev=rev, guardian_held=held), outcome, changed)
    # An older system showed its own words: nothing of this notice was put to her yet.
    shown = answer.version if answer.answers and not answer.imported else standing.shown
    gpc = standing.gpc or (rev if answer.gpc else 0)
    after = replace(standing, rev=rev, held=held, shown=shown, gpc=gpc)
    return Folded(after, _came_to(outcome, after, published, now), changed)


def _came_to(
    outcome: Mapping[str, ConsentStatus], after: Standing, published: Published, now: datetime
) -> dict[str, ConsentStatus]:
    """Say what an answer came to: a minor's yes may wait for a guardian's, or permit nothing at all."""
    if band_of(after, published) not in MINORS:
        return dict(outcome)
    return {
        choice: status_of(after, choice, published, now) if status in PERMITTING else status
        for choice, status in outcome.items()
    }


def fold_all(answers: Iterable[tuple[Answer, Published, datetime]]) -> Standing:
    """Fold a whole history: what a standing must equal when it is rebuilt."""
    standing = Standing()
    for answer, published, now in answers:
        standing = fold(standing, answer, published, now).standing
    return standing


def _aged(held: Held, choice: str, published: Published, now: datetime) -> ConsentStatus:
    if held.status not in PERMITTING:
        return held.status
    if held.generation != published.generations.get(choice):
        return ConsentStatus.REQUESTED
    if held.until is not None and held.until <= now:
        return ConsentStatus.EXPIRED
    return held.status


def band_of(standing: Standing, published: Published) -> Band:
    """Give the age band that counts: the one known, else a child's where the site is directed to children."""
    directed = published.notice.directed_to_children
    return standing.band or (Band.CHILD if directed else Band.UNKNOWN)


def own_status(standing: Standing, choice: str, published: Published, now: datetime) -> ConsentStatus:
    """Say where the person's own answer stands now, whoever else has to answer.

    A yes to something that has since widened is asked again (`requested`); one past its time is `expired`.
    """
    return _aged(standing.held.get(choice, UNANSWERED), choice, published, now)


def guardian_status(standing: Standing, choice: str, published: Published, now: datetime) -> ConsentStatus:
    """Say where a guardian's answer stands now; unknown without a guardian proved well enough for it."""
    found = published.notice.find(choice)
    if found is None or not suffices(standing.guardian_method, found[1].choice.operation):
        return ConsentStatus.UNKNOWN
    return _aged(standing.guardian_held.get(choice, UNANSWERED), choice, published, now)


def status_of(standing: Standing, choice: str, published: Published, now: datetime) -> ConsentStatus:
    """Say where a choice stands now, under the current notice; for a minor, by both answers together."""
    own, found = own_status(standing, choice, published, now), published.notice.find(choice)
    if found is None or (band := band_of(standing, published)) not in MINORS:
        return own
    guardians = guardian_status(standing, choice, published, now)
    return together(found[0].minors, band, own, guardians)


def stood(standing: Standing, choice: str, published: Published) -> ConsentStatus:
    """Say what was last said of a choice, however long ago; for a minor, by both answers together."""
    own, found = standing.held.get(choice, UNANSWERED).status, published.notice.find(choice)
    if found is None or (band := band_of(standing, published)) not in MINORS:
        return own
    proved = suffices(standing.guardian_method, found[1].choice.operation)
    hers = standing.guardian_held.get(choice, UNANSWERED).status if proved else ConsentStatus.UNKNOWN
    return together(found[0].minors, band, own, hers)


def as_one_person(standings: Sequence[Standing | None]) -> list[Standing | None]:
    """Let what is known of a child's age and guardian on a device or an account hold for all of them."""
    known = [standing for standing in standings if standing]
    band = youngest(standing.band for standing in known)
    guarded = [standing for standing in known if standing.guardian_method]
    if band not in MINORS or len(known) < 2:
        return list(standings)
    said: dict[str, Held] = {}
    for standing in guarded:
        noes = {choice: held for choice, held in said.items() if held.status in NARROW}
        said = {**said, **standing.guardian_held, **noes}
    method = guarded[0].guardian_method if guarded else ""
    return [
        standing and replace(standing, band=band, guardian_held=said, guardian_method=method)
        for standing in standings
    ]


def statuses(standing: Standing, published: Published, now: datetime) -> dict[str, ConsentStatus]:
    """Say where every choice of the current notice stands, in its order."""
    stands = status_of if band_of(standing, published) in MINORS else own_status
    return {choice: stands(standing, choice, published, now) for choice in published.choice_ids()}


def strictest(said: Sequence[T]) -> T:
    """Give what several answers of one person come to: yes only where all say yes; a spoken no before silence."""
    refusing = [status for status in said if status not in PERMITTING]
    spoken = [status for status in refusing if status not in SILENT]
    return (spoken or refusing or said)[0]


def next_change(standing: Standing, now: datetime) -> datetime | None:
    """Give the next moment from now on at which a permission ends by age, or None."""
    both = (*standing.held.values(), *standing.guardian_held.values())
    ends = [held.until for held in both if held.until and held.until > now and held.status in PERMITTING]
    return min(ends, default=None)
