"""Otto begins a deletion for Ada, Dev approves it, and what is left is evidence anyone can check."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Demo, until
from tests.journeys.hands import Hands
from tests.journeys.people import CURTAINS, DEV, OTTO, Person, leaving_no_trace, watched

pytestmark = pytest.mark.journey
WHY = "She asked by letter of 2 May"


@pytest.fixture
def ada(demo: Demo, browser: Browser, hands: Hands) -> Iterator[Person]:
    """Ada, who allowed everything and bought something."""
    with leaving_no_trace(demo), watched(browser) as (context, complaints):
        found = Person(demo, context.new_page(), f"ada.writes.{hands.name}@example.test", hands)
        found.answers_the_banner("Accept all")
        found.buys(CURTAINS)
        found.signs_in()
        found.joins_her_browser()
        yield found
        assert complaints() == []


@pytest.fixture
def staff(demo: Demo, browser: Browser, hands: Hands) -> Iterator[tuple[Person, Person]]:
    """Otto and Dev, each in a browser of their own."""
    with watched(browser) as (first, complaints), watched(browser) as (second, others):
        otto = Person(demo, first.new_page(), OTTO, hands)
        dev = Person(demo, second.new_page(), DEV, hands)
        for one in (otto, dev):
            one.signs_in()
        yield otto, dev
        assert (complaints(), others()) == ([], [])


def test_staff_delete_with_four_eyes_and_leave_evidence(
    ada: Person, staff: tuple[Person, Person], tmp_path: Path
) -> None:
    otto, dev = staff
    number = _otto_proposes(otto, ada)
    _she_is_told_and_nothing_is_used(ada, number)
    _dev_approves(dev, number)
    _it_is_carried_out(dev, number)
    _the_evidence_holds(otto, number, tmp_path)
    _the_record_is_there(otto)


def _otto_proposes(otto: Person, ada: Person) -> str:
    otto.link("Find a person")
    otto.write("Customer number or e-mail address, exactly", ada.email)
    otto.write("Why you look", WHY)
    otto.sends("Look")
    otto.sends("Propose the deletion")
    expect(otto.page.get_by_text("You proposed this, so somebody else decides it.")).to_be_visible()
    assert otto.page.get_by_role("button", name="Approve").count() == 0
    return otto.page.url.rsplit("/", 1)[1]


def _she_is_told_and_nothing_is_used(ada: Person, number: str) -> None:
    letters = until(
        lambda: [one for one in ada.demo.letters_to(ada.email) if "on your behalf" in one["subject"]],
        "the letter",
    )
    assert "Otto, privacy officer of Linen & Loom" in letters[0]["text"]
    ada.opens(f"{ada.demo.sayso}/centre/requests/{number}")
    expect(ada.page.get_by_text("Otto began this on your behalf")).to_be_visible()
    ada.link("Who looked at your data")
    expect(ada.page.locator("article").first).to_contain_text(WHY)


def _dev_approves(dev: Person, number: str) -> None:
    dev.link("Requests")
    row = dev.page.locator("tbody tr").filter(has=dev.page.locator(f"a[href$='{number}']"))
    expect(row).to_contain_text("waits for a second officer")
    dev.hands.press(dev.page, row.get_by_role("link"))
    dev.sends("Approve: delete as planned below")
    expect(dev.page.locator("#four-eyes + dl")).to_contain_text("Approved by")


def _it_is_carried_out(dev: Person, number: str) -> None:
    done = "SELECT 1 FROM rights_rightsrequest WHERE id = ? AND state = 'complete'"
    until(lambda: dev.demo.rows("sayso", done, number), "the deletion", 60)
    dev.opens(f"{dev.demo.sayso}/console/requests?show=done")
    row = dev.page.locator("tbody tr").filter(has=dev.page.locator(f"a[href$='{number}']"))
    expect(row).to_contain_text("complete")


def _the_evidence_holds(otto: Person, number: str, folder: Path) -> None:
    otto.opens(f"{otto.demo.sayso}/console/requests/{number}")
    with otto.page.expect_download() as coming:
        otto.button("Download the evidence file")
    coming.value.save_as(folder / "evidence.json")
    (folder / "pins.json").write_text(json.dumps(otto.demo.json(f"{otto.demo.sayso}/v1/keys")))
    told = otto.demo.sayso_command(
        "verify", str(folder / "evidence.json"), "--keys", str(folder / "pins.json")
    )
    assert told.returncode == 0, told.stdout + told.stderr
    for wanted in ("HOLDS", number, "erasure, complete", "in time"):
        assert wanted in told.stdout
    said = json.loads((folder / "evidence.json").read_text())["content"]
    assert (said["four_eyes"]["proposed_by"], said["four_eyes"]["decided_by"]) == ("Otto", "Dev")
    assert "ada.writes" not in json.dumps(said)


def _the_record_is_there(otto: Person) -> None:
    otto.link("Record of processing")
    expect(otto.page.get_by_role("heading", name="Keeping invoices")).to_be_visible()
    with otto.page.expect_download() as coming:
        otto.link("CSV")
    assert "Value-Added Tax Consolidation Act 2010" in coming.value.path().read_text()
