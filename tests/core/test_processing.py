"""The record of processing is made of the notice and of where data stands."""

from sayso.core.processing import COLUMNS, Holder, activities, record_json
from tests import linen

SHOP = Holder({"en": "The shop"}, "purchases", "")
ORDERS = Holder({"en": "The orders"}, "name", "orders")


def test_every_part_of_the_notice_is_a_line_asked_and_told() -> None:
    notice = linen.publish(linen.document()).notice
    listed = activities(notice, [SHOP, ORDERS], "en")
    assert len(listed) == len(notice.parts()) > 10
    passed_on = next(one for one in listed if one.purpose == "pass_on")
    assert passed_on.recipient == "Brightside Ads"
    assert (passed_on.country, passed_on.role) == ("US", "independent_controller")
    assert "standard contractual clauses" in passed_on.transfer
    assert (passed_on.retention, passed_on.legal_basis) == ("12 months", "consent")
    assert passed_on.systems == ("The shop",)
    invoices = next(one for one in listed if one.purpose == "invoices" and one.category == "your name")
    assert (invoices.systems, invoices.legal_basis) == ((), "legal_obligation")
    assert "section 84" in invoices.law
    named = next(one for one in listed if one.purpose == "orders" and one.category == "your name")
    assert named.systems == ("The orders",)
    assert named.measures == ("encrypted where it is kept",)


def test_a_recipient_without_an_entry_is_the_controller_itself() -> None:
    document = linen.document()
    notice = linen.publish(document).notice
    del notice.recipients["self"]
    own = next(one for one in activities(notice, [], "zh-Hant") if one.purpose == "learn")
    assert (own.recipient, own.role, own.country) == ("Linen & Loom Ltd.", "controller", "IE")
    assert own.data_subjects == "顧客"


def test_a_line_is_cells_and_json_of_the_same_content() -> None:
    notice = linen.publish(linen.document()).notice
    line = activities(notice, [SHOP, SHOP], "en")[0]
    assert len(line.row()) == len(COLUMNS)
    assert line.row()[COLUMNS.index("measures")].count(";") == len(line.measures) - 1
    assert line.json()["measures"] == list(line.measures)
    assert line.json()["sensitive"] is False
    whole = record_json(notice, [line], "Otto", "2026-05-04T09:00:00.000000Z")
    assert whole["controller"]["name"] == "Linen & Loom Ltd."
    assert whole["activities"] == [line.json()]
    assert whole["notice"] == notice.version
