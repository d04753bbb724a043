"""What is sent when she answers, by pointer."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from . import notices
from .conftest import Visiting
from .shopfront import Site

pytestmark = pytest.mark.journey
PURCHASES, PREFERENCES, LOCATION = notices.PERSONALISE


def test_reject_all_refuses_every_choice_in_one_action(visit: Visiting, site: Site) -> None:
    site.banner["purposes"].append(notices.sensitive())
    ada = visit()
    ada.press("Reject all")
    expect(ada.banner).to_be_hidden()
    body = site.answers()[0].body
    assert body["act"] == "reject_all"
    assert body["answers"] == dict.fromkeys([*notices.CHOICES, notices.HEALTH], "refused")


def test_accept_all_gives_every_choice_but_those_that_need_their_own_statement(
    visit: Visiting, site: Site
) -> None:
    site.banner["purposes"].append(notices.sensitive())
    ada = visit()
    ada.press("Accept all")
    expect(ada.banner).to_be_hidden()
    body = site.answers()[0].body
    assert body["act"] == "accept_all"
    assert body["answers"] == dict.fromkeys(notices.CHOICES, "given")
    ada.again()
    expect(ada.banner).to_be_hidden()


def test_an_answer_carries_its_evidence(visit: Visiting, site: Site) -> None:
    ada = visit()
    ada.press("Reject all")
    expect(ada.status).to_contain_text("Saved.")
    call = site.answers()[0]
    assert re.fullmatch(r"[\w-]{43}", call.headers["sayso-device"])
    told = site.banner
    body = dict(call.body)
    assert re.fullmatch(r"[0-9a-f-]{36}", body.pop("event"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", body.pop("at"))
    assert set(body.pop("answers")) == set(notices.CHOICES)
    assert body == {
        "version": told["version"],
        "locale": "en",
        "text_hash": told["text_hash"],
        "layout": "banner-1",
        "surface": "banner",
        "act": "reject_all",
        "base": 0,
        "gpc": False,
    }


def test_the_secret_is_kept_by_the_host_only(visit: Visiting, site: Site) -> None:
    ada = visit()
    ada.press("Reject all")
    expect(ada.status).to_contain_text("Saved.")
    (cookie,) = ada.page.context.cookies()
    assert cookie["httpOnly"]
    assert cookie["value"] == site.answers()[0].headers["sayso-device"]
    assert ada.page.evaluate("document.cookie + localStorage.length + sessionStorage.length") == "00"
    ada.again()
    ada.page.evaluate("sayso.answer({'newsletter.contact.use.self': 'given'})")
    assert "sayso-device" not in site.answers()[1].headers


def test_she_answers_purposes_and_parts_and_leaves_others_unanswered(visit: Visiting, site: Site) -> None:
    ada = visit()
    ada.press("Choose")
    ada.dialog.get_by_text("Choose parts").click()
    ada.say("Personalise for me your purchases", "Yes")
    ada.say("Personalise for me your preferences", "Yes")
    ada.say("Pass my purchases to Brightside Ads", "No")
    expect(ada.dialog.locator("summary")).to_contain_text("answered in part")
    assert ada.said("Personalise for me") == ""
    ada.press("Save my choices")
    expect(ada.dialog).to_be_hidden()
    expect(ada.banner).to_be_hidden()
    body = site.answers()[0].body
    assert body["act"] == "choose"
    assert body["answers"] == {PURCHASES: "given", PREFERENCES: "given", notices.PASS_ON: "refused"}


def test_answering_a_purpose_answers_its_parts_and_a_part_can_differ(visit: Visiting, site: Site) -> None:
    ada = visit()
    ada.press("Choose")
    ada.say("Personalise for me", "Yes")
    ada.dialog.get_by_text("Choose parts").click()
    assert ada.said("Personalise for me your postcode") == "Yes"
    ada.say("Personalise for me your postcode", "No")
    assert ada.said("Personalise for me") == ""
    ada.say("Personalise for me your postcode", "Yes")
    assert ada.said("Personalise for me") == "Yes"
    ada.say("Personalise for me your postcode", "No")
    ada.press("Save my choices")
    expect(ada.dialog).to_be_hidden()
    assert site.answers()[0].body["answers"] == {
        PURCHASES: "given",
        PREFERENCES: "given",
        LOCATION: "refused",
    }


def test_the_parts_are_named_before_they_are_opened(visit: Visiting) -> None:
    ada = visit()
    ada.press("Choose")
    expect(ada.dialog.locator("summary")).to_contain_text("your purchases · your preferences · your postcode")


def test_escape_and_back_close_without_saving(visit: Visiting, site: Site) -> None:
    ada = visit()
    for way in ("Escape", "Back"):
        ada.press("Choose")
        assert ada.said("Letters by e-mail") == ""
        ada.say("Letters by e-mail", "Yes")
        if way == "Escape":
            ada.page.keyboard.press(way)
        else:
            ada.press(way)
        expect(ada.dialog).to_be_hidden()
        expect(ada.banner).to_be_visible()
    assert site.answers() == []


def test_saving_without_an_answer_sends_nothing_and_keeps_asking(visit: Visiting, site: Site) -> None:
    ada = visit()
    ada.press("Choose")
    ada.press("Save my choices")
    expect(ada.banner).to_be_visible()
    assert site.answers() == []


def test_she_opens_her_choices_again_as_they_stand_and_sends_only_what_changed(
    visit: Visiting, site: Site
) -> None:
    ada = visit()
    ada.press("Choose")
    ada.say("Letters by e-mail", "Yes")
    ada.say("Personalise for me", "No")
    ada.press("Save my choices")
    expect(ada.dialog).to_be_hidden()
    ada.again()
    expect(ada.banner).to_be_hidden()
    ada.page.locator("#reopen").click()
    assert ada.said("Letters by e-mail") == "Yes"
    assert ada.said("Personalise for me") == "No"
    assert ada.said("Adverts on other sites") == ""
    ada.say("Letters by e-mail", "No")
    ada.press("Save my choices")
    expect(ada.dialog).to_be_hidden()
    body = site.answers()[1].body
    assert (body["act"], body["base"]) == ("change", 1)
    assert body["answers"] == {"newsletter.contact.use.self": "refused"}
    ada.page.locator("#reopen").click()
    assert ada.said("Letters by e-mail") == "No"


def test_withdrawing_everything_takes_one_action_in_the_reopened_choices(visit: Visiting, site: Site) -> None:
    ada = visit()
    ada.press("Accept all")
    expect(ada.status).to_contain_text("Saved.")
    ada.page.locator("#reopen").click()
    ada.press("Reject all")
    expect(ada.dialog).to_be_hidden()
    assert site.standing
    assert set(site.standing["states"].values()) == {"withdrawn"}


def test_what_she_was_shown_and_left_alone_is_not_asked_again(visit: Visiting, site: Site) -> None:
    ada = visit()
    ada.press("Choose")
    ada.say("Letters by e-mail", "Yes")
    ada.press("Save my choices")
    expect(ada.dialog).to_be_hidden()
    assert site.standing
    assert site.standing["states"][LOCATION] == "unknown"
    ada.again()
    expect(ada.banner).to_be_hidden()


@pytest.mark.parametrize("state", ["unknown", "requested", "expired", "missing"])
def test_a_choice_new_widened_or_run_out_brings_the_banner_back(
    visit: Visiting, site: Site, state: str
) -> None:
    ada = visit()
    ada.press("Accept all")
    expect(ada.status).to_contain_text("Saved.")
    assert site.standing
    site.banner["version"] = "sha256:" + "c" * 64
    site.standing["states"][LOCATION] = state
    if state == "missing":
        del site.standing["states"][LOCATION]
    ada.again()
    expect(ada.banner).to_be_visible()


@pytest.mark.parametrize("state", ["given", "renewed", "refused", "withdrawn", "deferred", "superseded"])
def test_an_answer_that_stands_is_not_asked_again_by_a_new_version(
    visit: Visiting, site: Site, state: str
) -> None:
    site.banner["standing"] = {"rev": 4, "states": dict.fromkeys(notices.CHOICES, state), "shown": "older"}
    expect(visit().banner).to_be_hidden()


def test_the_proof_is_a_file_made_from_the_answer_of_the_edge(
    visit: Visiting, site: Site, tmp_path: Path
) -> None:
    ada = visit()
    ada.press("Reject all")
    with ada.page.expect_download() as download:
        ada.press("receipt.json")
    download.value.save_as(tmp_path / "receipt.json")
    proof = json.loads((tmp_path / "receipt.json").read_text())
    assert proof["receipt"] == "aaa.bbb.ccc"
    assert proof["event"] == site.answers()[0].body["event"]
    ada.press("Back")
    expect(ada.status).to_be_empty()


def test_the_site_can_answer_through_its_own_controls_and_hears_of_changes(
    visit: Visiting, site: Site
) -> None:
    ada = visit()
    ada.page.evaluate("window.heard = []; sayso.on('change', (standing) => heard.push(standing.rev))")
    ada.page.evaluate("sayso.answer({'newsletter.contact.use.self': 'deferred'})")
    body = site.answers()[0].body
    assert (body["surface"], body["act"]) == ("shop", "choose")
    assert ada.page.evaluate("sayso.standing().states['newsletter.contact.use.self']") == "deferred"
    assert ada.page.evaluate("[heard, changes.map((one) => one.rev)]") == [[1], [1]]
    ada.page.evaluate("sayso.open()")
    expect(ada.dialog).to_be_visible()


def test_an_answer_in_one_tab_reaches_the_others(visit: Visiting, site: Site) -> None:
    ada = visit()
    other = ada.page.context.new_page()
    other.goto(site.origin)
    expect(other.locator("sayso-banner .banner")).to_be_visible()
    ada.press("Accept all")
    expect(other.locator("sayso-banner .banner")).to_be_hidden()
    assert other.evaluate("sayso.standing().rev") == 1


def test_an_older_standing_from_another_tab_undoes_nothing(visit: Visiting, site: Site) -> None:
    ada = visit()
    ada.press("Reject all")
    expect(ada.status).to_contain_text("Saved.")
    other = ada.page.context.new_page()
    other.goto(site.origin)
    old = {"rev": 0, "states": dict.fromkeys(notices.CHOICES, "given")}
    other.evaluate("(old) => new BroadcastChannel('sayso:shop').postMessage(old)", old)
    other.evaluate("new BroadcastChannel('sayso:shop').postMessage({ rev: 9, states: { last: 'given' } })")
    ada.until("sayso.standing().rev", 9)
    assert ada.page.evaluate("changes.map((one) => one.rev)") == [1, 9]


def test_a_page_out_of_the_history_learns_what_was_withdrawn_since(visit: Visiting, site: Site) -> None:
    ada = visit()
    ada.press("Accept all")
    expect(ada.status).to_contain_text("Saved.")
    site.standing = {"rev": 2, "states": dict.fromkeys(notices.CHOICES, "withdrawn")}
    ada.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))")
    ada.until("sayso.standing().rev", 2)
    ada.page.locator("#reopen").click()
    expect(ada.question("Letters by e-mail").get_by_label("No")).to_be_checked()


def test_the_privacy_signal_is_sent_and_seen(visit: Visiting, site: Site) -> None:
    ada = visit(gpc=True)
    expect(ada.banner).to_contain_text("We obey.")
    expect(ada.banner).to_contain_text("Off because of it: Adverts on other sites.")
    expect(ada.banner.get_by_role("link", name="Stop without an account")).to_have_attribute(
        "href", "/privacy-choices"
    )
    ada.press("Reject all")
    expect(ada.status).to_contain_text("Saved.")
    assert site.answers()[0].body["gpc"] is True
