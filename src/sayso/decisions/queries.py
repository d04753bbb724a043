"""The gate for the rooms above: yes or no, and why."""

from collections.abc import Sequence
from datetime import datetime

from sayso.core.choice import Choice, read_choice
from sayso.core.decision import Decision
from sayso.decisions import gate
from sayso.deployment.django_database import DjangoDatabase


def decide(brand: str, subjects: Sequence[str], questions: Sequence[Choice], now: datetime) -> list[Decision]:
    """Answer every question about these subjects together, in order; the intersection of their answers."""
    return gate.decide(DjangoDatabase(), brand, subjects, questions, now)


def permitted(brand: str, subjects: Sequence[str], choice: str, now: datetime) -> bool:
    """Tell whether one choice, by its identifier, is permitted by all of these subjects."""
    return decide(brand, subjects, [read_choice(choice)], now)[0].permitted
