"""What the facts add up to: one person's standing, folded from answers. Append-only in, projection out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, TypeVar

from sayso.core.age import MINORS, Band, youngest
from sayso.core.errors import Invalid
from sayso.core.guardian import suffices, together
from sayso.core.lineage import Generations
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
    `imported` is when it was said to an older system; None where it was said here, or nobody knows when.
    """

    status: ConsentStatus
    rev: int
    narrowed: int = 0
    generation: str = ""
    until: datetime | None = None
    specific: int = 0
    imported: datetime | None = None


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
    """A published notice with the generation of each of its choices."""

    notice: Notice
    generations: Generations

    def choice_ids(self) -> list[str]:
        """List what can be answered, in the notice's order."""
        return [choice.id for choice in self.notice.choices()]


_ANSWERS = {str(status): status for status in ANSWERABLE}
SILENT = frozenset({ConsentStatus.UNKNOWN, ConsentStatus.DEFERRED})
UNSAID = frozenset({ConsentStatus.UNKNOWN, ConsentStatus.REQUESTED})  # by herself, or by an older system
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
    held: Held, rev: int, answer: Answer, published: Published, choice: str, now: datetime, gpc: int
) -> Held:
    found = published.notice.find(choice)
    until = found[1].valid_for.after(now) if found else now
    generation = published.generations[choice]
    again = held.status in PERMITTING and held.generation == generation
    status = ConsentStatus.RENEWED if again else ConsentStatus.GIVEN
    kept = held.specific if again else 0
    specific = rev if answer.act in SPECIFIC_ACTS and _knows_of(gpc, answer, rev) else kept
    return Held(status, rev, held.narrowed, generation, until, specific)


def _knows_of(gpc: int, answer: Answer, rev: int) -> bool:
    # INVARIANT: only a yes after the signal outranks it (11 CCR 7025(c)(3)), and not one that merely arrives
    # after it: it came with the signal, or she had seen the standing that has it.
    return not gpc or answer.gpc or gpc <= answer.base < rev


def _reported(held: Held, rev: int) -> tuple[Held, ConsentStatus]:
    # INVARIANT: a yes somebody else reports is a question to the person, never a permission, and it takes
    # nothing away: her own yes and her own no stay what they are while the question is open.
    if held.status in PERMITTING:
        return held, held.status
    if held.status in NARROW or held.status is ConsentStatus.DEFERRED:
        return held, ConsentStatus.REQUESTED
    return replace(held, status=ConsentStatus.REQUESTED, rev=rev), ConsentStatus.REQUESTED


def _narrowed(held: Held, rev: int) -> Held:
    gave = held.status in PERMITTING or held.status is ConsentStatus.WITHDRAWN
    status = ConsentStatus.WITHDRAWN if gave else ConsentStatus.REFUSED
    return Held(status, rev, rev, held.generation)


def _deferred(held: Held, rev: int) -> Held:
    if held.imported:
        # Once she was asked here, what an older system kept of a yes permits nothing, before or after.
        held = replace(held, imported=None)
        open_still = held.status not in NARROW
    else:
        open_still = held.status not in PERMITTING and held.status not in NARROW
    return replace(held, status=ConsentStatus.DEFERRED, rev=rev) if open_still else held


def _imported_no(held: Held, rev: int, source: Provenance) -> tuple[Held, ConsentStatus]:
    if held.imported and source.at and source.at < held.imported and held.status not in NARROW:
        # The older system itself says that she changed her mind afterwards.
        return held, ConsentStatus.SUPERSEDED
    untouched = held.status in UNSAID
    times = [at for at in (held.imported, source.at) if at]
    # What she said here, or at a time nobody knows, no older yes ever outweighs.
    at = max(times) if source.at and (untouched or held.imported) else None
    after = replace(_narrowed(held, rev), imported=at)
    return after, after.status


def _imported_yes(
    held: Held, rev: int, source: Provenance, published: Published, choice: str, now: datetime
) -> tuple[Held, ConsentStatus]:
    # INVARIANT: an older yes permits only with its evidence, and only where nothing newer was said.
    if not source.proves_a_yes or source.at is None:
        return held, ConsentStatus.UNKNOWN
    # What staff report may stand over an older yes that ran out.
    untouched = held.status in UNSAID and not held.imported
    if not untouched and not (held.imported and held.imported < source.at):
        return held, ConsentStatus.SUPERSEDED
    found = published.notice.find(choice)
    ends = [found[1].valid_for.after(source.at)] if found else [now]
    until = min([*ends, *([source.until] if source.until else [])])
    status = ConsentStatus.GIVEN if until > now else ConsentStatus.EXPIRED
    generation = published.generations[choice]
    return Held(status, rev, held.narrowed, generation, until, imported=source.at), status


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
    if said is ConsentStatus.REFUSED:
        return _imported_no(held, rev, source)
    if said is ConsentStatus.GIVEN:
        return _imported_yes(held, rev, source, published, choice, now)
    return held, ConsentStatus.UNKNOWN


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
    if said is ConsentStatus.REFUSED:
        after = _narrowed(held, rev)
    elif said is ConsentStatus.DEFERRED:
        after = _deferred(held, rev)
    elif held.narrowed and not held.narrowed <= answer.base < rev:
        # INVARIANT: a yes given before she saw her own later no permits nothing (a tablet that was offline),
        # and what claims to have seen a revision that is yet to come has seen nothing.
        return held, ConsentStatus.SUPERSEDED
    elif answer.voucher not in VOUCHED_BY_THE_PERSON and answer.voucher is not Voucher.GUARDIAN:
        return _reported(held, rev)
    else:
        after = _given(held, rev, answer, published, choice, now, gpc)
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
