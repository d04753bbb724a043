"""Ben's page in plain words, the question before it, and Cleo's page beside his."""

import re
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from sayso.config import guardian_letters
from sayso.consent import queries as consent
from sayso.core.age import Band
from sayso.core.plain import hard_sentences
from sayso.identity import queries as identity
from sayso.identity.proofing.email_plus.models import Guardianship
from sayso.messages import services as letters
from tests import linen
from tests.centre.conftest import BRAND, Answering, code_from, sign_in
from tests.messages.post_office import PostOffice

CLEO = "cleo@example.test"
BORN = {"month": "2", "year": str(datetime.now(UTC).year - 13)}


@pytest.fixture
def ben(browser: Client, answered: Answering) -> Client:
    """Ben's browser: it said yes to everything, and then how old he is."""
    answered(purchases="given", learn="given", ads="given")
    reply = browser.post("/centre/age", BORN)
    assert (reply.status_code, reply["Location"]) == (302, "/centre/choices")
    return browser


def text(client: Client, path: str, status: int = 200) -> str:
    reply = client.get(path)
    assert reply.status_code == status
    page = re.sub(r"<[^>]+>", " ", reply.content.decode().partition("<main")[2].partition("</main>")[0])
    return re.sub(r"\s+", " ", page)


def device_of(client: Client) -> str:
    subject = identity.device_subject(client.cookies["sayso_device"].value)
    assert subject is not None
    return subject


@pytest.fixture
def cleo(ben: Client, post: PostOffice) -> Client:
    """Cleo, asked by Ben and signed in by the address he gave."""
    ben.post("/centre/guardian/ask", {"address": CLEO})
    return sign_in(Client(), post, CLEO)


@pytest.fixture
def guardian(cleo: Client, post: PostOffice, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let Cleo go both steps; the link."""
    monkeypatch.setenv("SAYSO_GUARDIAN_DELAY", "0")
    link = Guardianship.objects.get().id
    cleo.post(f"/centre/guardian/{link}/accept", {"statement": "yes"})
    assert guardian_letters.send_due(datetime.now(UTC)) == 1
    reply = cleo.post(f"/centre/guardian/{link}/confirm", {"code": code_from(post)})
    assert reply["Location"] == f"/centre/guardian/{link}"
    return link


def test_the_question_suggests_no_answer(browser: Client, answered: Answering) -> None:
    answered(purchases="given")
    page = browser.get("/centre/age").content.decode()
    assert "selected" not in page
    years = [int(year) for year in re.findall(r'<option value="(\d{4})"', page)]
    assert years[0] == datetime.now(UTC).year
    assert all(first - second == 1 for first, second in pairwise(years))
    assert len(years) == 120
    assert "13" not in text(browser, "/centre/age").partition("Year")[0]


@pytest.mark.parametrize(
    "said", [{}, {"month": "2"}, {"month": "13", "year": "2013"}, {"month": "1", "year": "2999"}]
)
def test_what_is_no_month_is_asked_again_and_nothing_is_kept(
    browser: Client, answered: Answering, said: dict[str, str]
) -> None:
    answered(purchases="given")
    reply = browser.post("/centre/age", said)
    assert reply.status_code == 422
    assert "Choose a month and a year." in reply.content.decode()
    assert not consent.is_minor([device_of(browser)], BRAND)


def test_a_browser_that_never_answered_is_asked_nothing(browser: Client) -> None:
    assert (
        "<form"
        not in browser.get("/centre/age").content.decode().partition("<main")[2].partition("</main>")[0]
    )
    assert browser.post("/centre/age", BORN).status_code == 200


def test_bens_page_is_in_plain_words_and_leaves_out_what_is_forbidden(ben: Client) -> None:
    page = text(ben, "/centre/choices")
    assert "You decide" in page
    assert "We look at what you bought and what you like." in page
    assert 'id="ads"' not in ben.get("/centre/choices").content.decode()
    assert "Adverts on other sites" in page.partition("What we never do")[2]
    assert "Adverts on other sites" not in text(ben, "/centre/")


def test_the_pages_own_sentences_are_as_plain_as_the_notices(ben: Client) -> None:
    page = text(ben, "/centre/choices").partition("You decide")[2].partition("What we never do")[0]
    assert hard_sentences(page.replace("Yes No", ".").replace("Your parent or guardian", "."), "en") == []


def test_a_minor_who_said_another_age_stays_one(ben: Client) -> None:
    ben.post("/centre/age", {"month": "1", "year": "1980"})
    assert "You decide" in text(ben, "/centre/choices")
    assert "You count as a child here" in text(ben, "/centre/age")


def test_his_answer_is_kept_with_the_plain_text_he_was_shown(ben: Client) -> None:
    base = re.search(r'name="base" value="([\d.]+)"', ben.get("/centre/choices").content.decode())
    assert base
    ben.post("/centre/choices/learn", {"all": "refused", "base": base.group(1)})
    assert consent.history_of([device_of(ben)], BRAND)[0].evidence["layout"] == "young-1"
    assert "You said no" in text(ben, "/centre/choices")


def test_cleos_letter_says_nothing_of_ben(ben: Client, post: PostOffice) -> None:
    ben.post("/centre/guardian/ask", {"address": CLEO})
    letters.send_due(datetime.now(UTC))
    letter = post.text()
    assert "/centre/guardian" in letter
    assert "sign in with this address" in letter
    undated, dates = re.subn(r"\bon\s+\d{1,2}\s+\w+\s+\d{4}\b", "", letter)
    assert dates == 1  # the day it runs out may well be a 13th
    for word in ("Ben", "13", "ben@", "purchases", "Adverts"):
        assert word not in undated


@pytest.mark.parametrize("address", ["", "nobody", "two words@example.test"])
def test_what_is_no_address_is_not_written_to(ben: Client, address: str) -> None:
    ben.post("/centre/guardian/ask", {"address": address})
    assert not Guardianship.objects.exists()
    assert "That is no e-mail address" in text(ben, "/centre/choices")


def test_who_is_no_child_asks_nobody(browser: Client, answered: Answering) -> None:
    answered(purchases="given")
    assert browser.post("/centre/guardian/ask", {"address": CLEO}).status_code == 422


def test_cleo_has_to_state_it_and_sees_nothing_of_his_before_the_second_letter(cleo: Client) -> None:
    link = Guardianship.objects.get().id
    cleo.post(f"/centre/guardian/{link}/accept", {})
    assert "Tick the statement first" in text(cleo, "/centre/guardian")
    cleo.post(f"/centre/guardian/{link}/accept", {"statement": "yes"})
    assert "A second letter with a code is on its way" in text(cleo, "/centre/guardian")
    assert cleo.get(f"/centre/guardian/{link}").status_code == 404
    cleo.post(f"/centre/guardian/{link}/confirm", {"code": "AAAA-AAAA"})
    assert "That is not the code we sent." in text(cleo, "/centre/guardian")


def test_cleo_allows_ben_refuses_and_his_refusal_stands(ben: Client, cleo: Client, guardian: str) -> None:
    where = f"/centre/guardian/{guardian}"
    assert "The child said yes to some" in text(cleo, where)
    base = re.search(r'name="base" value="(\d+)"', cleo.get(where).content.decode())
    assert base
    cleo.post(f"{where}/answer/personalise", {"answer": "given", "base": base.group(1)})
    assert "Your parent or guardian said yes" in text(ben, "/centre/choices")
    assert "We do this now." in text(ben, "/centre/choices")
    shown = re.search(r'name="base" value="([\d.]+)"', ben.get("/centre/choices").content.decode())
    assert shown
    ben.post("/centre/choices/personalise", {"all": "refused", "base": shown.group(1)})
    assert "Your no counts, whatever anyone else says." in text(ben, "/centre/choices")
    assert "The child said no, and that stands" in text(cleo, where)
    again = re.search(r'name="base" value="(\d+)"', cleo.get(where).content.decode())
    assert again
    cleo.post(f"{where}/answer/personalise", {"answer": "given", "base": again.group(1)})
    assert "We do this now." not in text(ben, "/centre/choices")
    assert "your parent or guardian" in text(ben, "/centre/history")


def test_a_form_that_says_nothing_of_ours_changes_nothing(cleo: Client, guardian: str) -> None:
    where = f"/centre/guardian/{guardian}/answer/personalise"
    for form in ({}, {"answer": "maybe", "base": "1"}, {"answer": "given", "base": "x"}, {"answer": "given"}):
        assert cleo.post(where, form).status_code == 422
    assert (
        cleo.post(f"/centre/guardian/{guardian}/answer/ads", {"answer": "given", "base": "1"}).status_code
        == 404
    )


def test_a_strangers_account_sees_nothing_of_the_child(cleo: Client, guardian: str, post: PostOffice) -> None:
    stranger = sign_in(Client(), post, "otto@example.test")
    assert stranger.get(f"/centre/guardian/{guardian}").status_code == 404
    form = {"answer": "given", "base": "1"}
    assert stranger.post(f"/centre/guardian/{guardian}/answer/personalise", form).status_code == 404
    stranger.post(f"/centre/guardian/{guardian}/end")
    assert cleo.get(f"/centre/guardian/{guardian}").status_code == 200


@pytest.mark.parametrize("who", ["ben", "cleo"])
def test_either_ends_it(ben: Client, cleo: Client, guardian: str, who: str) -> None:
    if who == "ben":
        ben.post("/centre/guardian/leave")
    else:
        cleo.post(f"/centre/guardian/{guardian}/end")
    assert cleo.get(f"/centre/guardian/{guardian}").status_code == 404
    assert "ended on" in text(cleo, "/centre/guardian")
    assert "Their e-mail address" in text(ben, "/centre/choices")


def test_ben_takes_his_asking_back_and_cleo_sees_it_no_more(ben: Client, cleo: Client) -> None:
    ben.post("/centre/guardian/leave")
    assert "No child has asked for you" in text(cleo, "/centre/guardian")


def test_who_says_it_is_not_for_them_is_forgotten(ben: Client, cleo: Client) -> None:
    cleo.post(f"/centre/guardian/{Guardianship.objects.get().id}/decline")
    assert not Guardianship.objects.exists()


def test_a_site_for_children_shows_everybody_unknown_the_plain_page(browser: Client, db: None) -> None:
    from sayso.notices import services as notices

    notices.publish_notice({**linen.document(), "directed_to_children": True}, "Otto", linen.MONDAY)
    notices.set_site("shop", BRAND, "http://localhost:8710", "EU")
    assert "You decide" in text(browser, "/centre/choices")


def test_signed_in_the_account_learns_it_when_the_browser_is_joined(
    ben: Client, post: PostOffice, settings: Settings
) -> None:
    sign_in(ben, post, "ben@example.test")
    account = identity.account_by("email", "ben@example.test")
    assert account is not None
    assert consent.band_of([account], BRAND) is Band.UNKNOWN
    ben.post("/centre/join", {"mine": "yes"})
    assert consent.band_of([account], BRAND) is Band.CHILD
