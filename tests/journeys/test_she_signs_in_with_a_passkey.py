"""Ada adds a passkey and signs in with it; then her device is gone, and she has a way back."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Demo, until
from tests.journeys.hands import Hands
from tests.journeys.people import Person, watched

pytestmark = pytest.mark.journey


@pytest.fixture
def ada(demo: Demo, page: Page, hands: Hands) -> Person:
    return Person(demo, page, f"ada.key.{hands.name}@example.test", hands)


def test_she_adds_a_passkey_signs_in_with_it_loses_her_device_and_comes_back(ada: Person) -> None:
    lose_it = ada.has_a_device()
    ada.signs_in()
    codes = _she_adds_one_and_keeps_her_codes(ada)
    _she_signs_in_with_it(ada)
    _it_proves_that_it_is_her(ada)
    lose_it()
    _she_comes_back_without_it(ada, codes[0])
    _she_removes_what_was_lost(ada)


def _she_is_told(ada: Person, wanted: str) -> None:
    until(
        lambda: [one for one in ada.demo.letters_to(ada.email) if wanted in one["subject"]],
        f"a letter: {wanted}",
    )


def _she_adds_one_and_keeps_her_codes(ada: Person) -> list[str]:
    codes = ada.adds_a_passkey("Ada's phone")
    assert len(set(codes)) == 10
    with ada.page.expect_download() as downloading:
        ada.hands.press(ada.page, ada.page.get_by_role("link", name="Download them as a file"))
    kept = Path(downloading.value.path()).read_text()
    assert all(code in kept for code in codes)
    expect(ada.page.get_by_role("button", name="Print them")).to_be_visible()
    ada.link("I have kept them: go on")
    expect(ada.page.locator("ul.rows > li")).to_contain_text("Ada's phone")
    expect(ada.page.locator("ul.rows > li")).to_contain_text("not used yet")
    expect(ada.page.get_by_text("10 of 10 left")).to_be_visible()
    _she_is_told(ada, "A passkey was added")
    return codes


def _she_signs_in_with_it(ada: Person) -> None:
    ada.signs_out()
    letters = len(ada.demo.letters_to(ada.email))
    ada.opens(f"{ada.demo.sayso}/sign-in?next=/centre/security")
    ada.sends("Sign in with a passkey")
    expect(ada.page).to_have_url(f"{ada.demo.sayso}/centre/security")
    expect(ada.page.locator("ul.rows > li")).to_contain_text("last used on")
    assert len(ada.demo.letters_to(ada.email)) == letters


def _it_proves_that_it_is_her(ada: Person) -> None:
    ada.opens(f"{ada.demo.sayso}/centre/download")
    ada.sends("Use a passkey instead")
    expect(ada.page.get_by_role("button", name="Prepare my copy")).to_be_visible()


def _she_comes_back_without_it(ada: Person, code: str) -> None:
    ada.signs_out()
    ada.opens(f"{ada.demo.sayso}/sign-in")
    ada.write("The code", ada.asks_for_a_code())
    ada.sends("Sign in")
    expect(ada.page.get_by_role("heading", level=1, name="One more step")).to_be_visible()
    ada.write("One of your recovery codes", code)
    ada.sends("Sign in")
    ada.page.get_by_role("button", name="Sign out").wait_for()
    _she_is_told(ada, "A recovery code was used")


def _she_removes_what_was_lost(ada: Person) -> None:
    ada.proves_it_is_her("security")
    expect(ada.page.get_by_text("9 of 10 left")).to_be_visible()
    ada.sends("Remove")
    expect(ada.page.locator("ul.rows > li")).to_have_count(0)
    _she_is_told(ada, "A passkey was removed")
    ada.signs_out()
    ada.signs_in()


def test_without_javascript_she_is_told_what_works(demo: Demo, browser: Browser) -> None:
    with watched(browser, java_script_enabled=False) as (context, complaints):
        ada = Person(demo, context.new_page(), "ada.plain.key@example.test")
        ada.signs_in()
        ada.proves_it_is_her("security")
        expect(ada.page.get_by_text("Adding a passkey needs JavaScript")).to_be_visible()
        assert ada.page.get_by_role("button", name="Add a passkey").count() == 0
        assert complaints() == []
