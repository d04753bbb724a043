"""Linen & Loom's notice and catalogue in the database, and people who answer it."""

import csv
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from sayso.consent import queries as consent
from sayso.consent import services as answering
from sayso.core.fact import Fact
from sayso.core.values import new_id
from sayso.core.vocabulary import ConsentStatus
from sayso.identity import services as identity
from sayso.notices import queries as notices
from sayso.notices import services as publishing
from sayso.outbox import services as outbox
from sayso.personalisation import services
from sayso.personalisation.services import ItemTold
from sayso.personalisation.worker import SUBSCRIPTIONS
from tests import linen

CATALOGUE = Path(__file__).parents[2] / "demo/sayso_demo/shop/data/catalogue.csv"


def items() -> list[ItemTold]:
    with CATALOGUE.open(encoding="utf-8") as file:
        return [
            ItemTold(
                row["id"],
                {"en": row["title_en"], "zh-Hant": row["title_zh_hant"]},
                {
                    **{name: row[name] for name in ("type", "colour", "colour_family", "material", "room")},
                    "renewable": row["renewable"] == "yes",
                    "warmth": int(row["warmth"]),
                },
            )
            for row in csv.DictReader(file)
        ]


def news() -> None:
    """Let the room read its news, as the worker does."""
    outbox.deliver("personalisation", SUBSCRIPTIONS)


def bought(item: str, at: datetime, fact: str = "") -> Fact:
    return Fact(fact or f"order-{item}", "purchases", "observed", at, {"item": item})


@pytest.fixture
def brand(db: None, now: datetime) -> str:
    publishing.publish_notice(linen.document(), "Otto", now)
    services.put_items("linen-and-loom", items())
    return "linen-and-loom"


Answering = Callable[..., None]


@pytest.fixture
def say(brand: str, now: datetime) -> Answering:
    """Record an answer: `say(subject, purchases=GIVEN)`. Names are the constants of `tests.linen`."""

    def answered(subject: str, at: datetime = now, **said: ConsentStatus) -> None:
        base = consent.answered(subject, brand, at).rev
        answer = linen.answer(notices.current(brand), base=base, **said)
        answering.record_for(subject, brand, answer, at)

    return answered


@pytest.fixture
def person(brand: str, now: datetime) -> Callable[[], str]:
    """Make an account nobody answered for yet."""
    return lambda: identity.link_customer({"customer": new_id()}, "", now)
