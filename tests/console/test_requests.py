"""The officer's pages: the queue and its file, four eyes, evidence, the record of processing."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client

from sayso.core.clock import UNREAD
from sayso.identity import services as identity
from sayso.inventory import services as inventory
from sayso.rights import queries as rights
from sayso.rights import services
from sayso.rights.models import RightsRequest
from sayso.staff import queries as staff
from tests import linen
from tests.centre.conftest import ADA, BRAND, browser, post, published, sign_in, signed_in
from tests.console.test_people import DEV, OTTO, WHY, _look, _staff
from tests.messages.post_office import PostOffice

__all__ = ["browser", "post", "published", "signed_in"]


@pytest.fixture
def otto(post: PostOffice, published: str) -> Client:
    """Otto, privacy officer."""
    return _staff(post, OTTO, "officer")


@pytest.fixture
def ada(published: str) -> str:
    """Ada's account."""
    return identity.link_customer({"customer": "C-1001", "email": ADA}, "US-CA", datetime.now(UTC))


def _page(client: Client, address: str) -> str:
    reply = client.get(address)
    assert reply.status_code == 200, reply.content.decode()
    return reply.content.decode()


def test_an_empty_queue_says_so_under_each_filter(otto: Client) -> None:
    assert "Nothing is open." in _page(otto, "/console/requests")
    assert "Nothing is late." in _page(otto, "/console/requests?show=late")
    assert "Nothing was closed yet." in _page(otto, "/console/requests?show=done")


def test_filters_count_and_show_what_they_say(otto: Client, ada: str) -> None:
    number = services.plan_erasure(ada, datetime.now(UTC)).id
    assert number in _page(otto, "/console/requests")
    assert number not in _page(otto, "/console/requests?show=late")
    RightsRequest.objects.update(due_at=datetime.now(UTC) - timedelta(days=1, hours=1))
    late = _page(otto, "/console/requests?show=late")
    assert number in late
    assert "2 days late" in late
    services.cancel(number, ada, datetime.now(UTC))
    assert number in _page(otto, "/console/requests?show=done")
    assert "Nothing is open." in _page(otto, "/console/requests")


def test_a_deadline_nobody_read_is_warned_of_in_the_language_of_the_page(otto: Client, ada: str) -> None:
    number = services.plan_erasure(ada, datetime.now(UTC)).id
    RightsRequest.objects.update(warnings=[f"GB: UK GDPR art. 12(3){UNREAD}"])
    for address in ("/console/requests", f"/console/requests/{number}"):
        page = otto.get(address, headers={"accept-language": "zh-hant"}).content.decode()
        assert "GB: UK GDPR art. 12(3) 未在其原始出處讀過" in page
        assert UNREAD not in page


def test_a_long_queue_is_paged(otto: Client, ada: str) -> None:
    services.plan_erasure(ada, datetime.now(UTC))
    row = RightsRequest.objects.get()
    for step in range(rights.PAGE):
        row.pk = f"00000000-0000-4000-8000-{step:012d}"
        row._state.adding = True
        row.due_at += timedelta(days=1)
        row.save()
    first, second = _page(otto, "/console/requests"), _page(otto, "/console/requests?page=2")
    assert "Next page" in first
    assert "Page 2 of 2" in second
    assert f"{rights.PAGE - 1:012d}" in second
    assert f"{rights.PAGE - 1:012d}" not in first


@pytest.mark.parametrize("query", ["show=all", "page=0", "page=x", "page=2", "page=-1", "page=99999999"])
def test_there_is_no_such_queue(otto: Client, query: str) -> None:
    assert otto.get(f"/console/requests?{query}").status_code == 404


def test_deadlines_nobody_read_are_named_to_the_officer(otto: Client) -> None:
    page = _page(otto, "/console/requests")
    assert "never read in their source" in page
    assert "Tennessee" in page


def test_the_queue_is_handed_over_as_a_table_without_formulas(otto: Client, ada: str) -> None:
    number = services.plan_erasure(ada, datetime.now(UTC)).id
    RightsRequest.objects.update(law="=HYPERLINK(1)", region="@X")
    reply = otto.get("/console/requests.csv")
    assert reply["Content-Type"] == "text/csv; charset=utf-8"
    [row] = csv.DictReader(io.StringIO(reply.content.decode("utf-8-sig")))
    assert (row["number"], row["law"], row["region"]) == (number, "'=HYPERLINK(1)", "'@X")
    assert (row["kind"], row["state"]) == ("erasure", "planned")


def _proposed(otto: Client) -> str:
    reply = otto.post(f"{_look(otto)}/delete")
    assert reply.status_code == 302, reply.content.decode()
    return str(reply["Location"])


def test_who_proposed_a_deletion_is_told_that_somebody_else_decides(otto: Client, ada: str) -> None:
    page = _proposed(otto)
    shown = _page(otto, page)
    assert "waits for a second officer" in shown
    assert "You proposed this, so somebody else decides it." in shown
    assert "Approve: delete" not in shown
    plan = rights.officer_view(page.rsplit("/", 1)[1]).plan_version
    refused = otto.post(f"{page}/approve", {"plan": plan})
    assert refused.status_code == 403
    assert "four_eyes" in refused.content.decode()


def test_a_second_officer_approves_the_plan_on_the_page(otto: Client, ada: str, post: PostOffice) -> None:
    page = _proposed(otto)
    dev = _staff(post, DEV, "officer")
    shown = _page(dev, page)
    assert "Approve: delete as planned below" in shown
    assert otto.get(f"{page}/approve").status_code == 405
    plan = rights.officer_view(page.rsplit("/", 1)[1]).plan_version
    assert plan in shown
    assert dev.post(f"{page}/approve", {"plan": plan})["Location"] == page
    assert "Approved by" in _page(dev, page)


def test_a_second_officer_declines_and_it_says_why(otto: Client, ada: str, post: PostOffice) -> None:
    page = _proposed(otto)
    dev = _staff(post, DEV, "officer")
    assert dev.post(f"{page}/decline", {"why": "bored"}).status_code == 422
    dev.post(f"{page}/decline", {"why": "not_asked"})
    shown = _page(otto, page)
    assert "Declined by" in shown
    assert "she says that she did not ask" in shown


def test_she_reads_who_began_it_and_takes_it_back(
    otto: Client, ada: str, signed_in: Client, post: PostOffice
) -> None:
    page = _proposed(otto).replace("/console", "/centre")
    hers = _page(signed_in, page)
    assert "Otto began this on your behalf" in hers
    assert signed_in.get("/centre/delete")["Location"] == page
    signed_in.post(f"{page}/cancel")
    assert "Taken back" in _page(signed_in, page)


def test_evidence_is_handed_over_with_a_reason_she_reads(otto: Client, ada: str) -> None:
    page = f"/console/requests/{services.plan_erasure(ada, datetime.now(UTC)).id}"
    assert "Why you take it out" in _page(otto, page)
    assert otto.post(f"{page}/evidence", {"reason": ""}).status_code == 422
    assert staff.looks_of(ada) == []
    file = otto.post(f"{page}/evidence", {"reason": WHY})
    assert file["Content-Disposition"].startswith("attachment")
    assert json.loads(file.content)["content"]["request"]["kind"] == "erasure"
    assert [look.shown for look in staff.looks_of(ada)] == [("evidence",)]


def _record(otto: Client) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(otto.get("/console/record.json").content)
    return read


def test_the_record_is_one_content_as_page_table_and_json(otto: Client) -> None:
    shop = Path(linen.BRAND / "systems" / "shop.yaml")
    inventory.register_system(BRAND, yaml.safe_load(shop.read_text()))
    page, record = _page(otto, "/console/record"), _record(otto)
    rows = list(csv.DictReader(io.StringIO(otto.get("/console/record.csv").content.decode("utf-8-sig"))))
    assert len(rows) == len(record["activities"]) > 10
    assert record["privacy_officers"] == "Otto"
    assert record["supervisory_authority"]["name"] in page
    for activity, row in zip(record["activities"], rows, strict=True):
        assert activity["activity"] == row["activity"]
        assert activity["activity"].replace("'", "&#x27;") in page
        assert "; ".join(activity["systems"]) == row["systems"]
    orders = next(one for one in record["activities"] if one["purpose"] == "orders")
    assert orders["systems"] == ["The shop's own database"]


def test_the_record_speaks_the_language_of_the_page(otto: Client) -> None:
    otto.post("/language", {"language": "zh-hant"})
    assert any(one["activity"] == "為我挑選" for one in _record(otto)["activities"])


@pytest.mark.parametrize(
    "address", ["/console/record", "/console/record.csv", "/console/record.json", "/console/requests.csv"]
)
def test_support_sees_no_page_of_the_officer(post: PostOffice, published: str, address: str) -> None:
    dev = _staff(post, DEV, "support")
    assert dev.get(address).status_code == 403
    assert sign_in(Client(), post).get(address).status_code == 403
