"""What a person was asked and said, and what the next question would be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sayso.asks import models
from sayso.asks.audience import Audience, audience_of
from sayso.asks.authored import (
    LAYOUT,
    Authored,
    Entry,
    Version,
    answered_version,
    asks_of,
    authored,
    authored_ask,
    faults,
    hash_of,
    versions_of,
    words_of,
)
from sayso.asks.gathering import hers, past_of
from sayso.consent import queries as consent
from sayso.core.ask import Ask, Outcome, Shown
from sayso.core.ask_reading import read_ask
from sayso.core.layout import locale_for
from sayso.notices import queries as notices

__all__ = [
    "LAYOUT", "Audience", "Authored", "Offered", "Version", "answered_version", "asks_of", "audience_of", "authored",
    "authored_ask", "faults", "hers", "past_of", "versions_of",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Offered:
    """A question as it is shown, in one locale, with what the answer has to carry."""

    id: str
    texts: Mapping[str, str]
    words: Mapping[str, str]
    choices: tuple[str, ...]
    field: Mapping[str, Any]
    locale: str
    version: str
    text_hash: str
    layout: str
    base: int


def shown(brand: str, ask: Ask, subject: str | None, wanted: str, now: datetime) -> Offered:
    """Give a question as it is shown: its words in the locale nearest to the wanted one, and their hash."""
    published = notices.current(brand)
    locale = locale_for(published.notice, wanted)
    told = words_of(ask, locale)
    return Offered(
        id=ask.id,
        texts=told["texts"],
        words=told["words"],
        choices=ask.choices,
        field=told["field"],
        locale=locale,
        version=published.notice.version,
        text_hash=hash_of(ask, locale),
        layout=LAYOUT,
        base=consent.answered(subject, brand, now).rev,
    )


def preview(brand: str, entry: Entry, wanted: str, now: datetime) -> Offered:
    """Give a question as customers would be shown it, published or only drafted; nobody is asked anything.

    Raises `Invalid` with code `invalid_asks` for one that could not be published.
    """
    return shown(brand, read_ask(entry, notices.current(brand).notice), None, wanted, now)


def history_of(brand: str, subjects: Sequence[str]) -> tuple[list[Shown], list[Outcome]]:
    """Give what these subjects were asked and what they said, oldest first, for their own page and export."""
    asked = models.AskShown.objects.filter(brand=brand, subject__in=subjects).order_by("at")
    said = models.AskOutcome.objects.filter(brand=brand, subject__in=subjects).order_by("at")
    return (
        [Shown(*row) for row in asked.values_list("ask", "at")],
        [Outcome(*row) for row in said.values_list("ask", "answer", "at")],
    )


def held(subjects: Sequence[str]) -> int:
    """Count what this room holds of these subjects: nought after an erasure."""
    tables = (models.AskShown, models.AskOutcome)
    return sum(table._default_manager.filter(subject__in=subjects).count() for table in tables)
