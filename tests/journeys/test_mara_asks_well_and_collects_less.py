"""Mara asks for the postcode, sees whom that reaches, and gives up the fax number with Otto's consent."""

import json
import secrets
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests import linen
from tests.journeys.conftest import Demo, until
from tests.journeys.hands import Hands
from tests.journeys.people import MARA, OTTO, Person, watched

pytestmark = pytest.mark.journey
TEXTS = ("title", "what_for", "by_whom", "how_long", "benefit", "label")
FILLED = "SELECT count(*) FROM customers WHERE fax <> ''"


@pytest.fixture
def faxes(demo: Demo) -> Iterator[int]:
    """Give the number of faxes in the shop's database, and put them back afterwards: it is told twice."""
    before = demo.rows("shop", "SELECT id, fax FROM customers WHERE fax <> ''")
    _nothing_proposed(demo)  # the walk over every page proposes it too
    yield len(before)
    _nothing_proposed(demo)
    with closing(sqlite3.connect(demo.home / "shop.sqlite3", timeout=5)) as own, own:
        own.executemany(
            "UPDATE customers SET fax = ? WHERE id = ?", [(fax, number) for number, fax in before]
        )


def _nothing_proposed(demo: Demo) -> None:
    with closing(sqlite3.connect(demo.home / "sayso.sqlite3", timeout=5)) as own, own:
        own.execute("DELETE FROM inventory_droppedfield")
        own.execute("DELETE FROM inventory_proposal WHERE kind = 'drop_field'")


@pytest.fixture
def people(demo: Demo) -> None:
    """Let six people permit suggestions from what they bought, and five of another sort refuse their location."""
    for said in [{linen.PURCHASES: "given"}] * 6 + [
        {linen.PURCHASES: "given", linen.LOCATION: "refused"}
    ] * 5:
        _answer(demo, said)


def _answer(demo: Demo, said: dict[str, str]) -> None:
    edge = f"http://localhost:{demo.port + 1}/v1/sites/shop"
    shown = demo.json(f"{edge}/banner?locale=en")
    told = {name: shown[name] for name in ("version", "locale", "text_hash", "layout")}
    more = {"event": str(uuid.uuid4()), "surface": "banner", "act": "choose", "base": 0, "gpc": False}
    body = json.dumps({**told, **more, "at": "2026-11-23T12:00:00Z", "answers": said}).encode()
    device = {"Sayso-Device": secrets.token_urlsafe(32), "Content-Type": "application/json"}
    with urlopen(Request(f"{edge}/answers", body, device), timeout=5) as reply:  # noqa: S310 - our own address
        assert reply.status == 201


@pytest.mark.usefixtures("people")
def test_mara_asks_well_and_collects_less(demo: Demo, browser: Browser, hands: Hands, faxes: int) -> None:
    with watched(browser) as (hers, complaints), watched(browser) as (his, grievances):
        mara = Person(demo, hers.new_page(), MARA, hands)
        otto = Person(demo, his.new_page(), OTTO, hands)
        mara.signs_in()
        _she_writes_the_question(mara, f"postcode-{hands.name}")
        _she_sees_it_as_customers_do_and_whom_it_reaches(mara)
        _she_publishes_it(mara, f"postcode-{hands.name}")
        _she_sees_reach_beside_what_became_of_it(mara)
        proposal = _she_proposes_to_give_up_the_fax_number(mara, faxes)
        otto.signs_in()
        _otto_declines_and_she_reads_why(otto, mara, proposal)
        _otto_approves_and_the_column_is_empty(
            otto, _she_proposes_to_give_up_the_fax_number(mara, faxes), faxes
        )
        _nothing_is_left_of_it(mara)
        assert [said for said in complaints() if "status of 422" not in said] == []
        assert grievances() == []


def _field(person: Person, name: str, text: str) -> None:
    person.hands.write(person.page, person.page.locator(f"[id='{name}']"), text)


def _she_writes_the_question(mara: Person, name: str) -> None:
    mara.opens(f"{mara.demo.sayso}/console/asks")
    mara.link("Write a question")
    for text in TEXTS[:-1]:
        _field(mara, f"{text}.en", f"The {text} of {name}")
    mara.sends("Save and see it")
    expect(mara.page.get_by_role("alert")).to_contain_text("need another look")
    for wanted in ("id", "title", "choices", "field_name", "label"):
        expect(mara.page.locator(f"[id='{wanted}-fault']")).to_be_visible()
    _field(mara, "id", name)
    for text in TEXTS:
        _field(mara, f"{text}.zh-Hant", f"{text} 郵遞區號")
        _field(mara, f"{text}.ar", f"{text} الرمز البريدي")
    _field(mara, "label.en", "Your postcode")
    for choice in ("choices", "needs"):
        wanted = "location" if choice == "choices" else "purchases"
        box = mara.page.locator(f"input[name={choice}][value='personalise.{wanted}.use.self']")
        mara.hands.tick(mara.page, box)
    _field(mara, "field_name", "postcode")
    mara.hands.select(mara.page, mara.page.locator("#category"), "your postcode")
    _field(mara, "moment", "parcel_arrived")
    mara.sends("Save and see it")


def _she_sees_it_as_customers_do_and_whom_it_reaches(mara: Person) -> None:
    page = mara.page
    card = page.locator("section.ask")
    expect(card.get_by_role("heading")).to_contain_text("The title of postcode")
    expect(card.get_by_role("button")).to_have_text(["Yes, here it is", "Not now", "No, thanks"])
    mara.hands.press(page, card.get_by_role("button", name="No, thanks"))
    expect(page.locator(".message")).to_contain_text("nothing was recorded")
    assert int(page.locator("[data-may]").inner_text()) >= 6
    refused = page.locator("section[aria-labelledby=audience] dl > div").filter(has_text="They said no.")
    assert int(refused.locator("dd").inner_text()) >= 5


def _she_publishes_it(mara: Person, name: str) -> None:
    mara.sends("Publish")
    row = mara.page.locator("tbody tr").filter(has_text=name)
    expect(row).to_contain_text("asked, version 1")


def _she_sees_reach_beside_what_became_of_it(mara: Person) -> None:
    mara.link("Reach")
    letters = mara.page.locator("section[aria-labelledby=newsletter]")
    expect(letters.get_by_role("img")).to_have_accessible_name(
        f"permit it now: {_number(letters, 0)}; said no: {_number(letters, 1)}; did not answer: {_number(letters, 2)}"
    )
    for wanted in (
        "took it back in the last 30 days",
        "kept it after 90 days",
        "complaints in the last 30 days",
    ):
        expect(letters).to_contain_text(wanted)


def _number(card: Locator, place: int) -> str:
    return card.locator("dd").nth(place).inner_text()


def _she_proposes_to_give_up_the_fax_number(mara: Person, faxes: int) -> str:
    mara.link("Fields")
    row = mara.page.locator("tbody tr").filter(has_text="customers.fax")
    expect(row).to_contain_text("used by nothing")
    expect(row).to_contain_text(f"{faxes} of")
    with mara.page.expect_navigation():
        mara.hands.press(mara.page, row.get_by_role("button"))
    expect(mara.page.locator("main")).to_contain_text("somebody else decides")
    expect(mara.page.locator("main")).to_contain_text(f"{faxes} of")
    return mara.page.url


def _otto_declines_and_she_reads_why(otto: Person, mara: Person, proposal: str) -> None:
    otto.opens(proposal)
    _field(otto, "reason", "First ask the people in the storehouse.")
    otto.sends("Decline")
    mara.page.reload()
    expect(mara.page.locator("main")).to_contain_text("First ask the people in the storehouse.")


def _otto_approves_and_the_column_is_empty(otto: Person, proposal: str, faxes: int) -> None:
    otto.opens(proposal)
    expect(otto.page.locator("main")).to_contain_text("Mara")
    otto.sends("Approve, and delete it for everybody")
    until(lambda: otto.demo.rows("shop", FILLED) == [(0,)], "an empty column")
    done = otto.page.get_by_role("cell").filter(has_text=f"emptied: {faxes}, left: 0")
    until(lambda: otto.page.reload() and done.count(), "the evidence")


def _nothing_is_left_of_it(mara: Person) -> None:
    assert mara.demo.rows("shop", FILLED) == [(0,)]
    mara.link("Fields")
    row = mara.page.locator("tbody tr").filter(has_text="customers.fax")
    expect(row).to_contain_text("given up")
    expect(row).to_contain_text("0 of")
    expect(row.get_by_role("button")).to_have_count(0)
