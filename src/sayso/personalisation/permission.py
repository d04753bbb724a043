"""Which choices let this room use what. Every use asks the gate again."""

from collections.abc import Sequence
from datetime import datetime

from sayso.core.choice import Choice
from sayso.core.decision import Decision, Reason
from sayso.core.vocabulary import Operation
from sayso.decisions import queries as decisions
from sayso.notices import queries as notices

# A brand that wants suggestions names its two purposes so; "for me" and "from me" are separate choices.
PERSONALISE = tuple(
    Choice("personalise", category, Operation.USE) for category in ("purchases", "preferences", "location")
)
LEARN = Choice("learn", "purchases", Operation.USE)


def personalised(brand: str, subjects: Sequence[str], now: datetime) -> list[Choice]:
    """List the categories' choices that these subjects together permit for suggestions."""
    made = decisions.decide(brand, subjects, PERSONALISE, now)
    return [choice for choice, decision in zip(PERSONALISE, made, strict=True) if decision.permitted]


def learning(brand: str, subject: str, now: datetime) -> Decision:
    """Say whether what this subject bought may be counted, and until when."""
    return decisions.decide(brand, [subject], [LEARN], now)[0]


def needing(brand: str, category: str) -> list[Choice]:
    """List the choices of the notice in force that need a category. What is told, not asked, is not ours."""
    choices = notices.current(brand).notice.choices()
    return [choice for choice in choices if choice.category == category]


def anybody_may(brand: str, subject: str, category: str, now: datetime) -> bool:
    """Tell whether the subject permits at least one choice that needs this category."""
    made = decisions.decide(brand, [subject], needing(brand, category), now)
    return any(decision.permitted for decision in made)


def everybody_refused(brand: str, subject: str, category: str, now: datetime) -> bool:
    """Tell whether the subject said no to every choice that needs this category."""
    made = decisions.decide(brand, [subject], needing(brand, category), now)
    return all(decision.reason in (Reason.REFUSED, Reason.WITHDRAWN) for decision in made)
