"""One question at the right moment, or none: which question a person may be asked now, and why not.

A refusal is for good, "not now" is for a while, silence counts as "not now", and nobody is asked while
paying, while complaining, or soon after taking something back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sayso.core.decision import Reason
from sayso.core.purpose import Texts

NEVER = frozenset({"basket", "cart", "checkout", "payment", "complaint", "return"})
SITTING = timedelta(hours=1)  # the same page shown again is the same asking
TEXTS = ("title", "what_for", "by_whom", "how_long", "benefit")


@dataclass(frozen=True, slots=True)
class Field:
    """What is typed in: its name, the category it is a fact of, and how a browser may fill it."""

    name: str
    category: str
    autocomplete: str
    max_length: int
    label: Texts


@dataclass(frozen=True, slots=True)
class Ask:
    """One question: its moment, the choices a yes permits, the choices it needs, and its words."""

    id: str
    moment: str
    priority: int
    choices: tuple[str, ...]
    needs: tuple[str, ...]
    quiet: timedelta
    field: Field
    texts: Mapping[str, Texts]


@dataclass(frozen=True, slots=True)
class Asks:
    """A brand's questions, how often a person may be asked, and the quiet after a withdrawal."""

    asks: tuple[Ask, ...] = ()
    most: int = 1
    within: timedelta = timedelta(days=7)
    quiet_after_withdrawal: timedelta = timedelta(days=30)

    def named(self, name: str) -> Ask | None:
        """Give a question by its id, or None."""
        return next((ask for ask in self.asks if ask.id == name), None)


class WhyNot(StrEnum):
    """Why nothing is asked."""

    MOMENT = "moment"  # this is no moment to ask anything
    NOTHING = "nothing_to_ask"
    UNKNOWN = "unknown_subject"
    REFUSED = "refused"
    ANSWERED = "answered"
    NOT_POSSIBLE = "not_possible"
    NEEDS = "needs"  # what the benefit rests on is not permitted
    WITHDRAWAL = "withdrawal"
    NOT_NOW = "not_now"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class Shown:
    """A question that was shown to a person, on whichever device."""

    ask: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a person answered to a question: given, deferred or refused."""

    ask: str
    answer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Past:
    """What matters of a person's past, over all her devices.

    `reasons` holds, per choice, how each of them stands; `permitted` what all of them together permit;
    `known` the categories of which she has told us something.
    """

    reasons: Mapping[str, frozenset[Reason]]
    permitted: frozenset[str] = frozenset()
    shown: Sequence[Shown] = ()
    outcomes: Sequence[Outcome] = ()
    withdrew: datetime | None = None
    known: frozenset[str] = frozenset()


NO = frozenset({Reason.REFUSED, Reason.WITHDRAWN})
YES = frozenset({Reason.GIVEN, Reason.RENEWED, Reason.TOLD_BASIS})
IMPOSSIBLE = frozenset({Reason.NOT_LISTED, Reason.RESTRICTED, Reason.ERASING})


def _stands(ask: Ask, past: Past) -> WhyNot | None:
    """Say what the answers she already gave mean for a question."""
    stand = frozenset[Reason]().union(*(past.reasons.get(choice, frozenset()) for choice in ask.choices))
    said_no = any(one.ask == ask.id and one.answer == "refused" for one in past.outcomes)
    if stand & NO or said_no:
        return WhyNot.REFUSED
    if stand & IMPOSSIBLE:
        return WhyNot.NOT_POSSIBLE
    # A yes to everything permits the use; what the field asks for has still to be told.
    if stand & YES and ask.field.category in past.known:
        return WhyNot.ANSWERED
    return None if past.permitted.issuperset(ask.needs) else WhyNot.NEEDS


def _last_shown(ask: Ask, past: Past) -> datetime | None:
    return max((one.at for one in past.shown if one.ask == ask.id), default=None)


def same_sitting(ask: Ask, past: Past, now: datetime) -> bool:
    """Tell whether this very question was shown a moment ago and has no answer yet."""
    last = _last_shown(ask, past)
    if last is None or now - last >= SITTING:
        return False
    return not any(one.ask == ask.id and one.at >= last for one in past.outcomes)


def _quiet(ask: Ask, asks: Asks, past: Past, now: datetime) -> WhyNot | None:
    """Say whether she is to be left in peace now."""
    if past.withdrew is not None and now - past.withdrew < asks.quiet_after_withdrawal:
        return WhyNot.WITHDRAWAL
    if same_sitting(ask, past, now):
        return None
    last = _last_shown(ask, past)
    if last is not None and now - last < ask.quiet:
        return WhyNot.NOT_NOW
    recent = [one for one in past.shown if now - one.at < asks.within]
    return WhyNot.BUDGET if len(recent) >= asks.most else None


def next_ask(asks: Asks, moment: str, past: Past, now: datetime) -> Ask | WhyNot:
    """Choose the one question for this moment, or say why there is none: the first reason in her way."""
    if moment in NEVER:
        return WhyNot.MOMENT
    reasons: list[WhyNot] = []
    here = [ask for ask in asks.asks if ask.moment == moment]
    for ask in sorted(here, key=lambda one: (-one.priority, one.id)):
        why_not = _stands(ask, past) or _quiet(ask, asks, past, now)
        if why_not is None:
            return ask
        reasons.append(why_not)
    return reasons[0] if reasons else WhyNot.NOTHING
