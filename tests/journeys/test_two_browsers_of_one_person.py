"""Ada has a laptop and a tablet: what she refused joins at once, what she allowed waits for her word."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.conftest import Demo, until
from tests.journeys.hands import Hands
from tests.journeys.people import BOUGHT, LEARN, LIKED, PASS_ON, Person, leaving_no_trace, watched

pytestmark = pytest.mark.journey
LETTERS = "Letters by e-mail"


@pytest.fixture
def laptop(demo: Demo, hands: Hands, page: Page) -> Person:
    return Person(demo, page, f"ada.{hands.name}.devices@example.test", hands)


@pytest.fixture
def tablet(demo: Demo, browser: Browser, hands: Hands, laptop: Person) -> Iterator[Person]:
    with watched(browser) as (context, complaints):
        yield Person(demo, context.new_page(), laptop.email, hands)
        assert complaints() == []


def test_two_browsers_become_one_person_as_far_as_she_says(
    demo: Demo, browser: Browser, laptop: Person, tablet: Person
) -> None:
    with leaving_no_trace(demo):
        _on_the_laptop_she_allows_and_joins(laptop)
        kept = _on_the_tablet_she_refuses_and_signs_in(tablet)
        _the_refusal_holds_at_once_and_she_is_told(laptop, tablet)
        _an_open_page_on_the_tablet_undoes_no_withdrawal(laptop, tablet)
        _she_sees_both_and_unlinks_the_tablet(laptop)
        _the_tablet_shows_nothing_of_her_account(tablet)
        _a_copy_of_its_cookie_is_a_stranger(demo, browser, kept)
        laptop.stops_everything()
        tablet.stops_everything()


def _on_the_laptop_she_allows_and_joins(laptop: Person) -> None:
    laptop.chooses(PASS_ON, parts=(BOUGHT, LIKED))
    laptop.signs_in()
    laptop.joins_her_browser()
    expect(_state(laptop, PASS_ON)).to_have_text("Yes")


def _on_the_tablet_she_refuses_and_signs_in(tablet: Person) -> str:
    tablet.opens(f"{tablet.demo.shop}/")
    tablet.button("Choose")
    dialog = tablet.page.get_by_role("dialog")
    for title, word in ((LEARN, "Yes"), (PASS_ON, "No"), (LETTERS, "Yes")):
        group = dialog.get_by_role("radiogroup", name=title, exact=True)
        tablet.hands.tick(tablet.page, group.get_by_role("radio", name=word))
    with tablet.page.expect_response(lambda reply: reply.url.endswith("/answers")):
        tablet.button("Save my choices")
    cookies = {cookie["name"]: cookie["value"] for cookie in tablet.page.context.cookies()}
    tablet.signs_in()
    return cookies["sayso_device"]


def _the_refusal_holds_at_once_and_she_is_told(laptop: Person, tablet: Person) -> None:
    expect(tablet.page.get_by_role("heading", name="Also for your account?")).to_be_visible()
    expect(tablet.page.locator(".message")).to_contain_text(PASS_ON)
    assert tablet.page.locator("input:checked").count() == 0
    assert tablet.page.locator("input[name=choice]").count() == 2
    expect(_state(laptop, PASS_ON)).to_have_text("No, taken back")
    for title in (LEARN, LETTERS):
        expect(_state(laptop, title)).to_have_text("Not answered: counts as no")
    letters = until(
        lambda: [one for one in laptop.demo.letters_to(laptop.email) if PASS_ON in one["text"]], "the letter"
    )
    assert "answers of its own" in letters[0]["text"]


def _an_open_page_on_the_tablet_undoes_no_withdrawal(laptop: Person, tablet: Person) -> None:
    laptop.says(LEARN, "Yes")
    laptop.says(LEARN, "No")
    for box in tablet.page.locator("input[name=choice]").all():
        tablet.hands.tick(tablet.page, box)
    tablet.sends("Save and go on")
    expect(tablet.page.locator(".message")).to_contain_text("Your no stands.")
    expect(_state(laptop, LEARN)).to_have_text("No, taken back")
    expect(_state(tablet, LETTERS)).to_have_text("Yes")


def _state(person: Person, title: str) -> Locator:
    """Find where a purpose stands, on a page opened for it."""
    person.opens(f"{person.demo.sayso}/centre/choices")
    card = person.page.locator("section.purpose").filter(
        has=person.page.get_by_role("heading", name=title, exact=True)
    )
    return card.locator(".state").first


def _she_sees_both_and_unlinks_the_tablet(laptop: Person) -> None:
    laptop.opens(f"{laptop.demo.sayso}/centre/")
    laptop.hands.press(laptop.page, laptop.page.get_by_role("link", name="Devices", exact=True))
    cards = laptop.page.locator("article")
    expect(cards.filter(has_text="this browser")).to_have_count(1)
    expect(cards.filter(has_text="You signed in there.")).to_have_count(2)
    other = cards.filter(has_text="You signed in there.").filter(has_not_text="this browser")
    laptop.hands.write(laptop.page, other.get_by_label("What you call it"), "The tablet")
    for target in (other.get_by_role("button"), cards.filter(has_text="The tablet").get_by_role("link")):
        with laptop.page.expect_navigation():
            laptop.hands.press(laptop.page, target)
    laptop.sends("Unlink it now")
    expect(laptop.page.locator(".message")).to_contain_text("Unlinked: The tablet")
    expect(laptop.page.locator("article").filter(has_text="You signed in there.")).to_have_count(1)


def _the_tablet_shows_nothing_of_her_account(tablet: Person) -> None:
    tablet.opens(f"{tablet.demo.sayso}/centre/data")
    expect(tablet.page.get_by_role("link", name="Sign in", exact=True)).to_be_visible()
    assert tablet.email not in tablet.page.content()
    expect(_state(tablet, LEARN)).to_have_text("Yes")  # its own answer, and its own alone


def _a_copy_of_its_cookie_is_a_stranger(demo: Demo, browser: Browser, kept: str) -> None:
    with watched(browser) as (context, complaints):
        context.add_cookies([{"name": "sayso_device", "value": kept, "url": demo.shop}])
        page = context.new_page()
        page.goto(f"{demo.shop}/")
        expect(page.get_by_role("button", name="Reject all")).to_be_visible()
        assert complaints() == []
