"""A time of day that is set back revives nothing that has ended."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sayso.edge import service
from tests.edge.shop import DISCLOSE, Shop
from tests.edge.test_fuzz import shop

__all__ = ["shop"]


def _at(shop: Shop, monkeypatch: pytest.MonkeyPatch, moment: datetime) -> dict[str, Any]:
    monkeypatch.setattr(service, "now", lambda: moment)
    body = json.dumps({"subject": {"device": shop.device}, "questions": [DISCLOSE]}).encode()
    (said,) = shop.send(shop.post("/v1/decide").saying(body)).told["decisions"]
    return {name: said[name] for name in ("permitted", "reason")}


def test_a_yes_that_ended_by_age_stays_ended_when_the_clock_is_set_back(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = datetime.now(UTC)
    permits, ended = {"permitted": True, "reason": "given"}, {"permitted": False, "reason": "expired"}
    assert _at(shop, monkeypatch, today) == permits
    assert _at(shop, monkeypatch, today + timedelta(days=800)) == ended
    assert _at(shop, monkeypatch, today) == ended
