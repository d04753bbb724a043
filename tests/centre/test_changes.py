"""What changed, on her own pages and behind the link of a letter."""

import re
from datetime import UTC, datetime

import pytest
from django.test import Client

from sayso.changes.models import Told
from sayso.consent import models as ledger
from sayso.consent import queries as consent
from sayso.core.vocabulary import PERMITTING
from sayso.identity import queries as identity
from sayso.messages.services import send_due
from sayso.notices import services as notices
from tests import linen
from tests.centre.conftest import ADA, BRAND, Answering, sign_in
from tests.changes.conftest import YES, says, work
from tests.linen import HARBOUR, LEARN
from tests.messages.post_office import PostOffice

LINK = re.compile(r"http://\S+(/c/[0-9a-f-]{36})#([0-9a-f]{64})")


def publish() -> str:
    now = datetime.now(UTC)
    version = notices.publish_notice(linen.second(), "Otto and Dev", now)
    work(now)
    return version


@pytest.fixture
def ada(signed_in: Client) -> str:
    """Ada's account, which said yes to learning, touched by the second version."""
    account = identity.account_by("email", ADA)
    assert account
    says(account, datetime.now(UTC), learn=YES, newsletter=YES)
    publish()
    return account


def link_in_letter(post: PostOffice) -> tuple[str, str]:
    send_due(datetime.now(UTC))
    found = LINK.search(post.text())
    assert found, post.text()
    return found.group(1), found.group(2)


def where(account: str) -> dict[str, bool]:
    statuses = consent.answered(account, BRAND, datetime.now(UTC)).statuses
    return {choice: statuses[choice] in PERMITTING for choice in (LEARN, HARBOUR)}


def form(page: str, change: str = HARBOUR) -> dict[str, str]:
    base = re.search(r'name="base" value="([\d.]+)"', page)
    assert base, page
    return {"change": change, "base": base.group(1)}


def test_the_first_screen_shows_what_waits_with_nothing_chosen(signed_in: Client, ada: str) -> None:
    page = signed_in.get("/centre/").content.decode()
    for told in ("What changed for you", "Harbour Mill in Portugal", "Keep as today", "Stop this use"):
        assert told in page
    assert "24 months" in page  # what is kept shorter is told beside it
    assert "checked" not in page
    assert "There is nothing to answer." in page


def test_looking_answers_nothing_and_only_notes_that_it_was_seen(signed_in: Client, ada: str) -> None:
    before = ledger.Event.objects.count()
    for path in ("/centre/", "/centre/changes", "/centre/choices"):
        assert signed_in.get(path).status_code == 200
    assert ledger.Event.objects.count() == before
    row = Told.objects.get()
    assert (row.answered_at, row.said) == (None, {})
    assert row.seen_at is not None


@pytest.mark.parametrize(
    ("way", "learn", "harbour"), [("keep", True, False), ("allow", True, True), ("stop", False, False)]
)
def test_signed_in_she_says_each_of_the_three_and_keeps_the_proof(
    signed_in: Client, ada: str, way: str, learn: bool, harbour: bool
) -> None:
    page = signed_in.get("/centre/changes").content.decode()
    reply = signed_in.post("/centre/changes/answer", {**form(page), "way": way}, follow=True)
    after = reply.content.decode()
    assert "Saved. It holds from this moment." in after
    assert "/centre/proof/" in after
    assert where(ada) == {LEARN: learn, HARBOUR: harbour}
    assert "Keep as today" not in after
    proof = re.search(r"/centre/proof/[0-9a-f-]+", after)
    assert proof
    assert "change-1" in signed_in.get(proof.group()).content.decode()


def test_what_was_only_told_goes_when_she_has_read_it(signed_in: Client, ada: str) -> None:
    page = signed_in.get("/centre/changes").content.decode()
    assert "I have read this" not in page  # something waits for an answer still
    signed_in.post("/centre/changes/answer", {**form(page), "way": "keep"})
    page = signed_in.get("/centre/changes").content.decode()
    assert "I have read this" in page
    signed_in.post("/centre/changes/read")
    assert "What changed for you" not in signed_in.get("/centre/").content.decode()


def test_a_browser_alone_sees_and_answers_it_too(browser: Client, answered: Answering) -> None:
    answered(learn="given")
    publish()
    page = browser.get("/centre/").content.decode()
    assert "Harbour Mill in Portugal" in page
    browser.post("/centre/changes/answer", {**form(page), "way": "allow"})
    device = Told.objects.get().subject
    assert where(device) == {LEARN: True, HARBOUR: True}
    assert ledger.Event.objects.filter(subject=device).count() == 2


def test_who_was_not_touched_sees_the_history_and_nothing_to_answer(
    browser: Client, answered: Answering
) -> None:
    answered(learn="refused")
    version = publish()
    assert "What changed for you" not in browser.get("/centre/").content.decode()
    page = browser.get("/centre/changes").content.decode()
    assert "Nothing waits for your answer." in page
    for told in (
        "more than before",
        "less than before",
        "the same in other words",
        "The first version.",
        version,
    ):
        assert told in page
    assert (
        browser.post("/centre/changes/answer", {"change": HARBOUR, "base": "1", "way": "allow"}).status_code
        == 404
    )


def test_a_stranger_sees_the_history_alone(browser: Client) -> None:
    publish()
    page = browser.get("/centre/changes").content.decode()
    assert "Sign in to see" in page
    assert (
        browser.post("/centre/changes/answer", {"change": HARBOUR, "base": "0", "way": "stop"}).status_code
        == 404
    )


def test_a_form_without_its_token_is_refused(signed_in: Client, ada: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in.cookies
    said = {"change": HARBOUR, "base": "1", "way": "stop"}
    assert strict.post("/centre/changes/answer", said).status_code == 403
    assert where(ada)[LEARN]


def test_opening_the_link_changes_nothing_and_tells_nothing(
    signed_in: Client, ada: str, post: PostOffice
) -> None:
    path, secret = link_in_letter(post)
    scanner = Client()
    for address in (path, f"{path}?secret={secret}&way=stop&change={HARBOUR}"):
        page = scanner.get(address)
        assert page.status_code == 200
        assert "Harbour" not in page.content.decode()
    assert Told.objects.get().seen_at is None
    assert where(ada) == {LEARN: True, HARBOUR: False}


def test_the_link_shows_the_change_and_stops_or_keeps_without_signing_in(
    signed_in: Client, ada: str, post: PostOffice
) -> None:
    path, secret = link_in_letter(post)
    holder = Client()
    page = holder.post(path, {"secret": f"http://localhost:8700{path}#{secret}"}).content.decode()
    assert "Harbour Mill in Portugal" in page
    assert ADA not in page
    assert 'value="allow"' not in page  # allowing leads to the sign-in
    assert "/sign-in?next=/centre/changes" in page
    page = holder.post(path, {"secret": secret, "change": HARBOUR, "way": "keep"}).content.decode()
    assert "Saved. It holds from this moment." in page
    assert "<pre" in page
    assert where(ada) == {LEARN: True, HARBOUR: False}
    assert holder.get("/centre/").content.decode().count(ADA) == 0
    told = holder.post(path, {"secret": secret, "read": "yes"}).content.decode()
    assert "Nothing waits for your answer." in told
    event = ledger.Event.objects.order_by("-seq").first()
    proof = signed_in.get(f"/centre/proof/{event.event}").content.decode()
    assert "whoever holds the link of a letter to you" in proof


def test_the_link_cannot_allow_whatever_is_posted_to_it(
    signed_in: Client, ada: str, post: PostOffice
) -> None:
    path, secret = link_in_letter(post)
    reply = Client().post(path, {"secret": secret, "change": HARBOUR, "way": "allow"})
    assert reply.status_code == 401
    assert where(ada) == {LEARN: True, HARBOUR: False}


def test_a_wrong_secret_opens_nothing(signed_in: Client, ada: str, post: PostOffice) -> None:
    path, _ = link_in_letter(post)
    for secret in ("", "0" * 64):
        reply = Client().post(path, {"secret": secret, "change": HARBOUR, "way": "stop"})
        assert reply.status_code == 404
        assert "Harbour" not in reply.content.decode()
    assert where(ada)[LEARN]


def test_who_is_signed_in_already_goes_on_where_she_can_also_allow(
    signed_in: Client, ada: str, post: PostOffice
) -> None:
    path, secret = link_in_letter(post)
    assert signed_in.post(path, {"secret": secret})["Location"] == "/centre/changes"


def test_somebody_elses_session_does_not_turn_the_link_into_an_allowing(
    signed_in: Client, ada: str, post: PostOffice
) -> None:
    path, secret = link_in_letter(post)
    ben = sign_in(Client(), post, "ben@example.test")
    assert ben.post(path, {"secret": secret}).status_code == 200
    assert ben.post(path, {"secret": secret, "change": HARBOUR, "way": "allow"}).status_code == 401
    said = {"change": HARBOUR, "base": "0", "way": "allow"}
    assert ben.post("/centre/changes/answer", said).status_code == 404
    assert not where(ada)[HARBOUR]


def test_a_page_made_before_her_no_allows_nothing(signed_in: Client, ada: str) -> None:
    stale = form(signed_in.get("/centre/changes").content.decode())
    says(ada, datetime.now(UTC), harbour=linen.ConsentStatus.REFUSED)
    reply = signed_in.post("/centre/changes/answer", {**stale, "way": "allow"})
    assert reply.status_code == 404
    assert not where(ada)[HARBOUR]
