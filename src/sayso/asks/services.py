"""Verbs that ask and that take the answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from sayso.asks import models, queries
from sayso.asks.queries import Offered
from sayso.consent import queries as consent
from sayso.consent import services as answering
from sayso.consent.queries import Answered, Recorded
from sayso.core import ask as rules
from sayso.core.ask import Ask, WhyNot
from sayso.core.ask_reading import read_asks
from sayso.core.consent import Answer
from sayso.core.errors import Invalid, NotFound, Unproved
from sayso.core.fact import Fact, read_value
from sayso.core.values import read_event_id, read_utc
from sayso.core.vocabulary import ANSWERABLE, PERMITTING, ConsentStatus, Voucher
from sayso.identity import queries as identity
from sayso.notices import queries as notices


@dataclass(frozen=True, slots=True)
class Said:
    """An answer to a question as a shop's server passes it on."""

    event: str
    answer: str
    value: Mapping[str, Any] | None
    version: str
    text_hash: str
    layout: str
    base: int
    locale: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What an answer came to: the receipt, where she stands, and the fact she told if it may be kept."""

    subject: str
    receipt: str
    standing: Answered
    fact: Fact | None


def set_catalogue(brand: str, document: Mapping[str, Any]) -> None:
    """Replace a brand's questions, held to the notice in force.

    Raises `Invalid` with code `invalid_asks`, naming the place.
    """
    read_asks(document, notices.current(brand).notice)
    models.Catalogue.objects.update_or_create(brand=brand, defaults={"document": dict(document)})


@transaction.atomic
def next_ask(
    brand: str, subjects: Sequence[str], moment: str, locale: str, known: frozenset[str], now: datetime
) -> Offered | WhyNot:
    """Choose the one question to show now and remember that it was shown, or say why there is none.

    `known` holds the categories of which she has told something already: that is not asked again.
    """
    if not subjects:
        return WhyNot.UNKNOWN
    asks = queries.asks_of(brand)
    past = queries.past_of(brand, subjects, asks, known, now)
    chosen = rules.next_ask(asks, moment, past, now)
    if isinstance(chosen, WhyNot):
        return chosen
    if not rules.same_sitting(chosen, past, now):
        models.AskShown.objects.create(brand=brand, subject=subjects[0], ask=chosen.id, at=now)
    return queries.shown(brand, chosen, subjects[0], locale, now)


def _checked(brand: str, name: str, said: Said, now: datetime) -> Ask:
    ask = queries.asks_of(brand).named(name)
    if ask is None:
        raise NotFound("unknown_ask", "There is no such question.", "Ask /v1/asks/next first.")
    if said.layout != queries.LAYOUT:
        remedy = f"Show it in the layout {queries.LAYOUT}."
        raise Invalid("unknown_layout", "That layout was never published.", remedy)
    # INVARIANT: an answer counts only for the very text that was shown.
    if said.text_hash != queries.shown(brand, ask, None, said.locale, now).text_hash:
        remedy = "Fetch the question again, show it, and send its hash."
        raise Invalid("text_mismatch", "The text shown is not the text published.", remedy)
    if said.answer not in ANSWERABLE:
        raise Invalid(
            "invalid_answer", "The answer is neither yes, no nor later.", "Say given, refused or deferred."
        )
    return ask


def _value(ask: Ask, said: Said) -> dict[str, Any] | None:
    """Read what she typed before anything is recorded: a yes without it would permit nothing."""
    if said.answer != ConsentStatus.GIVEN:
        return None
    typed = (said.value or {}).get(ask.field.name)
    if not isinstance(typed, str) or len(typed) > ask.field.max_length:
        raise Invalid("invalid_fact", f"`{ask.field.name}` is missing or too long.", "Send what she typed.")
    return read_value(ask.field.category, said.value)


def _answer(ask: Ask, said: Said, voucher: Voucher) -> Answer:
    return Answer(
        event=read_event_id(said.event),
        version=said.version,
        answers=dict.fromkeys(ask.choices, ConsentStatus(said.answer)),
        locale=said.locale,
        text_hash=said.text_hash,
        layout=said.layout,
        surface="shop",
        act="ask",
        voucher=voucher,
        base=said.base,
    )


def _record(brand: str, reference: Mapping[str, str], ask: Ask, said: Said, now: datetime) -> Recorded:
    """Record the answer: the device vouches if its secret came along, else only the brand's server does."""
    if "device" in reference:
        answer = _answer(ask, said, Voucher.DEVICE)
        return answering.record_answer(reference["device"], None, brand, answer, now)
    account = identity.resolve(reference, now).account
    if account is None:
        raise Unproved("unknown_subject", "Nobody is known by that reference.", "Send the device's secret.")
    return answering.record_for(account, brand, _answer(ask, said, Voucher.SERVER_KEY), now)


@transaction.atomic
def answer_ask(brand: str, reference: Mapping[str, str], name: str, said: Said, now: datetime) -> Taken:
    """Record what she answered to a question and remember it; the same event again gives the same receipt.

    Raises `NotFound` (unknown_ask), `Invalid` (unknown_layout, text_mismatch, invalid_answer, invalid_fact),
    `Unproved`, and what the ledger raises; then nothing changed.
    """
    ask = _checked(brand, name, said, now)
    value = _value(ask, said)
    recorded = _record(brand, reference, ask, said, now)
    models.AskOutcome.objects.get_or_create(
        brand=brand,
        subject=recorded.subject,
        event=recorded.event,
        defaults={"ask": ask.id, "answer": said.answer, "at": now},
    )
    permits = all(ConsentStatus(status) in PERMITTING for status in recorded.outcome.values())
    fact = None
    if value is not None and permits:
        at = read_utc(recorded.recorded_at)
        fact = Fact(f"ask-{ask.id}-{recorded.event}", ask.field.category, "told", at, value)
    receipt = consent.receipt_of([recorded.subject], recorded.event) or ""
    return Taken(recorded.subject, receipt, consent.answered(recorded.subject, brand, now), fact)


@transaction.atomic
def erase(subjects: Sequence[str]) -> None:
    """Delete what this room holds of these subjects. Repeatable."""
    models.AskShown.objects.filter(subject__in=subjects).delete()
    models.AskOutcome.objects.filter(subject__in=subjects).delete()
