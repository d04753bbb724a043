"""A brand whose notice is published, and answers ready to be recorded."""

import secrets
from collections.abc import Callable
from datetime import datetime

import pytest

from sayso.consent.ledger import Submission, body_hash_of
from sayso.core.consent import Answer
from sayso.core.values import canonical
from sayso.identity import keys
from sayso.notices import services as notices
from tests import linen


@pytest.fixture
def brand(db: None, now: datetime) -> str:
    notices.publish_notice(linen.document(), "Otto", now)
    notices.set_site("shop", "linen-and-loom", "http://localhost:8710", "EU")
    return "linen-and-loom"


@pytest.fixture
def device() -> str:
    return secrets.token_urlsafe(32)


@pytest.fixture
def submission(brand: str, device: str) -> Callable[[Answer], Submission]:
    """Make what the edge hands to the ledger for an answer of one device."""

    def make(answer: Answer) -> Submission:
        body = canonical([answer.event, dict(answer.answers), answer.base])
        return Submission(brand, answer, body_hash_of(body), device=keys.secret_hash(device))

    return make
