"""Requests: a fresh proof before anything is handed out or deleted, the plan first, honest steps after."""

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from sayso.fulfilment import services as fulfilment
from sayso.identity import queries as identity
from sayso.identity.proofing import models as proofing
from sayso.rights import queries as rights
from sayso.rights import services
from tests.centre.conftest import ADA, code_from, sign_in
from tests.messages.post_office import PostOffice


def _account() -> str:
    account = identity.account_by("email", ADA)
    assert account is not None
    return account


def _prove(browser: Client, post: PostOffice, act: str) -> None:
    browser.post(f"/centre/step-up/{act}/code")
    done = browser.post(f"/centre/step-up/{act}", {"code": code_from(post)})
    assert done.status_code == 302


def _work() -> None:
    for _ in range(20):
        now = datetime.now(UTC)
        fulfilment.carry_out_due(now)
        services.advance_all(now)


def test_even_who_has_just_signed_in_by_code_is_asked_for_a_fresh_proof(signed_in: Client) -> None:
    assert "Send me a code" in signed_in.get("/centre/delete").content.decode()
    signed_in.post("/centre/delete")
    signed_in.post("/centre/download")
    assert rights.requests_of(_account()) == []


def test_the_proof_is_for_one_act_only(signed_in: Client, post: PostOffice) -> None:
    _prove(signed_in, post, "download")
    assert "Prepare my copy" in signed_in.get("/centre/download").content.decode()
    assert "Send me a code" in signed_in.get("/centre/delete").content.decode()


def test_the_proof_does_not_serve_in_another_browser(
    signed_in: Client, post: PostOffice, published: str
) -> None:
    _prove(signed_in, post, "delete")
    other = sign_in(Client(), post)
    assert "Send me a code" in other.get("/centre/delete").content.decode()


def test_a_proof_older_than_five_minutes_is_asked_for_again(signed_in: Client, post: PostOffice) -> None:
    _prove(signed_in, post, "download")
    proofing.Proof.objects.update(at=datetime.now(UTC) - timedelta(minutes=5, seconds=1))
    assert "Send me a code" in signed_in.get("/centre/download").content.decode()


def test_a_wrong_code_stays_on_the_page_and_says_so(signed_in: Client, post: PostOffice) -> None:
    signed_in.post("/centre/step-up/delete/code")
    page = signed_in.post("/centre/step-up/delete", {"code": "WRONG-00"})
    assert page.status_code == 422
    assert "not the code we sent" in page.content.decode()


def test_reading_a_page_sends_no_code(signed_in: Client, post: PostOffice) -> None:
    before = len(post.letters)
    for path in ("/centre/delete", "/centre/download", "/centre/step-up/delete"):
        signed_in.get(path)
    assert signed_in.get("/centre/step-up/delete/code").status_code == 405
    assert len(post.letters) == before


def test_she_downloads_everything_after_a_fresh_proof(signed_in: Client, post: PostOffice) -> None:
    _prove(signed_in, post, "download")
    page = signed_in.post("/centre/download")
    assert page.status_code == 302, page.content.decode()
    _work()
    ready = signed_in.get(page["Location"]).content.decode()
    assert "Download the ZIP" in ready
    package = signed_in.post(f"{page['Location']}/package")
    assert package["Content-Type"] == "application/zip"
    names = zipfile.ZipFile(io.BytesIO(package.content)).namelist()
    assert any(name.endswith(".html") for name in names)
    assert any(name.endswith(".json") for name in names)


def test_a_package_is_not_handed_out_without_a_proof_nor_to_somebody_else(
    signed_in: Client, post: PostOffice
) -> None:
    _prove(signed_in, post, "download")
    address = signed_in.post("/centre/download")["Location"]
    _work()
    eve = sign_in(Client(), post, "eve@example.test")
    assert eve.get(address).status_code == 404
    _prove(eve, post, "download")
    assert eve.post(f"{address}/package").status_code == 404
    proofing.Proof.objects.all().delete()
    assert signed_in.post(f"{address}/package")["Location"] == "/centre/download"


def test_she_reads_the_plan_then_confirms_then_follows_the_link_without_an_account(
    signed_in: Client, post: PostOffice
) -> None:
    account = _account()
    _prove(signed_in, post, "delete")
    signed_in.post("/centre/delete")
    page = signed_in.get("/centre/delete").content.decode()
    assert "Nothing has been deleted yet" in page
    found = re.search(
        r'action="(/centre/requests/[^/]+)/confirm".*?name="plan" value="([^"]+)"', page, re.DOTALL
    )
    assert found
    confirmed = signed_in.post(f"{found.group(1)}/confirm", {"plan": found.group(2)})
    path, _, secret = confirmed["Location"].partition("#")
    _work()
    assert not identity.exists(account)
    stranger = Client()
    number = path.rpartition("/")[2]
    assert "Paste the whole link" in stranger.get(f"/r/{number}").content.decode()
    steps = stranger.post(f"/r/{number}", {"secret": confirmed["Location"]}).content.decode()
    assert "Done and checked" in steps
    assert ADA not in steps
    assert stranger.post(f"/r/{number}", {"secret": secret[:-1] + "x"}).status_code == 404
    assert signed_in.get("/centre/requests").status_code == 302


def test_a_plan_she_did_not_read_is_not_carried_out(signed_in: Client, post: PostOffice) -> None:
    _prove(signed_in, post, "delete")
    signed_in.post("/centre/delete")
    number = rights.requests_of(_account())[0].id
    assert signed_in.post(f"/centre/requests/{number}/confirm", {"plan": "sha256:other"}).status_code == 409
    assert identity.exists(_account())


def test_she_can_keep_everything_after_reading_the_plan(signed_in: Client, post: PostOffice) -> None:
    _prove(signed_in, post, "delete")
    signed_in.post("/centre/delete")
    number = rights.requests_of(_account())[0].id
    signed_in.post(f"/centre/requests/{number}/cancel")
    assert rights.requests_of(_account())[0].state == "cancelled"


def test_whoever_asks_for_a_deletion_that_is_under_way_is_shown_how_far_it_is(
    signed_in: Client, post: PostOffice
) -> None:
    _prove(signed_in, post, "delete")
    signed_in.post("/centre/delete")
    [request] = rights.requests_of(_account())
    signed_in.post(f"/centre/requests/{request.id}/confirm", {"plan": request.plan_version})
    for reply in (signed_in.get("/centre/delete"), signed_in.post("/centre/delete")):
        assert reply["Location"] == f"/centre/requests/{request.id}"


def test_no_code_is_sent_for_an_act_nobody_knows(signed_in: Client) -> None:
    assert signed_in.post("/centre/step-up/browse/code").status_code == 404


@pytest.mark.parametrize("value", ["", "x" * 201, "two\nlines"])
def test_a_correction_that_is_empty_or_too_long_is_refused(signed_in: Client, value: str) -> None:
    assert signed_in.post("/centre/data/correct", {"field": "name", "value": value}).status_code == 422
    assert rights.requests_of(_account()) == []
