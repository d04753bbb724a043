"""The shop's side of the promise: ask before every use, and obey."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from sayso_sdk import Client, Decision, Question, SaysoProblem, SubjectRef
from sayso_sdk.django import device_of
from sayso_sdk.gpc import has_signal
from sayso_sdk.values import Answer, Recommendation, Why

from sayso_demo.shop import catalogue, diary
from sayso_demo.shop.catalogue import Product
from sayso_demo.shop.models import Order

PERSONALISE = (
    Question("personalise", "purchases"),
    Question("personalise", "preferences"),
    Question("personalise", "location"),
)
LETTERS = Question("newsletter", "contact")
LOCALES = {"zh-hant": "zh-Hant", "ar": "ar"}
"""Django's language codes and what Sayso calls them."""


@dataclass(frozen=True)
class Suggestion:
    """One suggested product with its reasons."""

    product: Product
    found: Recommendation

    @property
    def sum(self) -> str:
        """The contributions that are on, written as a sum."""
        parts = [f"{why.contribution:.2f}" for why in self.on]
        return f"{' + '.join(parts) or '0'} = {self.found.score:.2f}"

    @property
    def whole(self) -> float:
        """What all reasons together would bring: the length of a full bar."""
        return sum(abs(why.contribution) for why in self.found.reasons)

    @property
    def on(self) -> list[Why]:
        """The reasons that count."""
        return [why for why in self.found.reasons if why.on]


@dataclass(frozen=True)
class Strip:
    """What the first page shows: suggestions if they are permitted, the house's favourites if not."""

    suggestions: tuple[Suggestion, ...] = ()
    favourites: tuple[Product, ...] = ()
    notes: tuple[str, ...] = ()


@cache
def sayso() -> Client:
    """Return the shop's one connection to Sayso."""
    return Client(settings.SAYSO_URL, settings.SAYSO_KEY)


def locale() -> str:
    """Return the language of the page as Sayso names it."""
    return LOCALES.get(get_language() or "", "en")


def subject_of(request: HttpRequest) -> SubjectRef | None:
    """Return who is looking at the page: this browser, once it has answered anything; else nobody."""
    device = device_of(request)
    return SubjectRef(device=device) if device else None


def ask(request: HttpRequest, use: str, questions: Sequence[Question]) -> list[Decision]:
    """Ask Sayso before a use, and note question and answer for the page behind the shop."""
    subject = subject_of(request)
    if subject is None:
        # Nobody answered anything in this browser, so there is nobody to ask about: the answer is no.
        return [Decision.refused(question, "not_answered") for question in questions]
    decisions = sayso().decide(subject, questions, gpc=has_signal(request.headers))
    now = timezone.now()
    entries = [diary.Entry(now, use, made.choice, made.permitted, made.reason) for made in decisions]
    diary.note(subject["device"], entries)
    return decisions


def strip(request: HttpRequest, limit: int = 4) -> Strip:
    """Return the suggestions this visitor allows, or everybody's favourites."""
    if not any(made.permitted for made in ask(request, "suggestions", PERSONALISE)):
        return plain_strip()
    subject = subject_of(request)
    if subject is None:
        return plain_strip()
    try:
        answer = sayso().recommendations(subject, limit=limit, locale=locale())
    except SaysoProblem:
        return plain_strip()
    found = tuple(
        Suggestion(item, recommended)
        for recommended in answer.items
        if (item := catalogue.product(recommended.id)) is not None
    )
    return Strip(found, () if found else plain_strip().favourites, answer.notes)


def plain_strip() -> Strip:
    """Return the same eight favourites for everybody, made from nobody's data."""
    return Strip(favourites=tuple(catalogue.known(catalogue.FAVOURITES)))


def switch(request: HttpRequest, reason: str, *, on: bool) -> None:
    """Switch one reason on or off, as the visitor asked; a Sayso that is down changes nothing."""
    subject = subject_of(request)
    if subject is None:
        return
    try:
        sayso().switch_reason(subject, reason, on=on)
    except SaysoProblem:
        return


def tell_of_order(order: Order, device: str | None) -> None:
    """Tell Sayso whose order this is and what was bought; it keeps only what a purpose needs.

    The order stands whatever Sayso answers.
    """
    customer = order.customer
    try:
        linked = sayso().link(
            customer.number,
            device=device,
            email=customer.email,
            country=customer.country,
            region=customer.jurisdiction,
        )
        if linked == "linked":
            subject = SubjectRef(customer=customer.number)
            if device:
                subject["device"] = device
            sayso().add_facts(subject, facts_of(order))
    except SaysoProblem:
        return


def facts_of(order: Order) -> list[dict[str, Any]]:
    """Return one fact for each line of the order."""
    return [
        {
            "id": f"order-{order.number}-line-{place}",
            "category": "purchases",
            "source": "observed",
            "at": _iso(order.placed_at),
            "value": {"item": line.product_id},
        }
        for place, line in enumerate(order.lines.order_by("id"), 1)
    ]


def next_ask(request: HttpRequest, moment: str) -> dict[str, Any] | None:
    """Return the one question worth asking now, or None."""
    subject = subject_of(request)
    if subject is None:
        return None
    try:
        return sayso().next_ask(subject, moment, locale=locale())
    except SaysoProblem:
        return None


def answer_ask(
    request: HttpRequest, shown: dict[str, Any], answer: Answer, event: str, typed: dict[str, str]
) -> None:
    """Pass the visitor's answer on; raises SaysoProblem when it was not recorded."""
    subject = subject_of(request)
    if subject is None:
        raise SaysoProblem("device_missing", "", 401)
    value = typed if answer == "given" else None
    sayso().answer_ask(subject, shown, answer, value=value, locale=locale(), event=event)


def say_age(request: HttpRequest, born: str) -> None:
    """Pass on when the visitor was born; raises SaysoProblem when it was not taken."""
    subject = subject_of(request)
    if subject is None:
        raise SaysoProblem("device_missing", "", 401)
    sayso().say_age(subject, born)


def _iso(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")
