"""Choices: one press to give, one to take back, each part on its own, and stop everything."""

import re
import uuid
from datetime import UTC, datetime

import pytest
from django.test import Client

from sayso.consent import queries as consent
from sayso.consent.log import keeper, proving, reading, signing, witnessing
from sayso.core.checkpoint import Note, read_note
from sayso.core.vocabulary import ConsentStatus
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import queries as identity
from tests import linen
from tests.centre.conftest import ADA, BRAND, Answering, sign_in
from tests.consent import corpus
from tests.messages.post_office import PostOffice


def _here(secret: str) -> dict[str, ConsentStatus]:
    device = identity.device_subject(secret)
    return consent.answered(device, BRAND, datetime.now(UTC)).statuses


def _base(browser: Client) -> str:
    found = re.search(r'name="base" value="([^"]+)"', browser.get("/centre/choices").content.decode())
    assert found
    return found.group(1)


def test_giving_and_taking_back_are_the_same_one_press(browser: Client, answered: Answering) -> None:
    secret = answered(ads="refused")
    page = browser.get("/centre/choices").content.decode()
    form = page.split('action="/centre/choices/learn"')[1].split("</form>")[0]
    assert re.findall(r'<button name="all" value="(\w+)">', form) == ["given", "refused"]
    browser.post("/centre/choices/learn", {"base": _base(browser), "all": "given"})
    assert _here(secret)[linen.LEARN] is ConsentStatus.GIVEN
    browser.post("/centre/choices/learn", {"base": _base(browser), "all": "refused"})
    assert _here(secret)[linen.LEARN] is ConsentStatus.WITHDRAWN


def test_nothing_is_pre_set_even_after_a_yes(browser: Client, answered: Answering) -> None:
    answered(purchases="given", preferences="given", location="given")
    page = browser.get("/centre/choices").content.decode()
    assert " checked" not in page
    assert " selected" not in page


def test_the_consequence_stands_beside_the_no_before_it_is_pressed(
    browser: Client, answered: Answering
) -> None:
    answered(learn="given")
    card = browser.get("/centre/choices").content.decode().split('id="learn"')[1].split("</section>")[0]
    assert card.index("taken out of the counts") < card.index('value="refused"')


def test_parts_are_answered_each_on_its_own_and_unanswered_ones_stay(
    browser: Client, answered: Answering
) -> None:
    secret = answered(ads="refused")
    said = {"base": _base(browser), linen.PURCHASES: "given", linen.LOCATION: "deferred"}
    browser.post("/centre/choices/personalise", said)
    after = _here(secret)
    assert after[linen.PURCHASES] is ConsentStatus.GIVEN
    assert after[linen.LOCATION] is ConsentStatus.DEFERRED
    assert after[linen.PREFERENCES] is ConsentStatus.UNKNOWN


def test_a_yes_from_a_page_older_than_a_no_permits_nothing_and_says_so(
    browser: Client, answered: Answering
) -> None:
    secret = answered(learn="given")
    old = _base(browser)
    browser.post("/centre/choices/learn", {"base": old, "all": "refused"})
    page = browser.post("/centre/choices/learn", {"base": old, "all": "given"}, follow=True)
    assert "that no still stands" in page.content.decode()
    assert _here(secret)[linen.LEARN] is ConsentStatus.WITHDRAWN


def test_stop_everything_stands_on_the_first_screen_and_refuses_every_choice(
    browser: Client, answered: Answering
) -> None:
    secret = answered(purchases="given", pass_on="given")
    page = browser.get("/centre/").content.decode()
    assert page.index('action="/centre/stop"') < page.index('id="choices"')
    assert "Your suggestions disappear" in page
    done = browser.post("/centre/stop", follow=True).content.decode()
    assert "Keep the proof" in done
    assert set(_here(secret).values()) <= {ConsentStatus.REFUSED, ConsentStatus.WITHDRAWN}


def test_what_a_signed_in_person_says_holds_for_the_account_and_this_browser(
    browser: Client, answered: Answering, post: PostOffice
) -> None:
    device = identity.device_subject(answered(learn="refused"))
    sign_in(browser, post)
    browser.post("/centre/choices/learn", {"base": _base(browser), "all": "given"})
    account = identity.account_by("email", ADA)
    assert consent.answered(account, BRAND, datetime.now(UTC)).statuses[linen.LEARN] is ConsentStatus.GIVEN
    assert consent.answered(device, BRAND, datetime.now(UTC)).statuses[linen.LEARN] is ConsentStatus.GIVEN
    history = browser.get("/centre/history").content.decode()
    assert history.count("<h2>Changed an answer</h2>") == 1  # one act, though it holds for both
    vouchers = {event.evidence["voucher"] for event in consent.history_of([str(account)], BRAND)}
    assert "account" in vouchers


def test_a_browser_without_answers_is_told_how_to_answer_and_nothing_is_minted(browser: Client) -> None:
    page = browser.post("/centre/choices/learn", {"base": "0", "all": "given"}, follow=True)
    assert "Answer in the shop first" in page.content.decode()
    assert "sayso_device" not in browser.cookies


def test_a_choice_that_does_not_exist_is_not_found(browser: Client, answered: Answering) -> None:
    answered(learn="given")
    assert browser.post("/centre/choices/unheard", {"base": "1", "all": "given"}).status_code == 404
    assert browser.post("/centre/choices/orders", {"base": "1", "all": "refused"}).status_code == 404


def test_an_answer_that_is_none_changes_nothing(browser: Client, answered: Answering) -> None:
    secret = answered(learn="given")
    for said in ({}, {"all": "perhaps"}, {"all": "withdrawn"}):
        assert browser.post("/centre/choices/learn", {"base": "1", **said}).status_code == 422
    assert browser.post("/centre/choices/learn", {"base": "x", "all": "refused"}).status_code == 422
    assert _here(secret)[linen.LEARN] is ConsentStatus.GIVEN


def test_a_form_without_its_token_is_refused(answered: Answering) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies["sayso_device"] = answered(learn="given")
    response = strict.post("/centre/stop")
    assert response.status_code == 403
    assert "nothing was changed" in response.content.decode()


def test_every_answer_stands_in_the_history_with_its_proof(browser: Client, answered: Answering) -> None:
    answered(purchases="given", pass_on="refused")
    page = browser.get("/centre/history").content.decode()
    proof = re.search(r'href="(/centre/proof/[^"]+)"', page)
    assert proof
    shown = browser.get(proof.group(1)).content.decode()
    assert "Not independently witnessed" in shown
    receipt = browser.get(f"{proof.group(1)}/receipt.json")
    assert receipt["Content-Disposition"].startswith("attachment")
    assert set(receipt.json()) == {"typ", "receipt", "in_log_by"}


def test_a_proof_says_when_it_will_be_in_the_log_and_then_where_it_is(
    browser: Client, answered: Answering
) -> None:
    answered(purchases="given")
    address = re.search(r'href="(/centre/proof/[^"]+)"', browser.get("/centre/history").content.decode())
    assert address
    before = browser.get(address.group(1)).content.decode()
    assert "will be in the log by" in before
    keeper.tick(DjangoDatabase(), datetime.now(UTC))
    after = browser.get(address.group(1)).content.decode()
    assert "Entry 1 of 1" in after
    for link in ('href="/v1/keys"', 'href="/verify"'):
        assert link in after
    file = browser.get(f"{address.group(1)}/receipt.json")
    held = proving.check(file.content, browser.get("/v1/keys").json())
    assert isinstance(held, proving.Held)
    assert held.place is not None


def test_a_proof_says_who_witnessed_it(
    browser: Client, answered: Answering, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = signing.verifier_keys(corpus.WITNESS, corpus.WITNESSING)[1]
    monkeypatch.setenv("SAYSO_WITNESSES", key.text)
    answered(purchases="given")
    address = re.search(r'href="(/centre/proof/[^"]+)"', browser.get("/centre/history").content.decode())
    assert address
    now, db = datetime.now(UTC), DjangoDatabase()
    keeper.tick(db, now)
    assert "Not independently witnessed" in browser.get(address.group(1)).content.decode()
    note = read_note(reading.checkpoint(db))
    one = signing.cosign(note.body, corpus.WITNESS, corpus.WITNESSING, int(now.timestamp()))
    posted = Note(note.checkpoint, note.body, (one,)).text.encode()
    assert witnessing.keep(db, *witnessing.read_cosigned(posted, now)) == 1
    shown = browser.get(address.group(1)).content.decode()
    assert "Independently witnessed by witness.example/w1" in shown
    assert "Not independently witnessed" not in shown


def test_the_proof_of_somebody_else_is_not_found(browser: Client, answered: Answering) -> None:
    answered(purchases="given")
    page = browser.get("/centre/history").content.decode()
    proof = re.search(r'href="(/centre/proof/[^"]+)"', page)
    assert proof
    assert Client().get(proof.group(1)).status_code == 404
    assert browser.get(f"/centre/proof/{uuid.uuid4()}").status_code == 404
    assert Client().get(f"{proof.group(1)}/receipt.json").status_code == 404
