"""The officer's console: requests by due date with clock and evidence, and nothing for anybody else."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from sayso.console.gates import needs
from sayso.core.errors import Invalid
from sayso.identity import queries
from sayso.identity import services as identity
from sayso.rights import services as rights
from tests.centre.conftest import ADA, browser, code_from, post, published, sign_in
from tests.messages.post_office import PostOffice

__all__ = ["browser", "post", "published"]
OTTO = "otto@linenandloom.example.test"
MARA = "mara@linenandloom.example.test"
DEV = "dev@linenandloom.example.test"


def _otto(post: PostOffice) -> Client:
    identity.make_staff(OTTO, "officer", datetime.now(UTC))
    return sign_in(Client(), post, OTTO)


def _request() -> str:
    account = identity.link_customer({"customer": "C-1001", "email": ADA}, "US-CA", datetime.now(UTC))
    return rights.plan_erasure(account, datetime.now(UTC)).id


def test_the_officer_signs_in_by_code_and_lands_in_the_queue(post: PostOffice, published: str) -> None:
    identity.make_staff(OTTO, "officer", datetime.now(UTC))
    officer = Client()
    officer.post("/sign-in", {"email": OTTO})
    assert officer.post("/sign-in/code", {"code": code_from(post)})["Location"] == "/console/"
    assert officer.get("/console/")["Location"] == "/console/requests"


def test_a_request_stands_in_the_queue_with_its_due_date_and_the_law_it_runs_by(
    post: PostOffice, published: str
) -> None:
    number = _request()
    officer = _otto(post)
    queue = officer.get("/console/requests").content.decode()
    assert number in queue
    assert "days left" in queue
    page = officer.get(f"/console/requests/{number}").content.decode()
    assert "US-CA" in page
    assert "California" in page
    assert ADA not in page  # an officer browses requests, not people


def test_whoever_is_no_officer_is_turned_away(post: PostOffice, published: str) -> None:
    number = _request()
    ada = sign_in(Client(), post)
    for address in ("/console/", "/console/requests", f"/console/requests/{number}"):
        assert ada.get(address).status_code == 403
    assert "console" not in ada.get("/centre/").content.decode()


def test_a_stranger_is_sent_to_sign_in(published: str) -> None:
    assert Client().get("/console/")["Location"] == "/sign-in?next=/console/"


@pytest.mark.parametrize(
    "page", ["devices", "requests", "download", "delete", "looks", "security", "guardian"]
)
def test_staff_on_a_customers_page_are_told_so_and_not_sent_in_circles(
    post: PostOffice, published: str, page: str
) -> None:
    reply = _otto(post).get(f"/centre/{page}", follow=True)
    assert reply.status_code == 403
    assert "signed in as staff" in reply.content.decode()


def test_another_role_is_turned_away_from_the_officers_pages(post: PostOffice, published: str) -> None:
    identity.make_staff(MARA, "marketer", datetime.now(UTC))
    mara = sign_in(Client(), post, MARA)
    assert mara.get("/console/requests").status_code == 403
    assert mara.get(f"/console/requests/{_request()}").status_code == 403


def test_a_role_without_pages_is_told_so(post: PostOffice, published: str) -> None:
    identity.make_staff(DEV, "developer", datetime.now(UTC))
    page = sign_in(Client(), post, DEV).get("/console/").content.decode()
    assert "Hello, Dev" in page
    assert "signed in as developer" in page


def test_roles_add_up_and_unknown_ones_do_not_exist(db: None) -> None:
    dev = identity.make_staff(DEV, "developer", datetime.now(UTC), "Dev Rao")
    assert identity.make_staff(DEV, "officer", datetime.now(UTC)) == dev
    found = queries.staff_of(dev)
    assert found == queries.Staff(dev, "Dev Rao", DEV, frozenset({"developer", "officer"}))
    with pytest.raises(Invalid, match="no role 'king'"):
        identity.make_staff(DEV, "king", datetime.now(UTC))
    assert queries.roles_of(dev) == {"developer", "officer"}


def test_a_page_for_a_role_that_does_not_exist_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="not all roles"):
        needs("king")


def test_an_unknown_request_is_not_found(post: PostOffice, published: str) -> None:
    assert _otto(post).get("/console/requests/11111111-1111-4111-8111-111111111111").status_code == 404


def test_an_officer_is_not_a_customer(post: PostOffice, published: str) -> None:
    _otto(post)
    assert queries.account_by("email", OTTO) is None
