"""Before she answers: nothing set, nothing stored, nothing run, three answers of equal weight."""

import pytest
from playwright.sync_api import expect

from . import notices
from .conftest import Visiting, settle
from .shopfront import Site, locale_of

pytestmark = pytest.mark.journey
WEIGHT = """(nodes) => nodes.map((node) => {
  const style = getComputedStyle(node), box = node.getBoundingClientRect();
  return [node.localName, box.width, box.height, style.font, style.color, style.backgroundColor, style.border,
    style.opacity, style.boxShadow, style.textDecoration, node.disabled].map(String).join('|'); })"""


def test_nothing_is_stored_set_or_sent_before_an_answer(visit: Visiting, site: Site) -> None:
    ada = visit()
    expect(ada.banner).to_be_visible()
    assert ada.page.context.cookies() == []
    assert ada.page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert ada.page.evaluate("indexedDB.databases().then((all) => all.length)") == 0
    assert ada.page.evaluate("caches.keys().then((all) => all.length)") == 0
    assert [call.path.split("?")[0] for call in site.calls] == [
        "/",
        "/privacy/sayso.js",
        "/privacy/v1/sites/shop/banner",
    ]
    assert all("sayso-device" not in call.headers and "cookie" not in call.headers for call in site.calls)


def test_the_banner_is_asked_for_in_the_language_of_the_page(visit: Visiting, site: Site) -> None:
    site.locale, site.banner = "zh-Hant", notices.banner("zh-Hant")
    ada = visit()
    expect(ada.banner.get_by_role("button")).to_have_text(["全部拒絕", "全部接受", "逐項選擇"])
    assert locale_of(site.calls[-1]) == "zh-Hant"


def test_reject_accept_and_choose_stand_on_one_layer_with_equal_weight(visit: Visiting) -> None:
    for width in (320, 768, 1280):
        ada = visit(viewport={"width": width, "height": 640})
        buttons = ada.banner.get_by_role("button")
        expect(buttons).to_have_text(["Reject all", "Accept all", "Choose"])
        settle(ada.page)  # while it rises, a button measures a hair less than it is
        weights = buttons.evaluate_all(WEIGHT)
        assert len(set(weights)) == 1, weights
        for button in buttons.all():
            box = button.bounding_box()
            assert box
            assert box["height"] >= 44
            assert box["width"] >= 44
            assert 0 <= box["y"] <= 640 - box["height"]


@pytest.mark.parametrize("locale", notices.LANGUAGES)
def test_she_reads_each_purpose_and_that_she_may_withdraw_before_any_answer(
    visit: Visiting, site: Site, locale: str
) -> None:
    site.locale, site.banner = locale, notices.banner(locale)
    ada = visit()
    for purpose in site.banner["purposes"]:
        expect(ada.banner).to_contain_text(purpose["title"])
    expect(ada.banner).to_contain_text(site.banner["texts"]["withdraw"])


@pytest.mark.parametrize("locale", notices.LANGUAGES)
def test_region_and_answers_have_one_name_in_every_language(visit: Visiting, site: Site, locale: str) -> None:
    site.locale, site.banner = locale, notices.banner(locale)
    ada = visit()
    for handle in ("reject", "accept"):
        expect(ada.page.locator(f"#consent #{handle}-all")).to_have_text(site.banner["texts"][handle])
    ada.press(site.banner["texts"]["choose"])
    ids = ada.page.locator("sayso-banner [id]").evaluate_all("(all) => all.map((one) => one.id)")
    assert len(ids) == len(set(ids))


def test_on_a_phone_the_answers_are_in_sight_however_long_the_text(visit: Visiting, site: Site) -> None:
    site.banner["texts"]["body"] *= 12
    ada = visit(viewport={"width": 320, "height": 568})
    settle(ada.page)
    assert ada.banner.evaluate("(node) => node.scrollHeight > node.clientHeight")
    for button in ada.banner.get_by_role("button").all():
        box = button.bounding_box()
        assert box
        assert 0 <= box["y"] <= 568 - box["height"]


@pytest.mark.parametrize("locale", notices.LANGUAGES)
def test_in_the_dialog_the_three_answers_weigh_the_same_and_so_do_yes_and_no(
    visit: Visiting, site: Site, locale: str
) -> None:
    site.locale, site.banner = locale, notices.banner(locale)
    ada = visit()
    ada.press(site.banner["texts"]["choose"])
    ada.page.mouse.move(0, 0)
    weights = ada.dialog.locator(".acts button").evaluate_all(WEIGHT)
    assert len(weights) == 3
    assert len(set(weights)) == 1, weights
    for group in ada.dialog.locator(".yn").all():
        yes, no = group.locator("label").evaluate_all(WEIGHT)
        assert yes == no


def test_nothing_is_pre_set(visit: Visiting) -> None:
    ada = visit()
    ada.press("Choose")
    radios = ada.dialog.locator("input")
    assert radios.count() == 2 * (len(notices.LAYOUT) + len(notices.PERSONALISE))
    assert not any(radios.evaluate_all("(all) => all.map((one) => one.checked)"))


def test_the_banner_takes_no_focus_and_blocks_nothing(visit: Visiting) -> None:
    ada = visit()
    expect(ada.banner).to_be_visible()
    assert ada.focus() == "body"
    expect(ada.banner).to_have_attribute("role", "region")
    ada.page.locator("#first").click()
    expect(ada.page).to_have_url(ada.site.origin + "/curtains")


def test_leaving_and_scrolling_say_nothing(visit: Visiting, site: Site) -> None:
    site.body = "<div>" + "<p>Linen</p>" * 300 + "</div>"
    ada = visit()
    ada.page.mouse.wheel(0, 2000)
    ada.page.keyboard.press("Escape")
    ada.again()
    expect(ada.banner).to_be_visible()
    assert site.answers() == []


def test_what_a_brand_typed_is_shown_as_text(visit: Visiting, site: Site) -> None:
    markup = "<img src=x onerror=window.hurt=1><b>bold</b>"
    site.banner["texts"] = dict.fromkeys(site.banner["texts"], markup)
    for purpose in site.banner["purposes"]:
        purpose |= {"title": markup, "text": markup, "benefit": markup}
        purpose["parts"] = [part | {"title": markup, "text": markup} for part in purpose["parts"]]
    site.csp, site.banner["links"] = None, dict.fromkeys(("notice", "opt_out"), "javascript:window.hurt=1")
    ada = visit()
    ada.banner.get_by_role("button").nth(2).click()
    assert markup in ada.dialog.inner_text()
    assert ada.page.locator("sayso-banner").locator("img, a, p b").count() == 0
    assert ada.page.evaluate("window.hurt") is None


def test_an_edge_out_of_reach_means_no_and_the_link_still_leads_to_the_centre(
    visit: Visiting, site: Site
) -> None:
    site.down = True
    ada = visit()
    ada.page.wait_for_timeout(1500)  # the second and last try comes after a second
    assert ada.page.locator("sayso-banner").count() == 0
    assert ada.page.evaluate("sayso.standing()") is None
    assert len([call for call in site.calls if "banner" in call.path]) == 2
    ada.page.locator("#reopen").click()
    expect(ada.page).to_have_url(site.origin + "/centre/choices")


@pytest.mark.parametrize("text", ["Reject all", "Accept all"])
def test_a_strict_policy_is_kept_without_one_violation(visit: Visiting, text: str) -> None:
    ada = visit()
    ada.press("Choose")
    ada.press("Back")
    ada.press(text)
    expect(ada.status).to_contain_text("Saved.")
    with ada.page.expect_download():
        ada.press("receipt.json")
    assert ada.page.evaluate("violations") == []
    assert ada.errors == []
