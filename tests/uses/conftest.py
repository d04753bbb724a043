"""Ada with a browser and an account of her own, the shop's server key, and a counter to count with."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pytest

from sayso.core.values import new_id
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys, store
from sayso.identity import services as identity
from sayso.notices import services as notices
from sayso.uses import queries
from sayso.uses.counting import Counter
from tests import linen

BRAND = "linen-and-loom"
ADA = {"customer": "C-1001", "email": "ada@example.test"}


@dataclass(frozen=True)
class Ada:
    account: str
    device: str
    secret: str


@pytest.fixture
def brand(transactional_db: None, now: datetime) -> str:
    notices.publish_notice(linen.document(), "Otto", now)
    notices.set_site("shop", BRAND, "http://localhost:8710", "EU")
    return BRAND


@pytest.fixture
def ada(brand: str, now: datetime) -> Ada:
    return person(ADA, now)


def person(named: dict[str, str], now: datetime) -> Ada:
    """Make somebody with an account, and a browser that is nobody's yet."""
    account, device, secret = identity.link_customer(named, "", now), new_id(), secrets.token_urlsafe(32)
    keys.make_keys([device])
    store.add_device(DjangoDatabase(), keys.secret_hash(secret), device, now)
    return Ada(account, device, secret)


@pytest.fixture
def shop_key(brand: str, now: datetime) -> str:
    """Give the hash of the shop's key."""
    return keys.secret_hash(identity.make_api_key(brand, "the shop", {"decide"}, now))


@pytest.fixture
def counter() -> Iterator[Counter]:
    made = Counter()
    yield made
    made.close()


def counted(*subjects: str) -> dict[tuple[str, bool], int]:
    """Give what is kept of these subjects: how often each choice was permitted, or not."""
    found: dict[tuple[str, bool], int] = {}
    for row in queries.rows_of(subjects):
        found[row.choice, row.permitted] = found.get((row.choice, row.permitted), 0) + row.times
    return found
