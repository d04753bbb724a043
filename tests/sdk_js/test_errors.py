"""When the answer cannot be recorded the person is told, and nothing is taken for granted."""

import pytest
from playwright.sync_api import expect

from .conftest import Visiting
from .shopfront import NONCE, Site

pytestmark = pytest.mark.journey
REFUSED = {"code": "unknown_version", "detail": "This notice has changed. Please load the page again."}
LETTERS = "newsletter.contact.use.self"
HELD = f'<script type="text/plain" data-sayso="{LETTERS}" nonce="{NONCE}">window.ran = 1</script>'


def test_a_problem_is_told_and_nothing_is_recorded_or_released(visit: Visiting, site: Site) -> None:
    site.body = HELD
    site.problems = [(409, {}, REFUSED)]
    ada = visit()
    ada.press("Accept all")
    expect(ada.banner.get_by_role("alert")).to_have_text(REFUSED["detail"])
    expect(ada.banner).to_be_visible()
    assert ada.page.evaluate("[sayso.standing(), window.ran ?? null, changes.length]") == [None, None, 0]
    assert ada.page.context.cookies() == []
    ada.press("Accept all")
    expect(ada.status).to_contain_text("Saved.")
    assert ada.page.evaluate("window.ran") == 1


def test_no_network_is_told_in_the_words_of_the_notice_inside_the_dialog_too(
    visit: Visiting, site: Site
) -> None:
    site.banner["texts"]["error"] = "That did not reach us. Nothing was saved."
    ada = visit()
    ada.page.route("**/answers", lambda route: route.abort())
    ada.press("Choose")
    ada.say("Letters by e-mail", "Yes")
    ada.press("Save my choices")
    expect(ada.dialog.get_by_role("alert")).to_have_text("That did not reach us. Nothing was saved.")
    assert ada.said("Letters by e-mail") == "Yes"
    ada.page.unroute("**/answers")
    ada.press("Save my choices")
    expect(ada.dialog).to_be_hidden()
    assert len(site.answers()) == 1


def test_a_busy_edge_is_asked_once_more_with_the_same_answer(visit: Visiting, site: Site) -> None:
    site.problems = [(503, {"Retry-After": "1"}, {"code": "busy"})]
    ada = visit()
    ada.press("Reject all")
    expect(ada.status).to_contain_text("Saved.")
    first, second = site.answers()
    assert first.body == second.body
    assert first.headers["sayso-device"] == second.headers["sayso-device"]


def test_a_busy_edge_is_not_asked_a_third_time(visit: Visiting, site: Site) -> None:
    site.problems = [(503, {"Retry-After": "1"}, {"code": "busy", "detail": "Too busy."})] * 2
    ada = visit()
    ada.press("Reject all")
    expect(ada.banner.get_by_role("alert")).to_have_text("Too busy.")
    assert len(site.answers()) == 2


def test_a_second_press_while_the_first_is_on_its_way_sends_nothing(visit: Visiting, site: Site) -> None:
    site.problems = [(503, {"Retry-After": "1"}, {"code": "busy"})]
    ada = visit()
    ada.press("Reject all")
    ada.press("Accept all")
    expect(ada.status).to_contain_text("Saved.")
    assert {call.body["act"] for call in site.answers()} == {"reject_all"}


def test_the_api_tells_the_site_that_nothing_was_recorded(visit: Visiting, site: Site) -> None:
    site.problems = [(422, {}, {"code": "unknown_choice", "detail": "No such choice."})]
    ada = visit()
    told = ada.page.evaluate("sayso.answer({'a.b.c.d': 'given'}).catch((problem) => problem.message)")
    assert told == "No such choice."
