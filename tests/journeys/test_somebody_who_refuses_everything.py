"""Ben refuses everything: it costs him as little as a yes, and the shop is the same shop."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import Demo
from tests.journeys.hands import Hands, Pointer
from tests.journeys.people import BOUGHT, CURTAINS, LIKED, QUILT, TOWEL, Person, leaving_no_trace, watched

pytestmark = pytest.mark.journey
PRICE = "main .price"
LOOK = """(one) => ['color', 'backgroundColor', 'borderColor', 'fontSize', 'fontWeight'].map(
  (part) => getComputedStyle(one)[part])"""


@pytest.fixture
def ben(demo: Demo, hands: Hands, page: Page) -> Person:
    return Person(demo, page, f"ben.{hands.name}@example.test", hands)


@contextmanager
def somebody(demo: Demo, browser: Browser, name: str) -> Iterator[tuple[Person, BrowserContext]]:
    """Give another visitor with a browser of her own."""
    with watched(browser) as (context, complaints):
        yield Person(demo, context.new_page(), f"{name}@example.test"), context
        assert complaints() == []


def _prices(person: Person, path: str) -> list[str]:
    person.opens(person.demo.shop + path)
    shown = person.page.locator(PRICE).all_inner_texts()
    assert shown
    return shown


def _tabs_to(page: Page, name: str) -> int:
    """Count the presses of Tab from the top of the page to a button."""
    button = page.get_by_role("button", name=name, exact=True)
    button.wait_for()
    for presses in range(1, 60):
        page.keyboard.press("Tab")
        if button.evaluate("(one) => one.getRootNode().activeElement === one"):
            return presses
    raise AssertionError(f"cannot be reached by keyboard: {name}")


def test_a_no_takes_no_more_actions_than_a_yes(ben: Person) -> None:
    ben.opens(f"{ben.demo.shop}/")
    reject, accept = (ben.page.get_by_role("button", name=f"{word} all") for word in ("Reject", "Accept"))
    expect(reject).to_be_visible()
    sizes = [box and (round(box["width"]), round(box["height"])) for box in
             (reject.bounding_box(), accept.bounding_box())]  # fmt: skip
    assert sizes[0] == sizes[1]
    looks = [button.evaluate(LOOK) for button in (reject, accept)]
    assert looks[0] == looks[1]
    to_no = _tabs_to(ben.page, "Reject all")
    ben.opens(f"{ben.demo.shop}/")
    assert to_no <= _tabs_to(ben.page, "Accept all")
    ben.answers_the_banner("Reject all")
    expect(ben.page.locator("sayso-banner .banner")).to_be_hidden()


def test_who_refuses_everything_gets_the_same_shop(ben: Person, browser: Browser) -> None:
    asked: list[str] = []
    ben.page.on("request", lambda request: asked.append(request.url))
    answer = ben.answers_the_banner("Reject all")
    assert set(answer["standing"]["states"].values()) == {"refused"}
    with leaving_no_trace(ben.demo), somebody(ben.demo, browser, f"other.{ben.hands.name}") as (other, _):
        other.answers_the_banner("Accept all")
        for path in ("/shelves", f"/products/{QUILT}"):
            assert _prices(ben, path) == _prices(other, path)
        ben.fills_the_basket(CURTAINS, TOWEL)
        other.fills_the_basket(CURTAINS, TOWEL)
        assert _prices(ben, "/basket") == _prices(other, "/basket")
        assert _prices(ben, "/checkout") == _prices(other, "/checkout")
        fields = "form.fields :is(input, select, textarea)"
        assert ben.page.locator(fields).count() == other.page.locator(fields).count() > 5
        other.opens(f"{other.demo.shop}/")
        other.page.locator("[data-brightside]").wait_for()
        other.stops_everything()
    ben.opens(f"{ben.demo.shop}/")
    expect(ben.page.locator("#favourites")).to_be_visible()
    assert ben.page.locator("ol.suggested").count() == 0
    assert ben.page.locator("section.strip li").count() == 8
    assert ben.page.locator("[data-brightside]").count() == 0
    assert not [url for url in asked if url.startswith(ben.demo.partner)]


def test_every_use_was_answered_no_with_its_reason(ben: Person) -> None:
    ben.answers_the_banner("Reject all")
    ben.opens(f"{ben.demo.shop}/")
    ben.opens(f"{ben.demo.shop}/behind")
    rows = [row.split("\t") for row in ben.page.locator("tbody tr").all_inner_texts()]
    assert {row[2] for row in rows} == {f"personalise.{what}.use.self" for what in
                                        ("purchases", "preferences", "location")}  # fmt: skip
    assert {(row[3].strip(), row[4].strip()) for row in rows} == {("no", "refused")}


def test_who_refused_a_location_is_never_asked_for_it(ben: Person) -> None:
    ben.answers_the_banner("Reject all")
    for product in (CURTAINS, TOWEL):
        ben.buys(product)
        expect(ben.page.locator("main a[href*='/orders/']")).to_be_visible()
        assert ben.page.locator("section.ask").count() == 0
    ben.opens(f"{ben.demo.shop}/")
    expect(ben.page.locator("#favourites")).to_be_visible()


def test_not_now_is_as_easy_as_yes_and_is_remembered(ben: Person) -> None:
    ben.email = f"later.{ben.hands.name}@example.test"
    ben.chooses(parts=(BOUGHT, LIKED))
    ben.buys(CURTAINS)
    expect(ben.page.locator("section.ask")).to_be_visible()
    ben.answers_the_question("deferred")
    expect(ben.page.locator("#asked [role=status]")).to_be_visible()
    ben.buys(TOWEL)
    assert ben.page.locator("section.ask").count() == 0
    ben.opens(f"{ben.demo.shop}/")
    ben.opens(f"{ben.demo.shop}/behind")
    told = ben.page.locator("table").inner_text()
    assert re.search(r"personalise\.location\.use\.self\s+no\s+deferred", told), told


def test_a_page_that_was_left_alone_counts_as_no(demo: Demo, browser: Browser) -> None:
    with somebody(demo, browser, "silent") as (ben, context):
        assert isinstance(ben.hands, Pointer)
        for path in ("/", "/shelves", f"/products/{QUILT}", "/basket"):
            ben.opens(demo.shop + path)
            expect(ben.page.get_by_role("button", name="Reject all")).to_be_visible()
        ben.opens(f"{demo.shop}/")
        expect(ben.page.locator("#favourites")).to_be_visible()
        assert context.cookies() == []
