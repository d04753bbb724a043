"""A shop's server says who its customers are."""

from datetime import datetime
from typing import Any

import pytest

from sayso.identity import models, queries
from sayso.identity import services as identity
from tests.api.conftest import Call

ADA = {"customer": "C-1001", "email": "ada@example.test", "region": "US-CA", "country": "US"}


def test_a_customer_is_recorded_on_the_word_of_the_brands_server(call: Call, now: datetime) -> None:
    assert call("POST", "/v1/links", ADA) == (200, {"customer": "linked"})
    account = queries.resolve({"customer": "C-1001"}, now).account
    assert account
    known = {(each.kind, each.value, each.vouched_by) for each in queries.identifiers_of(account)}
    assert known == {("customer", "C-1001", "server_key"), ("email", "ada@example.test", "server_key")}
    assert queries.regions_of(account) == ("", "US-CA")


def test_saying_it_again_changes_nothing(call: Call) -> None:
    call("POST", "/v1/links", ADA)
    assert call("POST", "/v1/links", ADA) == (200, {"customer": "linked"})
    assert models.Subject.objects.count() == 1
    assert models.Identifier.objects.count() == 2


def test_a_device_named_beside_a_customer_is_joined_to_nobody(
    call: Call, browser: str, now: datetime
) -> None:
    call("POST", "/v1/links", {**ADA, "device": browser})
    assert queries.resolve({"device": browser}, now).account is None


def test_somebody_who_was_erased_is_not_recorded_again(call: Call, now: datetime) -> None:
    account = identity.link_customer({"customer": "C-1001", "email": "ada@example.test"}, "US-CA", now)
    identity.suppress(account, now)
    before = models.Identifier.objects.count()
    assert call("POST", "/v1/links", ADA) == (200, {"customer": "suppressed"})
    assert call("POST", "/v1/links", {"customer": "C-1001"}) == (200, {"customer": "suppressed"})
    assert models.Identifier.objects.count() == before


@pytest.mark.parametrize(
    "body", [{}, {"customer": ""}, {"customer": "x" * 101}, {"customer": 7}, {**ADA, "email": "x" * 255}]
)
def test_what_names_no_customer_is_refused(call: Call, body: Any) -> None:
    status, problem = call("POST", "/v1/links", body)
    assert (status, problem["code"]) == (422, "invalid_request")
    assert problem["remedy"]
    assert models.Subject.objects.count() == 0
