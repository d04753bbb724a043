"""No account, no script to run, no reason to give: a browser's signal is obeyed, and a typed address is enough."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Demo, until
from tests.journeys.hands import Hands
from tests.journeys.people import ADS, CURTAINS, PASS_ON, Person, leaving_no_trace, watched

pytestmark = pytest.mark.journey
HEADER: dict[str, Any] = {"extra_http_headers": {"Sec-GPC": "1"}}
PROPERTY = "Object.defineProperty(Navigator.prototype, 'globalPrivacyControl', { get: () => true });"
FIELD = "Your e-mail address or customer number"


@pytest.fixture
def ada(demo: Demo, browser: Browser, hands: Hands) -> Iterator[Person]:
    """Give Ada with a browser that sends no signal."""
    with leaving_no_trace(demo), watched(browser) as (context, complaints):
        yield Person(demo, context.new_page(), f"stops.{hands.name}@example.test", hands)
        assert complaints() == []


def _members(demo: Demo) -> int:
    return len(demo.json(f"{demo.partner}/audience.json"))


def test_a_browser_that_asks_not_to_sell_or_share_is_obeyed(
    demo: Demo, browser: Browser, hands: Hands
) -> None:
    with leaving_no_trace(demo), watched(browser, **HEADER) as (context, complaints):
        context.add_init_script(PROPERTY)
        ada = Person(demo, context.new_page(), "", hands)
        ada.opens(f"{demo.shop}/")
        banner = ada.page.locator("sayso-banner .banner")
        expect(banner).to_contain_text(f"We obey.Off because of it: {PASS_ON} · {ADS}.")
        reply = ada.answers_the_banner("Accept all")
        assert reply["standing"]["masked"] == [
            "pass_on.purchases.disclose.brightside",
            "ads.browsing.share_ads.brightside",
        ]
        ada.opens(f"{demo.shop}/shelves")
        expect(ada.page.locator("footer .signal")).to_contain_text("we obey")
        assert ada.page.locator("[data-brightside]").count() == 0
        _she_permits_one_thing_by_its_name(ada)
        ada.stops_everything()
        assert complaints() == []


def _she_permits_one_thing_by_its_name(ada: Person) -> None:
    ada.link("Your privacy choices")
    dialog = ada.page.get_by_role("dialog")
    group = dialog.get_by_role("radiogroup", name=ADS, exact=True)
    ada.hands.tick(ada.page, group.get_by_role("radio", name="Yes"))
    with ada.page.expect_response(lambda reply: reply.url.endswith("/answers")):
        ada.button("Save my choices", dialog)
    ada.page.locator("[data-brightside]").wait_for(state="attached")
    ada.opens(f"{ada.demo.sayso}/centre/choices")
    expect(ada.page.locator(".signal")).to_contain_text(f"says: {PASS_ON}.")


def test_a_typed_address_is_enough_and_only_she_takes_it_back(ada: Person, browser: Browser) -> None:
    before = _members(ada.demo)
    ada.chooses(PASS_ON)
    ada.buys(CURTAINS)
    ada.signs_in()
    ada.joins_her_browser()
    until(lambda: _members(ada.demo) == before + 1, "her entry at Brightside Ads")
    _a_stranger_stops_it_for_her_address(ada, browser)
    until(lambda: _members(ada.demo) == before, "her entry gone")
    ada.opens(f"{ada.demo.sayso}/centre/choices")
    expect(ada.page.locator("#pass_on .standing")).to_contain_text("stopped for your address or number")
    for stop in ("Sharing it for adverts on other sites", "Marketing, letters included"):
        ada.opens(f"{ada.demo.sayso}/privacy-choices")
        row = ada.page.get_by_role("listitem").filter(has_text=stop)
        with ada.page.expect_navigation():
            ada.hands.press(ada.page, row.get_by_role("button"))
        expect(ada.page.locator(".message.success")).to_contain_text("Lifted.")
    until(lambda: _members(ada.demo) == before + 1, "her entry back")
    ada.stops_everything()


def _a_stranger_stops_it_for_her_address(ada: Person, browser: Browser) -> None:
    """Anybody may say it, and nobody learns anything by it: no cookie, no letter, the same words."""
    told, seen = [], len(ada.demo.letters_to(ada.email))
    with watched(browser) as (context, complaints):
        stranger = Person(ada.demo, context.new_page(), "", ada.hands)
        stranger.opens(f"{ada.demo.shop}/")
        stranger.link("Stop by e-mail address, without an account")
        stranger.page.locator("#identifier").wait_for()
        for address in ("nobody@example.test", ada.email):
            stranger.opens(f"{ada.demo.sayso}/privacy-choices")
            stranger.write(FIELD, address)
            stranger.sends("Stop all of this")
            card = stranger.page.locator("section.card[role=status]")
            expect(card).to_contain_text("Opt-out request processed")
            card.locator("time").evaluate("(time) => time.remove()")
            told.append(card.inner_text().replace(address, ""))
        assert context.cookies() == []
        assert complaints() == []
    assert told[0] == told[1]
    assert len(ada.demo.letters_to(ada.email)) == seen
    assert ada.demo.letters_to("nobody@example.test") == []
