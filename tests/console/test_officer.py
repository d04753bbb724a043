"""The officer's console: requests by due date with clock and evidence, and nothing for anybody else."""

from datetime import UTC, datetime

from django.test import Client

from sayso.identity import queries
from sayso.identity import services as identity
from sayso.rights import services as rights
from tests.centre.conftest import ADA, browser, code_from, post, published, sign_in
from tests.messages.post_office import PostOffice

__all__ = ["browser", "post", "published"]
OTTO = "otto@linenandloom.example.test"


def _otto(post: PostOffice) -> Client:
    identity.make_officer(OTTO, datetime.now(UTC))
    return sign_in(Client(), post, OTTO)


def _request() -> str:
    account = identity.link_customer({"customer": "C-1001", "email": ADA}, "US-CA", datetime.now(UTC))
    return rights.plan_erasure(account, datetime.now(UTC)).id


def test_the_officer_signs_in_by_code_and_lands_in_the_queue(post: PostOffice, published: str) -> None:
    identity.make_officer(OTTO, datetime.now(UTC))
    officer = Client()
    officer.post("/sign-in", {"email": OTTO})
    assert officer.post("/sign-in/code", {"code": code_from(post)})["Location"] == "/console/"


def test_a_request_stands_in_the_queue_with_its_due_date_and_the_law_it_runs_by(
    post: PostOffice, published: str
) -> None:
    number = _request()
    officer = _otto(post)
    queue = officer.get("/console/").content.decode()
    assert number in queue
    assert "days left" in queue
    page = officer.get(f"/console/requests/{number}").content.decode()
    assert "US-CA" in page
    assert "California" in page
    assert ADA not in page  # an officer browses requests, not people


def test_whoever_is_no_officer_is_told_there_is_nothing_here(post: PostOffice, published: str) -> None:
    number = _request()
    ada = sign_in(Client(), post)
    assert ada.get("/console/").status_code == 404
    assert ada.get(f"/console/requests/{number}").status_code == 404
    assert "console" not in ada.get("/centre/").content.decode()


def test_a_stranger_is_sent_to_sign_in(published: str) -> None:
    assert Client().get("/console/")["Location"] == "/sign-in?next=/console/"


def test_an_unknown_request_is_not_found(post: PostOffice, published: str) -> None:
    assert _otto(post).get("/console/requests/11111111-1111-4111-8111-111111111111").status_code == 404


def test_an_officer_is_not_a_customer(post: PostOffice, published: str) -> None:
    _otto(post)
    assert queries.account_by("email", OTTO) is None
