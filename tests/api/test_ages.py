"""A brand passes on a month of birth; a band comes back, and the gate goes by it."""

import secrets
from datetime import UTC, datetime

import pytest

from sayso.consent import queries as consent
from sayso.core.age import Band
from sayso.identity import queries as identity
from sayso.identity import services
from tests.api.conftest import Call
from tests.linen import MONDAY


@pytest.fixture
def key(brand: str) -> str:
    return services.make_api_key(brand, "shop", {"age", "recommend", "asks"}, MONDAY)


def test_a_browser_says_its_age_and_is_asked_and_suggested_nothing(
    call: Call, browser: str, brand: str
) -> None:
    subject = {"device": browser}
    assert call("POST", "/v1/recommendations", {"subject": subject})[1]["permitted"] != []
    assert call("POST", "/v1/age", {"subject": subject, "born": "2013-05"}) == (200, {"band": "child"})
    assert call("POST", "/v1/recommendations", {"subject": subject})[1]["permitted"] == []
    asked = {"subject": subject, "moment": "order_confirmed"}
    assert call("POST", "/v1/asks/next", asked)[1]["reason"] == "minor"


def test_an_older_age_said_later_is_not_believed(call: Call, browser: str) -> None:
    subject = {"device": browser}
    call("POST", "/v1/age", {"subject": subject, "born": "2013-05"})
    assert call("POST", "/v1/age", {"subject": subject, "born": "1980-01"}) == (200, {"band": "child"})


def test_a_browser_that_never_answered_is_remembered_by_its_secret(call: Call, brand: str) -> None:
    secret = secrets.token_urlsafe(32)
    assert call("POST", "/v1/age", {"subject": {"device": secret}, "born": "2013-05"})[0] == 200
    assert (
        consent.band_of(list(identity.resolve({"device": secret}, datetime.now(UTC)).subjects), brand)
        is Band.CHILD
    )


def test_a_customer_by_number_is_known_or_refused(call: Call, brand: str) -> None:
    body = {"subject": {"customer": "C-1013"}, "born": "2013-05"}
    assert call("POST", "/v1/age", body)[1]["code"] == "unknown_subject"
    services.link_customer({"customer": "C-1013"}, "US-CA", MONDAY)
    assert call("POST", "/v1/age", body) == (200, {"band": "teen"})


@pytest.mark.parametrize("born", ["", "2013", "2013-5", "2999-01"])
def test_what_is_no_month_is_refused_and_makes_nobody(call: Call, brand: str, born: str) -> None:
    secret = secrets.token_urlsafe(32)
    status, problem = call("POST", "/v1/age", {"subject": {"device": secret}, "born": born})
    assert (status, problem["code"]) == (422, "invalid_age")
    assert identity.resolve({"device": secret}, datetime.now(UTC)).subjects == ()


def test_a_key_without_the_scope_may_not(call: Call, brand: str) -> None:
    other = services.make_api_key(brand, "shop", {"decide"}, MONDAY)
    assert call("POST", "/v1/age", {"subject": {"device": "x" * 43}, "born": "2013-05"}, key=other)[0] == 403
