"""A brand that asks, a browser that answered, and its server's key."""

import secrets
from collections.abc import Callable
from datetime import datetime

import pytest
import yaml

from sayso.asks import services
from sayso.consent import queries as consent
from sayso.consent import services as answering
from sayso.core.vocabulary import ConsentStatus
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys, store
from sayso.notices import queries as notices
from sayso.notices import services as publishing
from tests import linen


@pytest.fixture
def brand(db: None, now: datetime) -> str:
    publishing.publish_notice(linen.document(), "Otto", now)
    services.set_catalogue("linen-and-loom", yaml.safe_load((linen.BRAND / "asks.yaml").read_text()), now)
    return "linen-and-loom"


@pytest.fixture
def say(brand: str, now: datetime) -> Callable[..., str]:
    """Record an answer of a browser: `say(secret, purchases=GIVEN)`; give its subject."""

    def answered(secret: str, at: datetime = now, **said: ConsentStatus) -> str:
        known = store.subject_of_device(DjangoDatabase(), keys.secret_hash(secret))
        base = consent.answered(known, brand, at).rev
        answer = linen.answer(notices.current(brand), base=base, **said)
        return answering.record_answer(secret, None, brand, answer, at).subject

    return answered


@pytest.fixture
def browser(say: Callable[..., str]) -> str:
    """Give the secret of a browser whose owner permits purchases and left her location open."""
    secret = secrets.token_urlsafe(32)
    say(secret, purchases=ConsentStatus.GIVEN)
    return secret
