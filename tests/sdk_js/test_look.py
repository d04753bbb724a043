"""Readable by everyone: axe finds nothing in any dress, and nothing spills over at 320 px."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from . import notices
from .conftest import Visiting, settle
from .shopfront import Site

pytestmark = pytest.mark.journey
PAPER = """<style>body{background:#fff;color:#111}a{color:#00e}
@media(prefers-color-scheme:dark){body{background:#111;color:#eee}a{color:#9cf}}</style>"""
DRESSES: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
    "320 px": {"viewport": {"width": 320, "height": 568}},
    "less motion": {"reduced_motion": "reduce"},
}


@pytest.mark.parametrize("locale", notices.LANGUAGES)
@pytest.mark.parametrize("dress", DRESSES)
def test_axe_finds_nothing(
    visit: Visiting, site: Site, findings: Callable[[Page], list[str]], dress: str, locale: str
) -> None:
    site.locale, site.banner = locale, notices.banner(locale)
    site.problems, site.csp, site.body = [(409, {}, {"detail": "!"})], None, PAPER
    ada = visit(**DRESSES[dress])
    texts = site.banner["texts"]
    settle(ada.page)
    assert findings(ada.page) == []
    ada.press(texts["reject"])
    expect(ada.banner.get_by_role("alert")).to_have_text("!")
    assert findings(ada.page) == []
    ada.press(texts["choose"])
    ada.dialog.locator("summary").click()
    ada.dialog.locator("label").first.click()
    ada.dialog.locator("details label").last.click()
    settle(ada.page)
    assert findings(ada.page) == []
    ada.press(texts["save"])
    expect(ada.status).not_to_be_empty()
    settle(ada.page)
    assert findings(ada.page) == []


@pytest.mark.parametrize("locale", notices.LANGUAGES)
def test_nothing_spills_over_at_320_px_and_every_target_is_large_enough(
    visit: Visiting, site: Site, locale: str
) -> None:
    site.locale, site.banner = locale, notices.banner(locale)
    ada = visit(viewport={"width": 320, "height": 568})
    ada.press(site.banner["texts"]["choose"])
    ada.dialog.locator("summary").click()
    for part in (ada.banner, ada.dialog):
        assert part.evaluate("(node) => node.scrollWidth <= node.clientWidth")
        small = part.locator("button, label, summary").evaluate_all(
            "(all) => all.filter((n) => n.offsetHeight < 44 || n.offsetWidth < 44).map((n) => n.outerHTML)"
        )
        assert small == []
    assert ada.page.evaluate("document.documentElement.scrollWidth") <= 320


def test_arabic_is_laid_out_from_right_to_left(visit: Visiting, site: Site) -> None:
    site.locale, site.banner = "ar", notices.banner("ar")
    ada = visit()
    reject, accept, choose = (button.bounding_box() for button in ada.banner.get_by_role("button").all())
    assert reject
    assert accept
    assert choose
    assert reject["x"] > accept["x"] > choose["x"]


def test_a_brand_dresses_it_with_tokens(visit: Visiting, site: Site) -> None:
    site.csp = None
    site.body = (
        "<style>:root{--sayso-bg:#102030;--sayso-fg:#ffffff;--sayso-font:serif}html{font-size:50%}</style>"
    )
    ada = visit()
    assert ada.banner.evaluate("(n) => getComputedStyle(n).backgroundColor") == "rgb(16, 32, 48)"
    assert ada.banner.evaluate("(n) => getComputedStyle(n).fontFamily") == "serif"
    assert ada.banner.get_by_role("button").first.evaluate("(n) => n.offsetHeight") >= 44


def test_nothing_moves_for_who_asked_for_less_motion(visit: Visiting) -> None:
    moving = "document.querySelector('sayso-banner').shadowRoot.getAnimations().length"
    name = "(n) => getComputedStyle(n).animationName"
    assert visit(reduced_motion="reduce").page.evaluate(moving) == 0
    assert visit(reduced_motion="no-preference").banner.evaluate(name) == "rise"
