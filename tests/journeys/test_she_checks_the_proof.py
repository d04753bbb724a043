"""Ada keeps a proof and checks it without trusting anybody; whoever rewrites her answer is found out."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Demo, until
from tests.journeys.hands import Hands
from tests.journeys.people import Person

pytestmark = pytest.mark.journey


@pytest.fixture
def ada(demo: Demo, hands: Hands, page: Page) -> Person:
    return Person(demo, page, f"ada.proves.{hands.name}@example.test", hands)


def _follows(ada: Person, link: str) -> None:
    ada.hands.press(ada.page, ada.page.get_by_role("link", name=link))  # an arrow stands behind some


def _saved(ada: Person, link: str, file: Path) -> Path:
    with ada.page.expect_download() as download:
        _follows(ada, link)
    download.value.save_as(file)
    return file


def _chosen(ada: Person, field: str, file: Path) -> None:
    with ada.page.expect_file_chooser() as chooser:
        ada.hands.press(ada.page, ada.page.locator(field))
    chooser.value.set_files(file)


def _outcome(ada: Person, receipt: Path, keys: Path) -> Locator:
    _chosen(ada, "#receipt-file", receipt)
    _chosen(ada, "#keys-file", keys)
    ada.button("Check it")
    outcome = ada.page.locator("#outcome[data-code]")
    outcome.wait_for()
    return outcome


def _audit(demo: Demo, last: Path) -> tuple[int, str]:
    """Follow the log by its public address, and hold every row to it."""
    done = demo.sayso_command(
        "audit", "--log", f"http://localhost:{demo.port + 1}/log", "--database", "--from", str(last)
    )
    return done.returncode, done.stdout + done.stderr


def _rewrite(demo: Demo, event: str, old: str, new: str) -> None:
    """Change an answer as only somebody with access to the database can."""
    with closing(sqlite3.connect(demo.home / "sayso.sqlite3", timeout=5)) as own, own:
        changed = own.execute(
            "UPDATE consent_event SET answers = replace(answers, ?, ?) WHERE event = ?", [old, new, event]
        )
        assert changed.rowcount == 1


def test_ada_checks_her_proof_and_a_rewritten_answer_is_found_out(
    ada: Person, demo: Demo, tmp_path: Path
) -> None:
    event = ada.answers_the_banner("Reject all")["event"]
    ada.opens(f"{demo.sayso}/centre/proof/{event}")
    place = ada.page.locator("dl.facts dd", has_text="Entry ")
    until(lambda: place.count() or not ada.page.reload(), "her answer in the log")
    receipt = _saved(ada, "Download the receipt", tmp_path / "receipt.json")
    keys = _saved(ada, "Download the keys to pin", tmp_path / "pinned.json")

    _follows(ada, "Check a receipt on a page that sends nothing")
    outcome = _outcome(ada, receipt, keys)
    expect(outcome.get_by_role("heading", name="It holds", exact=True)).to_be_focused()
    expect(outcome.locator(".state.no").first).to_be_visible()
    expect(outcome.locator(".state:not(.no)")).to_have_count(0)
    expect(outcome).to_contain_text("Not independently witnessed")
    spoiled = tmp_path / "spoiled.json"
    spoiled.write_text(receipt.read_text().replace("eyJ", "eyK", 1))
    ada.page.reload()
    expect(_outcome(ada, spoiled, keys)).to_contain_text("It does not hold")

    checked = demo.sayso_command("verify", str(receipt), "--keys", str(keys))
    assert checked.returncode == 0, checked.stdout
    assert "IN LOG" in checked.stdout

    last = tmp_path / "last.checkpoint"
    assert _audit(demo, last)[0] == 0
    _rewrite(demo, event, "refused", "given")
    try:
        code, said = _audit(demo, last)
    finally:
        _rewrite(demo, event, "given", "refused")
    assert code == 1
    assert "FAILED   rewritten" in said
    assert _audit(demo, last)[0] == 0
