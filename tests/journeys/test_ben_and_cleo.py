"""Ben, 13, and Cleo, his mother: she allows one thing, he refuses it, and his refusal stands."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Demo, until
from tests.journeys.hands import Hands
from tests.journeys.people import Person, leaving_no_trace, watched

pytestmark = pytest.mark.journey
PERSONALISE, ADS = "Personalise for me", "Adverts on other sites"


def told_last(ben: Person) -> str:
    """Have the shop ask once more for its suggestions, and read what Sayso answered."""
    ben.opens(f"{ben.demo.shop}/")
    ben.opens(f"{ben.demo.shop}/behind")
    return ben.page.locator("tbody tr", has_text="personalise.purchases").first.inner_text()


def card(page: Page, purpose: str = PERSONALISE) -> str:
    """Read one purpose on the page that is open."""
    heading = page.get_by_role("heading", name=purpose, exact=True)
    return page.locator("section.purpose").filter(has=heading).inner_text()


def adverts(ben: Person) -> int:
    """Count the partner's scripts that the shop's first page runs."""
    ben.opens(f"{ben.demo.shop}/")
    ben.page.wait_for_load_state("networkidle")
    return ben.page.locator("script[src$='/ad.js']").count()


def test_cleo_allows_one_thing_ben_refuses_it_and_his_refusal_stands(
    demo: Demo, browser: Browser, hands: Hands
) -> None:
    address = f"cleo.{hands.name}@example.test"
    with (
        leaving_no_trace(demo),
        watched(browser) as (his, complaints),
        watched(browser) as (hers, her_complaints),
    ):
        ben, cleo = Person(demo, his.new_page(), "", hands), Person(demo, hers.new_page(), address, hands)

        ben.answers_the_banner("Accept all")
        assert adverts(ben) == 1
        assert "given" in told_last(ben)

        ben.says_when_born("May", datetime.now(UTC).year - 13)
        assert adverts(ben) == 0
        assert "minor" in told_last(ben)

        ben.asks_for_a_guardian(address)
        expect(ben.page.get_by_role("heading", name="You decide")).to_be_visible()
        assert ADS in ben.page.locator("section", has_text="What we never do").inner_text()
        letter = until(lambda: demo.letters_to(address), "the letter to Cleo")[0]["text"]
        assert "/centre/guardian" in letter
        assert "Ben" not in letter

        cleo.becomes_guardian()
        assert "Needs a yes of both of you." in card(cleo.page)
        assert cleo.page.get_by_role("heading", name=ADS).count() == 0
        cleo.answers_for_the_child(PERSONALISE, "Yes")
        assert "It is done." in card(cleo.page)
        assert "given" in told_last(ben)

        ben.says(PERSONALISE, "No")
        assert "Your no counts, whatever anyone else says." in card(ben.page)
        cleo.page.reload()
        assert "The child said no, and that stands" in card(cleo.page)
        cleo.answers_for_the_child(PERSONALISE, "Yes")
        assert "It is not done." in card(cleo.page)
        assert "withdrawn" in told_last(ben)
        assert complaints() + her_complaints() == []
