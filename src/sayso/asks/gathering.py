"""What of a person's past decides whether she may be asked, over all her devices."""

from collections.abc import Sequence
from datetime import datetime

from sayso.asks import models
from sayso.consent import queries as consent
from sayso.core.ask import Asks, Outcome, Past, Shown
from sayso.core.choice import read_choice
from sayso.core.values import read_utc
from sayso.core.vocabulary import ConsentStatus
from sayso.decisions import queries as decisions
from sayso.identity import queries as identity


def hers(subjects: Sequence[str], now: datetime) -> tuple[str, ...]:
    """Give these subjects and every other device signed in to their accounts: one person, as far as we know."""
    others = (link.device for subject in subjects for link in identity.links_of(subject, now))
    return tuple(dict.fromkeys((*subjects, *others)))


def _withdrew(brand: str, subjects: Sequence[str]) -> datetime | None:
    taken_back = (
        read_utc(event.recorded_at)
        for event in consent.history_of(list(subjects), brand)
        if ConsentStatus.WITHDRAWN in event.outcome.values()
    )
    return max(taken_back, default=None)


def past_of(brand: str, subjects: Sequence[str], asks: Asks, known: frozenset[str], now: datetime) -> Past:
    """Gather what decides whether a person may be asked, over all her devices."""
    person = hers(subjects, now)
    asked = sorted({choice for ask in asks.asks for choice in ask.choices})
    questions = [read_choice(choice) for choice in asked]
    each = [decisions.decide(brand, [subject], questions, now) for subject in person]
    reasons = {choice: frozenset(made[i].reason for made in each) for i, choice in enumerate(asked)}
    needed = [read_choice(choice) for choice in sorted({need for ask in asks.asks for need in ask.needs})]
    together = decisions.decide(brand, subjects, needed, now)
    shown = models.AskShown.objects.filter(brand=brand, subject__in=person).values_list("ask", "at")
    outcomes = models.AskOutcome.objects.filter(brand=brand, subject__in=person)
    return Past(
        reasons=reasons,
        permitted=frozenset(decision.choice for decision in together if decision.permitted),
        shown=[Shown(*row) for row in shown],
        outcomes=[Outcome(*row) for row in outcomes.values_list("ask", "answer", "at")],
        withdrew=_withdrew(brand, person),
        known=known,
        minor=consent.is_minor(person, brand),
    )
