"""What a person was asked and said, and what the next question would be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sayso.asks import models
from sayso.consent import queries as consent
from sayso.core.ask import TEXTS, Ask, Asks, Outcome, Past, Shown
from sayso.core.ask_reading import read_asks
from sayso.core.choice import read_choice
from sayso.core.layout import locale_for
from sayso.core.values import content_hash, read_utc
from sayso.core.vocabulary import ConsentStatus
from sayso.decisions import queries as decisions
from sayso.identity import queries as identity
from sayso.notices import queries as notices

LAYOUT = "ask-1"


@dataclass(frozen=True, slots=True)
class Offered:
    """A question as it is shown, in one locale, with what the answer has to carry."""

    id: str
    texts: Mapping[str, str]
    choices: tuple[str, ...]
    field: Mapping[str, Any]
    locale: str
    version: str
    text_hash: str
    layout: str
    base: int


def asks_of(brand: str) -> Asks:
    """Give a brand's questions; none before any were applied."""
    row = models.Catalogue.objects.filter(brand=brand).first()
    return read_asks(row.document, notices.current(brand).notice) if row else Asks()


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
    )


def shown(brand: str, ask: Ask, subject: str | None, wanted: str, now: datetime) -> Offered:
    """Give a question as it is shown: its words in the locale nearest to the wanted one, and their hash."""
    published = notices.current(brand)
    locale = locale_for(published.notice, wanted)
    texts = {name: ask.texts[name][locale] for name in TEXTS}
    field = {
        "name": ask.field.name,
        "label": ask.field.label[locale],
        "autocomplete": ask.field.autocomplete,
        "max_length": ask.field.max_length,
    }
    words = {"ask": ask.id, "layout": LAYOUT, "locale": locale, "choices": ask.choices}
    return Offered(
        id=ask.id,
        texts=texts,
        choices=ask.choices,
        field=field,
        locale=locale,
        version=published.notice.version,
        text_hash=content_hash({**words, "texts": texts, "field": field}),
        layout=LAYOUT,
        base=consent.answered(subject, brand, now).rev,
    )


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
