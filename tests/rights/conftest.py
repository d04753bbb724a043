"""Ada, known to the shop's database, to a partner and to Sayso itself, and joined to one device."""

import copy
import secrets
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from sayso.config.local_systems import DOCUMENTS
from sayso.connectors.memory import World, world
from sayso.consent import queries as consent
from sayso.consent import services as answering
from sayso.core.request import Proof
from sayso.core.values import new_id
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys, named, store
from sayso.identity import services as identity
from sayso.inventory import services as inventory
from sayso.notices import services as notices
from sayso.uses import store as uses
from tests import linen
from tests.connectors import shop

BRAND = "linen-and-loom"
PARTNER = {
    "system": "brightside",
    "kind": "memory",
    "title": {"en": "Brightside Ads"},
    "recipient": "brightside",
    "tells": ["audience.member.added", "audience.member.removed", "subject.erased"],
}
DESK = {"system": "desk", "kind": "memory", "title": {"en": "The help desk"}, "rectify": ["name"]}


@dataclass(frozen=True)
class Ada:
    account: str
    device: str


@pytest.fixture
def worlds() -> dict[str, World]:
    made = {name: world(name) for name in ("brightside", "desk")}
    for each in made.values():
        each.__init__()  # type: ignore[misc]
    return made


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.Engine]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'shop.sqlite3'}"
        monkeypatch.setenv("TEST_SHOP_URL", url)
        engine = shop.build(url)
        yield engine
        engine.dispose()


@pytest.fixture
def systems(db: None, now: datetime, database: sa.Engine, worlds: dict[str, World]) -> None:
    notices.publish_notice(linen.document(), "Otto", now)
    notices.set_site("shop", BRAND, "http://localhost:8710", "EU")
    for document in (copy.deepcopy(shop.FILE), PARTNER, DESK, *DOCUMENTS):
        inventory.register_system(BRAND, document)
    worlds["desk"].rows["C-1001"] = {"name": "Ada Larkin"}


@pytest.fixture
def ada(systems: None, now: datetime) -> Ada:
    named = {"customer": "C-1001", "email": "ada@example.test"}
    account = identity.link_customer(named, "US-CA", now)
    device, db = new_id(), DjangoDatabase()
    keys.make_keys([device])
    store.add_device(db, keys.secret_hash(secrets.token_urlsafe(32)), device, now)
    identity.start_link(device, account, now)
    identity.join_device(device, account, now)
    return Ada(account, device)


def says(subject: str, now: datetime, **said: ConsentStatus) -> None:
    """Record an answer in the centre, choices named by the constants of `tests.linen`."""
    answers = {getattr(linen, name.upper()): status for name, status in said.items()}
    base = consent.answered(subject, BRAND, now).rev
    answer = answering.centre_answer(BRAND, answers, base, "change", Voucher.ACCOUNT, "en")
    answering.record_for(subject, BRAND, answer, now)


def proof(now: datetime) -> Proof:
    return Proof("proof-1", 2, now)


def counted(ada: Ada, now: datetime) -> None:
    """Have the shop use what Ada bought, and be held back from passing it on."""
    key = keys.secret_hash(identity.make_api_key(BRAND, "the shop", {"decide"}, now))
    names = named.names_of({"customer": "C-1001"})
    counts = {(BRAND, key, names, ((linen.LEARN, True),)): 14}
    uses.add(DjangoDatabase(), counts | {(BRAND, key, names, ((linen.PASS_ON, False),)): 3}, {}, now)
