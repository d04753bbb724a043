"""What one person's standings decide, compiled: one code per choice instead of rules asked one by one.

`core/decision.py` is the oracle: for every choice, and for every moment before `until`, a row says what it says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sayso.core.age import MINORS, Band, youngest
from sayso.core.consent import UNANSWERED, Held, Published, Standing, as_one_person, band_of
from sayso.core.decision import PERMITS, SILENT_REASONS, Reason, reason_of
from sayso.core.guardian import MinorRule, refused_for_age, suffices, together
from sayso.core.opt_out import Scope, scopes_covering
from sayso.core.vocabulary import NARROW, PERMITTING, ConsentStatus, Operation

REASONS: tuple[Reason, ...] = tuple(Reason)
DIGITS = "0123456789abcdefghijklmnopqrstuv"  # a code is the digit at its reason's place in REASONS
CODE: Mapping[Reason, str] = dict(zip(REASONS, DIGITS, strict=False))
REASON: Mapping[str, Reason] = {code: reason for reason, code in CODE.items()}
PERMITTING_CODES = frozenset(CODE[reason] for reason in PERMITS)
SILENT_CODES = frozenset(CODE[reason] for reason in SILENT_REASONS)
TOLD = CODE[Reason.TOLD_BASIS]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_BY_SIGNAL = frozenset({Scope.SELL, Scope.SHARE_ADS})


def ticks(moment: datetime) -> int:
    """Write a moment as whole microseconds since 1970: what rows keep, because numbers compare fast."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(count: int) -> datetime:
    """Read what `ticks` wrote."""
    return _EPOCH + count * _MICROSECOND


class Row(NamedTuple):
    """What is decided for whoever some standings belong to: a code per choice of the table, in its order.

    `signal_codes` hold when Global Privacy Control comes with the request. From `until` on (0: never) anything
    may have changed by age. `ends` says until when each yes holds: one number for all, or one per choice; 0 is
    no end. `minor`: rules for minors were used, so others who are the same person may be heard for her.
    """

    codes: str
    signal_codes: str
    until: int
    ends: tuple[int, ...]
    minor: bool


def end_of(ends: tuple[int, ...], index: int) -> int:
    """Give until when an answered yes to the choice of an index holds, 0 where nothing ends it."""
    return ends[index] if len(ends) > 1 else ends[0]


@dataclass(frozen=True, slots=True)
class _Listed:
    """What the rules ask of a choice that the notice lists."""

    asked: bool
    rule: MinorRule
    operation: Operation
    scopes: frozenset[Scope]
    generation: str | None


@dataclass(frozen=True, slots=True)
class _Person:
    """What of a standing bears on every choice alike. `came` is the revision of the signal, 0 without one."""

    known: bool
    band: Band
    restricted: bool
    erasing: bool
    method: str
    stopped: frozenset[Scope]
    came: int


_Merged = tuple[list[str], list[int]]  # codes and ends, by choice


def _person(
    standing: Standing | None, published: Published, stopped: frozenset[Scope], *, signal: bool
) -> _Person:
    own = standing or Standing()
    came = own.gpc or (own.rev + 1 if signal else 0)
    band, method = band_of(own, published), own.guardian_method
    return _Person(standing is not None, band, own.restricted, own.erasing, method, stopped, came)


def _aged(held: Held, generation: str | None, now: datetime) -> ConsentStatus:
    if held.status not in PERMITTING:
        return held.status
    if held.generation != generation:
        return ConsentStatus.REQUESTED
    return ConsentStatus.EXPIRED if held.until is not None and held.until <= now else held.status


def _reason(listed: _Listed, own: Held, guardians: Held, person: _Person, now: datetime) -> Reason:
    """Decide one choice, in the order of the rules: the first that refuses says why."""
    if person.erasing:
        return Reason.ERASING
    if not listed.scopes.isdisjoint(person.stopped):
        return Reason.BLOCKED
    if person.restricted:
        return Reason.RESTRICTED
    if not listed.asked:
        return reason_of(own.status, Reason.REFUSED) if own.status in NARROW else Reason.TOLD_BASIS
    mine = _aged(own, listed.generation, now)
    proved = suffices(person.method, listed.operation)
    theirs = _aged(guardians, listed.generation, now) if proved else ConsentStatus.UNKNOWN
    status = together(listed.rule, person.band, mine, theirs)
    if person.known and refused_for_age(listed.rule, person.band, mine, status):
        return Reason.MINOR
    if status not in NARROW and own.specific < person.came and not listed.scopes.isdisjoint(_BY_SIGNAL):
        return Reason.GPC
    return reason_of(status) if person.known else Reason.UNKNOWN_SUBJECT


def stricter(first: str, second: str) -> str:
    """Give what two codes for one choice come to: no if either says no, a spoken no before a silence."""
    if second in PERMITTING_CODES:
        return first
    if first in PERMITTING_CODES:
        return second
    return second if first in SILENT_CODES and second not in SILENT_CODES else first


def sooner(first: int, second: int) -> int:
    """Give the earlier of two ends, where 0 is no end."""
    return min(first, second) if first and second else first or second


def _both(first: _Merged, second: _Merged) -> _Merged:
    codes = [stricter(*pair) for pair in zip(first[0], second[0], strict=True)]
    ends = [sooner(*pair) for pair in zip(first[1], second[1], strict=True)]
    return codes, ends


def _folded(codes: Sequence[str], ends: Sequence[int]) -> tuple[int, ...]:
    """Keep one end where every answered yes has the same, which is the usual case."""
    answered = {
        end for code, end in zip(codes, ends, strict=True) if code in PERMITTING_CODES and code != TOLD
    }
    return tuple(ends) if len(answered) > 1 else (*answered, 0)[:1]


def _listed(published: Published, choice: str) -> _Listed | None:
    found = published.notice.find(choice)
    if found is None:
        return None
    purpose, part = found
    return _Listed(
        purpose.asked,
        purpose.minors,
        part.choice.operation,
        scopes_covering(published.notice, purpose, part),
        published.generations.get(choice),
    )


def _ends(standing: Standing, choice: str) -> Iterator[datetime]:
    """List when the answers that permit a choice end by age."""
    for held in (standing.held.get(choice), standing.guardian_held.get(choice)):
        if held is not None and held.until is not None and held.status in PERMITTING:
            yield held.until


class Table:
    """A notice compiled for some of its choices, ready to say what any standing decides."""

    def __init__(self, published: Published, choices: Sequence[str]) -> None:
        self.published = published
        self.choices = tuple(choices)
        self.index = {choice: index for index, choice in enumerate(self.choices)}
        self._listed = [_listed(published, choice) for choice in self.choices]
        self._signalled = any(one and not one.scopes.isdisjoint(_BY_SIGNAL) for one in self._listed)
        self._silent: dict[_Person, list[str]] = {}
        self.stranger = self.row((None,), _EPOCH)

    def row(
        self, standings: Sequence[Standing | None], now: datetime, stopped: frozenset[Scope] = frozenset()
    ) -> Row:
        """Compile what the standings of one person decide together; `stopped` is what her Blocks stop.

        None, or no standing at all, is somebody of whom nothing is known.
        """
        people = as_one_person(standings) or [None]
        codes, ends = self._together(people, now, stopped, signal=False)
        hears = self._signalled and any(not (one and one.gpc) for one in people)
        heard = self._together(people, now, stopped, signal=True)[0] if hears else codes
        told = "".join(codes)
        under_signal = told if heard == codes else "".join(heard)
        minor = youngest(one.band for one in people if one) in MINORS
        return Row(told, under_signal, self._until(people, now), _folded(codes, ends), minor)

    def _together(
        self,
        people: Sequence[Standing | None],
        now: datetime,
        stopped: frozenset[Scope],
        *,
        signal: bool,
    ) -> _Merged:
        """Take the intersection of what each standing decides: yes only where every one of them says yes."""
        merged = self._alone(people[0], now, stopped, signal=signal)
        for standing in people[1:]:
            other = self._alone(standing, now, stopped, signal=signal)
            merged = _both(merged, other)
        return merged

    def _alone(
        self, standing: Standing | None, now: datetime, stopped: frozenset[Scope], *, signal: bool
    ) -> _Merged:
        person = _person(standing, self.published, stopped, signal=signal)
        codes, ends = list(self._of_the_silent(person)), [0] * len(self.choices)
        if standing is None:
            return codes, ends
        for choice in {*standing.held, *standing.guardian_held}:
            index = self.index.get(choice)
            listed = self._listed[index] if index is not None else None
            if index is None or listed is None:
                continue
            own = standing.held.get(choice, UNANSWERED)
            guardians = standing.guardian_held.get(choice, UNANSWERED)
            codes[index] = CODE[_reason(listed, own, guardians, person, now)]
            if listed.asked and codes[index] in PERMITTING_CODES:
                ends[index] = min(map(ticks, _ends(standing, choice)), default=0)
        return codes, ends

    def _of_the_silent(self, person: _Person) -> list[str]:
        """Give the codes of somebody like this who answered nothing; kept, because most choices of most are."""
        alike = replace(person, came=1) if person.came else person
        found = self._silent.get(alike)
        if found is None:
            found = self._silent[alike] = [self._silent_code(listed, alike) for listed in self._listed]
        return found

    def _silent_code(self, listed: _Listed | None, person: _Person) -> str:
        if listed is None:
            return CODE[Reason.NOT_LISTED]
        return CODE[_reason(listed, UNANSWERED, UNANSWERED, person, _EPOCH)]

    def _until(self, people: Sequence[Standing | None], now: datetime) -> int:
        """Give the next moment at which an answer ends by age, 0 without one."""
        to_come = (
            end
            for standing in people
            if standing
            for choice in {*standing.held, *standing.guardian_held}
            if choice in self.index
            for end in _ends(standing, choice)
            if end > now
        )
        return min(map(ticks, to_come), default=0)
