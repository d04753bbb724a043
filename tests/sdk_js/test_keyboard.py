"""The whole way by keys alone: Tab, Enter, Space, Escape and the arrows."""

import pytest
from playwright.sync_api import expect

from . import notices
from .conftest import Visit, Visiting
from .shopfront import Site

pytestmark = pytest.mark.journey
PURCHASES, PREFERENCES, LOCATION = notices.PERSONALISE


def tab_to(person: Visit, name: str) -> None:
    for _ in range(60):
        person.page.keyboard.press("Tab")
        if person.focus() == name:
            return
    raise AssertionError(f"Tab never reached {name!r}")


def test_the_answers_come_first_and_in_neutral_order(visit: Visiting) -> None:
    ada = visit()
    order = []
    for _ in range(7):
        ada.page.keyboard.press("Tab")
        order.append(ada.focus())
    links = ["What we do with your data", "Stop without an account"]
    assert order == [*links, "Reject all", "Accept all", "Choose", "first", "reopen"]


@pytest.mark.parametrize(("name", "act"), [("Reject all", "reject_all"), ("Accept all", "accept_all")])
def test_focus_returns_to_where_it_was(visit: Visiting, site: Site, name: str, act: str) -> None:
    ada = visit()
    ada.page.locator("#first").focus()
    for _ in range(10):
        ada.page.keyboard.press("Shift+Tab")
        if ada.focus() == name:
            break
    ada.page.keyboard.press("Enter")
    expect(ada.status).to_contain_text("Saved.")
    assert ada.focus() == "first"
    assert site.answers()[0].body["act"] == act


def test_focus_goes_to_the_page_when_it_was_nowhere(visit: Visiting) -> None:
    ada = visit()
    tab_to(ada, "Reject all")
    ada.page.keyboard.press("Space")
    expect(ada.status).to_contain_text("Saved.")
    assert ada.focus() == "body"
    tab_to(ada, "receipt.json")
    with ada.page.expect_download():
        ada.page.keyboard.press("Enter")


def test_she_chooses_changes_and_withdraws_by_keys(visit: Visiting, site: Site) -> None:
    ada = visit()
    keys = ada.page.keyboard
    tab_to(ada, "Choose")
    keys.press("Enter")
    expect(ada.dialog).to_be_visible()
    for _ in range(2):  # her purpose: reach its yes, then no by arrow
        keys.press("Tab")
    tab = ada.page.locator("sayso-banner summary")
    while not tab.evaluate("(node) => node.getRootNode().activeElement === node"):
        keys.press("Tab")
    keys.press("Enter")
    keys.press("Tab")
    keys.press("Space")  # purchases: yes
    keys.press("Tab")
    keys.press("Space")  # preferences: yes
    keys.press("Tab")  # location: passed by
    keys.press("Tab")
    keys.press("Space")
    keys.press("ArrowRight")  # pass on: no
    tab_to(ada, "Save my choices")
    keys.press("Enter")
    expect(ada.dialog).to_be_hidden()
    assert site.answers()[0].body["answers"] == {
        PURCHASES: "given",
        PREFERENCES: "given",
        notices.PASS_ON: "refused",
    }
    tab_to(ada, "reopen")
    keys.press("Enter")
    expect(ada.dialog).to_be_visible()
    tab_to(ada, "Reject all")
    keys.press("Space")
    expect(ada.dialog).to_be_hidden()
    assert ada.focus() == "reopen"
    assert site.answers()[1].body["act"] == "reject_all"


def test_escape_gives_the_focus_back_and_saves_nothing(visit: Visiting, site: Site) -> None:
    ada = visit()
    tab_to(ada, "Choose")
    ada.page.keyboard.press("Space")
    expect(ada.dialog).to_be_visible()
    ada.page.keyboard.press("Escape")
    expect(ada.dialog).to_be_hidden()
    assert ada.focus() == "Choose"
    assert site.answers() == []


def test_nothing_focused_hides_behind_the_banner(visit: Visiting, site: Site) -> None:
    site.csp = None
    site.body = "".join(f'<p style="margin: 2em"><a id="l{i}" href="#">{i}</a></p>' for i in range(60))
    ada = visit()
    top = ada.banner.bounding_box()
    assert top
    ada.page.locator("#first").focus()
    for _ in range(40):
        ada.page.keyboard.press("Tab")
        box = ada.page.locator(f"#{ada.focus()}").bounding_box()
        assert box
        assert box["y"] + box["height"] <= top["y"]
