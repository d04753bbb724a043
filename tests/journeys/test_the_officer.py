"""Otto answers for the requests: what is open, by which clock, and what each system was told."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Demo, until
from tests.journeys.hands import Hands
from tests.journeys.people import CURTAINS, OTTO, Person, leaving_no_trace, watched

pytestmark = pytest.mark.journey


@pytest.fixture
def otto(demo: Demo, page: Page, hands: Hands) -> Person:
    return Person(demo, page, OTTO, hands)


@pytest.fixture
def request_of_hers(demo: Demo, browser: Browser, hands: Hands) -> Iterator[str]:
    """Let Ada buy something, sign in, and have her deletion planned; its number."""
    with leaving_no_trace(demo), watched(browser) as (context, complaints):
        ada = Person(demo, context.new_page(), f"ada.asks.{hands.name}@example.test")
        ada.answers_the_banner("Accept all")
        ada.buys(CURTAINS)
        ada.signs_in()
        ada.joins_her_browser()
        ada.proves_it_is_her("delete")
        ada.sends("Show me the plan")
        form = ada.page.locator("form[action$='/confirm']")
        number = str(form.get_attribute("action")).split("/")[-2]
        yield number
        ada.sends("Delete it all now")
        expect(ada.page.locator("ol.steps")).to_be_visible()
        assert complaints() == []


def test_otto_sees_the_request_its_clock_and_its_deliveries(otto: Person, request_of_hers: str) -> None:
    _he_is_let_in(otto)
    row = otto.page.locator("tbody tr").filter(has=otto.page.locator(f"a[href$='{request_of_hers}']"))
    expect(row).to_contain_text("Erasure")
    expect(row).to_contain_text("planned, not confirmed")
    expect(row).to_contain_text("days left")
    otto.hands.press(otto.page, row.get_by_role("link"))
    expect(otto.page.get_by_role("heading", level=1)).to_contain_text(request_of_hers)
    clock = otto.page.locator("section[aria-labelledby=clock]")
    for wanted in ("Received", "Due", "California", "Where the deadline was read"):
        expect(clock).to_contain_text(wanted)
    plan = otto.page.locator("section").filter(has=otto.page.locator("#plan"))
    for wanted in ("customers", "delete:", "keep by law:", "Value-Added Tax Consolidation Act 2010"):
        expect(plan).to_contain_text(wanted)


def _he_is_let_in(otto: Person) -> None:
    otto.opens(f"{otto.demo.sayso}/console/")
    expect(otto.page).to_have_url(f"{otto.demo.sayso}/sign-in?next=/console/")
    seen = len(otto.demo.letters_to(OTTO))
    otto.write("Your e-mail address", OTTO)
    otto.sends("Send me a code")
    otto.write("The code", otto.demo.code_for(OTTO, seen))
    otto.sends("Sign in")
    expect(otto.page.get_by_role("heading", level=1, name="Requests by due date")).to_be_visible()
    expect(otto.page).to_have_url(f"{otto.demo.sayso}/console/requests")


def test_otto_sees_what_each_system_did(otto: Person, demo: Demo) -> None:
    done = "SELECT id FROM rights_rightsrequest WHERE kind = 'erasure' AND state = 'complete'"
    number = str(until(lambda: demo.rows("sayso", done), "a deletion that is complete", 40)[0][0])
    _he_is_let_in(otto)
    row = otto.page.get_by_role("link", name=f"Erasure {number[:8]}")
    otto.hands.press(otto.page, row)
    deliveries = otto.page.locator("section").filter(has=otto.page.locator("#deliveries")).locator("tbody tr")
    for system, instruction in (("shop", "erase"), ("shop", "verify"), ("Brightside", "erase")):
        step = deliveries.filter(has_text=system).filter(has_text=instruction)
        expect(step.first).to_contain_text("done")
    assert deliveries.locator(".state:not(.yes, .told)").count() == 0


def test_who_is_no_officer_is_turned_away(demo: Demo, browser: Browser, hands: Hands) -> None:
    with watched(browser) as (context, _complaints):
        ben = Person(demo, context.new_page(), f"ben.peeks.{hands.name}@example.test", hands)
        ben.signs_in()
        reply = ben.page.goto(f"{demo.sayso}/console/")
        assert reply is not None
        assert reply.status == 403
        expect(ben.page.get_by_role("heading", level=1)).to_have_text("That did not work")
