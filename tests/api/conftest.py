"""Linen & Loom's server, which speaks to Sayso by its key."""

import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import yaml
from django.test import Client

from sayso.asks import services as asks
from sayso.consent import services as answering
from sayso.core.vocabulary import ConsentStatus
from sayso.identity import services as identity
from sayso.notices import queries as notices
from sayso.notices import services as publishing
from tests import linen

Call = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def brand(db: None, now: datetime) -> str:
    publishing.publish_notice(linen.document(), "Otto", now)
    asks.set_catalogue("linen-and-loom", yaml.safe_load((linen.BRAND / "asks.yaml").read_text()), now)
    return "linen-and-loom"


@pytest.fixture
def key(brand: str, now: datetime) -> str:
    """Give the shop's server key."""
    scopes = {"facts", "items", "recommend", "asks", "link"}
    return identity.make_api_key(brand, "shop", scopes, now)


@pytest.fixture
def call(key: str) -> Call:
    """Call the REST interface: `call("POST", "/v1/facts", body)` gives status and body."""

    def called(method: str, path: str, body: Any, key: str = key) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        reply = Client().generic(
            method, path, json.dumps(body), content_type="application/json", headers=headers
        )
        return reply.status_code, json.loads(reply.content) if reply.content else {}

    return called


@pytest.fixture
def browser(brand: str) -> str:
    """Give the secret of a browser whose owner permits purchases and preferences, and no more."""
    secret, now = secrets.token_urlsafe(32), datetime.now(UTC)
    given = ConsentStatus.GIVEN
    answer = linen.answer(notices.current(brand), purchases=given, preferences=given)
    answering.record_answer(secret, None, brand, answer, now)
    return secret
