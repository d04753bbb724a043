"""The gate for the rooms above: yes or no, and why; and the tokens that were issued upon it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sayso.core.choice import Choice, read_choice
from sayso.core.decision import Decision
from sayso.decisions import gate, tokens
from sayso.decisions.models import Token, TokenAbout
from sayso.decisions.tokens import SUBJECT
from sayso.deployment.django_database import DjangoDatabase


def decide(brand: str, subjects: Sequence[str], questions: Sequence[Choice], now: datetime) -> list[Decision]:
    """Answer every question about these subjects together, in order; the intersection of their answers."""
    return gate.decide(DjangoDatabase(), brand, subjects, questions, now)


def permitted(brand: str, subjects: Sequence[str], choice: str, now: datetime) -> bool:
    """Tell whether one choice, by its identifier, is permitted by all of these subjects."""
    return decide(brand, subjects, [read_choice(choice)], now)[0].permitted


@dataclass(frozen=True, slots=True)
class HeldToken:
    """A token that may still be in use: who may check it, what it was issued for, and until when at the latest."""

    brand: str
    audience: str
    choices: tuple[str, ...]
    until: datetime


def tokens_of(subjects: Sequence[str]) -> list[HeldToken]:
    """List the tokens about these subjects that are still kept: those of the last few minutes."""
    about = TokenAbout.objects.filter(kind=SUBJECT, name__in=subjects)
    places = sorted(set(about.values_list("number", "idx")))
    rows = [Token.objects.get(number=number, idx=index) for number, index in places]
    return [
        HeldToken(
            row.brand, row.audience, tuple(json.loads(row.choices)), datetime.fromtimestamp(row.until, UTC)
        )
        for row in sorted(rows, key=lambda row: row.until)
    ]


def token_keys() -> dict[str, Any]:
    """Give the public key of purpose tokens and their status lists, to pin: a JWK Set and the issuer's name."""
    return tokens.public_keys()
