"""Ada calls: Dev records a no that holds at once, and a yes that is hers only when she confirms it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.journeys.conftest import Demo, until
from tests.journeys.hands import Hands
from tests.journeys.people import CURTAINS, DEV, Person, leaving_no_trace, watched

pytestmark = pytest.mark.journey
LETTERS = "Letters by e-mail"
WHY = "She is on the telephone, about letters"


@pytest.fixture
def ada(demo: Demo, browser: Browser, hands: Hands) -> Iterator[Person]:
    """Ada, who allowed everything and bought something, signed in."""
    with leaving_no_trace(demo), watched(browser) as (context, complaints):
        found = Person(demo, context.new_page(), f"ada.calls.{hands.name}@example.test", hands)
        found.answers_the_banner("Accept all")
        found.buys(CURTAINS)
        found.signs_in()
        found.joins_her_browser()
        yield found
        found.stops_everything()
        assert complaints() == []


@pytest.fixture
def dev(demo: Demo, browser: Browser, hands: Hands) -> Iterator[Person]:
    """Dev, at the telephone."""
    with watched(browser) as (context, complaints):
        found = Person(demo, context.new_page(), DEV, hands)
        found.signs_in()
        yield found
        assert complaints() == []


def _row(dev: Person) -> Locator:
    return dev.page.locator("ul.data > li").filter(has_text=LETTERS)


def _newest_letter(ada: Person, subject: str) -> str:
    found = until(
        lambda: [one for one in ada.demo.letters_to(ada.email) if subject in one["subject"]], subject
    )
    return str(found[-1]["text"])


def test_a_no_by_telephone_holds_at_once_and_a_yes_waits_for_her(ada: Person, dev: Person) -> None:
    _dev_finds_her(dev, ada)
    _she_says_no(dev, ada)
    _she_reads_who_looked_and_who_recorded(ada)
    _she_says_yes(dev, ada)
    _only_she_makes_it_so(ada, dev)


def _dev_finds_her(dev: Person, ada: Person) -> None:
    dev.link("Find a person")
    dev.write("Customer number or e-mail address, exactly", ada.email)
    dev.write("Why you look", WHY)
    dev.sends("Look")
    expect(dev.page.get_by_role("heading", level=1)).to_have_text("The person you looked for")
    expect(_row(dev)).to_contain_text("yes")


def _she_says_no(dev: Person, ada: Person) -> None:
    dev.sends(f"She says no {LETTERS}")
    expect(dev.page.locator(".message.success")).to_contain_text("The no holds from now on")
    expect(_row(dev).locator(".state")).to_have_text("no")
    assert "Dev of Linen & Loom's support" in _newest_letter(ada, "Recorded by telephone")


def _she_reads_who_looked_and_who_recorded(ada: Person) -> None:
    ada.link("History")
    newest = ada.page.locator("article.answer").first
    expect(newest).to_contain_text("by Dev of Linen & Loom’s support, by telephone")
    expect(newest).to_contain_text("No, taken back")
    ada.link("Who looked at your data")
    expect(ada.page.locator("article").first).to_contain_text("Dev, support")
    expect(ada.page.locator("article").first).to_contain_text(WHY)


def _she_says_yes(dev: Person, ada: Person) -> None:
    dev.sends(f"She says yes {LETTERS}")
    expect(_row(dev).locator(".state").first).to_have_text("no")
    expect(_row(dev)).to_contain_text("a letter waits for her yes")
    ada.link("Your choices")
    expect(ada.page.locator("#newsletter .standing")).to_have_text("No, taken back")


def _only_she_makes_it_so(ada: Person, dev: Person) -> None:
    found = re.search(r"http\S+/confirm/\S+", _newest_letter(ada, "Please confirm"))
    assert found
    ada.opens(found[0])
    expect(ada.page.get_by_role("heading", level=1)).to_have_text(f"Do you say yes to “{LETTERS}”?")
    expect(ada.page.get_by_text("Dev noted by telephone")).to_be_visible()
    ada.sends("Yes, I say yes")
    expect(ada.page.get_by_role("heading", level=1)).to_have_text("Your yes is recorded")
    dev.page.reload()
    expect(_row(dev).locator(".state")).to_have_text("yes")
    ada.link("History")
    expect(ada.page.locator("article.answer").first).to_contain_text("Confirmed by letter")
