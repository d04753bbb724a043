"""Without JavaScript: the shop works, and the centre takes every answer."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Demo, until
from tests.journeys.hands import Hands
from tests.journeys.people import CURTAINS, LEARN, PASS_ON, TOWEL, Person, watched

pytestmark = pytest.mark.journey


@pytest.fixture
def ada(demo: Demo, browser: Browser, hands: Hands) -> Iterator[Person]:
    with watched(browser, java_script_enabled=False) as (context, complaints):
        yield Person(demo, context.new_page(), f"plain.{hands.name}@example.test", hands)
        assert complaints() == []


def test_she_shops_signs_in_answers_and_stops_everything(ada: Person) -> None:
    _the_shop_works(ada)
    _she_reaches_the_centre_from_the_shop(ada)
    ada.signs_in()
    _she_answers(ada)
    _she_stops_everything(ada)
    _she_sees_it_in_her_history(ada)


def _the_shop_works(ada: Person) -> None:
    ada.opens(f"{ada.demo.shop}/")
    assert ada.page.locator("sayso-banner").count() == 0
    expect(ada.page.locator("#favourites")).to_be_visible()
    ada.link("All cloth")
    expect(ada.page.locator("ul.cards > li").first).to_be_visible()
    ada.buys(CURTAINS, TOWEL)
    assert ada.page.locator("section.ask").count() == 0


def _she_reaches_the_centre_from_the_shop(ada: Person) -> None:
    ada.opens(f"{ada.demo.shop}/")
    ada.link("Your privacy choices")
    expect(ada.page).to_have_url(f"{ada.demo.sayso}/privacy-choices?language=en")
    expect(ada.page.get_by_role("heading", level=1, name="Your privacy choices")).to_be_visible()
    ada.link("Your choices")
    expect(ada.page.get_by_role("heading", level=1, name="Your choices")).to_be_visible()


def _state(ada: Person, purpose: str) -> str:
    card = ada.page.locator("section.purpose").filter(
        has=ada.page.get_by_role("heading", name=purpose, exact=True)
    )
    return card.locator(".standing .state").inner_text()


def _she_answers(ada: Person) -> None:
    before = _counted(ada)
    ada.says(LEARN, "Yes")
    assert _state(ada, LEARN) == "Yes"
    ada.buys(CURTAINS, TOWEL)
    until(lambda: _counted(ada) > before, "her part in the counts")
    ada.says(LEARN, "No")
    assert _state(ada, LEARN) != "Yes"
    until(lambda: _counted(ada) == before, "her part gone from the counts")
    ada.says(PASS_ON, "No")
    ada.says("Personalise for me", "Yes")
    assert _state(ada, "Personalise for me") == "Yes"


def _counted(ada: Person) -> int:
    return int(ada.demo.rows("sayso", "SELECT count(*) FROM personalisation_contribution")[0][0])


def _she_stops_everything(ada: Person) -> None:
    ada.opens(f"{ada.demo.sayso}/centre/")
    ada.sends("Stop everything")
    expect(ada.page.locator(".message.success")).to_contain_text("Everything is stopped")
    assert ada.page.locator("section[aria-labelledby=choices] .state.yes").count() == 0
    ada.link("Keep the proof")
    expect(ada.page.get_by_role("link", name="Download the receipt")).to_be_visible()


def _she_sees_it_in_her_history(ada: Person) -> None:
    ada.opens(f"{ada.demo.sayso}/centre/history")
    assert ada.page.locator("article.answer").count() >= 5
