"""A shop asks which fields it may go on collecting; what nobody needs is refused at the door."""

import copy
from datetime import datetime
from typing import Any

import pytest

from sayso.inventory import services as inventory
from tests.api.conftest import Call
from tests.connectors import shop

ADDRESS = "/v1/systems/shop/fields"


@pytest.fixture
def fax(brand: str) -> None:
    file: dict[str, Any] = copy.deepcopy(shop.FILE)
    file["tables"]["customers"]["columns"]["fax"] = {"category": "fax", "title": {"en": "fax"}}
    file["tables"]["customers"]["columns"]["name"]["purposes"] = ["orders"]
    inventory.register_system(brand, file)


def _field(call: Call, name: str) -> dict[str, Any]:
    status, body = call("GET", ADDRESS, None)
    assert status == 200
    return next(one for one in body["fields"] if f"{one['table']}.{one['column']}" == name)


@pytest.mark.usefixtures("fax")
def test_each_field_says_whether_it_may_be_collected_and_what_for(call: Call, now: datetime) -> None:
    before = _field(call, "customers.fax")
    assert before == {
        "table": "customers",
        "column": "fax",
        "category": "fax",
        "collect": True,
        "purposes": [],
    }
    inventory.drop_field("shop", "customers", "fax", "p-1", now)
    assert _field(call, "customers.fax")["collect"] is False
    name = _field(call, "customers.name")
    assert (name["collect"], name["purposes"]) == (True, ["orders"])


def test_a_fact_of_a_category_no_purpose_needs_is_refused_at_the_door(call: Call, browser: str) -> None:
    fact = {
        "id": "fax-1",
        "category": "fax",
        "source": "told",
        "at": "2026-05-04T09:00:00Z",
        "value": {"n": "1"},
    }
    status, body = call("POST", "/v1/facts", {"subject": {"device": browser}, "facts": [fact]})
    assert (status, body) == (200, {"accepted": [], "refused": [{"id": "fax-1", "code": "no_purpose"}]})


@pytest.mark.usefixtures("fax")
def test_the_fields_of_another_brands_system_are_nobody_elses_business(call: Call, now: datetime) -> None:
    inventory.register_system("another-brand", {**copy.deepcopy(shop.FILE), "system": "theirs"})
    assert call("GET", "/v1/systems/theirs/fields", None) == (200, {"fields": []})
    assert call("GET", ADDRESS, None, key="sk_nobody")[0] == 401
