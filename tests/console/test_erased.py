"""Two officers look at the evidence of somebody who was erased, page by page."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from sayso.consent import services as consent
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.identity import services as identity
from tests.centre.conftest import BRAND, browser, post, published, sign_in
from tests.linen import LEARN
from tests.messages.post_office import PostOffice

__all__ = ["browser", "post", "published"]
WHY = "A regulator asks about complaint 12"


@pytest.fixture
def officers(post: PostOffice, published: str) -> list[Client]:
    """Otto and Cleo, both officers."""
    made = []
    for name in ("otto", "cleo"):
        address = f"{name}@linenandloom.example.test"
        identity.make_staff(address, "officer", datetime.now(UTC))
        made.append(sign_in(Client(), post, address))
    return made


@pytest.fixture
def erased(published: str) -> None:
    """Let somebody answer once and be erased."""
    now = datetime.now(UTC)
    account = identity.link_customer({"customer": "C-1001"}, "IE", now)
    answer = consent.centre_answer(BRAND, {LEARN: ConsentStatus.GIVEN}, 0, "change", Voucher.ACCOUNT, "en")
    consent.record_for(account, BRAND, answer, now)
    consent.forget_subjects([account], now)
    identity.forget([account])


def test_one_asks_another_agrees_and_both_read(officers: list[Client], erased: None) -> None:
    otto, cleo = officers
    asked = otto.post("/console/erased", {"typed": "C-1001", "reason": WHY})
    assert asked.status_code == 302
    own = otto.get("/console/erased").content.decode()
    assert "waits for another officer" in own
    assert "/decide" not in own
    assert "C-1001" not in own
    (decide,) = re.findall(
        r'action="(/console/erased/\S+/decide)"', cleo.get("/console/erased").content.decode()
    )
    assert otto.post(decide, {"said": "yes"}).status_code == 403
    opened = cleo.post(decide, {"said": "yes"})
    for officer in officers:
        page = officer.get(str(opened["Location"])).content.decode()
        assert f"{LEARN}: given" in page
        assert "Open what was found" in officer.get("/console/erased").content.decode()


def test_declined_nothing_is_looked_up(officers: list[Client], erased: None) -> None:
    otto, cleo = officers
    otto.post("/console/erased", {"typed": "C-1001", "reason": WHY})
    (decide,) = re.findall(
        r'action="(/console/erased/\S+/decide)"', cleo.get("/console/erased").content.decode()
    )
    cleo.post(decide, {"said": "no"})
    assert "declined" in otto.get("/console/erased").content.decode()
    assert otto.get(decide.removesuffix("/decide")).status_code == 404


def test_without_a_reason_nobody_is_asked(officers: list[Client]) -> None:
    reply = officers[0].post("/console/erased", {"typed": "C-1001", "reason": "x"})
    assert reply.status_code == 422
    assert 'role="alert"' in reply.content.decode()
    assert "Nobody asked." in officers[0].get("/console/erased").content.decode()


def test_support_is_turned_away(post: PostOffice, published: str) -> None:
    identity.make_staff("dev@linenandloom.example.test", "support", datetime.now(UTC))
    dev = sign_in(Client(), post, "dev@linenandloom.example.test")
    assert dev.get("/console/erased").status_code == 403
