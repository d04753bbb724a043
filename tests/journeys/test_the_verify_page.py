"""The page that checks a receipt judges as the command does, in a real browser, and can send nothing."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from sayso.centre.pages.verify import WORDS
from sayso.centre.shown import STATUS
from sayso.core.vocabulary import ConsentStatus
from tests.consent import corpus
from tests.deployed import Deployment

pytestmark = pytest.mark.journey
KEPT = json.loads(corpus.FILE.read_text())


@pytest.fixture(scope="module")
def page(browser: Browser, served: Deployment) -> Iterator[Page]:
    context = browser.new_context(locale="en-GB")
    opened = context.new_page()
    opened.goto(f"{served.web}/verify")
    yield opened
    context.close()


def checked(page: Page, file: str, pins: str) -> dict[str, Any]:
    """Paste both, press the button, and read what the page came to."""
    page.locator("#receipt").fill(file)
    page.locator("#keys").fill(pins)
    page.locator("#start").click()
    page.locator("#outcome[data-code]").wait_for()
    told: dict[str, Any] = page.locator("#outcome").evaluate("one => ({...one.dataset, text: one.innerText})")
    return told


EVERY_CASE = """async (cases) => {
  const outcome = document.getElementById("outcome");
  const told = {};
  for (const [name, file, keys] of cases) {
    document.getElementById("receipt").value = file;
    document.getElementById("keys").value = keys;
    document.getElementById("start").click();
    while (!outcome.dataset.code) await new Promise((done) => setTimeout(done, 1));
    told[name] = { ...outcome.dataset, text: outcome.innerText };
  }
  return told;
}"""


@pytest.fixture(scope="module")
def judged(page: Page) -> dict[str, Any]:
    """Let the page judge the whole corpus, case by case."""
    cases = [
        (case["name"], case["file"] * case.get("times", 1), json.dumps(KEPT["pins"][case["pins"]]))
        for case in KEPT["cases"]
    ]
    told: dict[str, Any] = page.evaluate(EVERY_CASE, cases)
    return told


@pytest.mark.parametrize("case", KEPT["cases"], ids=lambda case: case["name"])
def test_the_page_judges_it_as_the_corpus_says(judged: dict[str, Any], case: dict[str, Any]) -> None:
    told = judged[case["name"]]
    if not case["holds"]:
        assert told["code"] == case["code"]
        assert str(WORDS[case["code"]]) in told["text"]
        return
    assert told["code"] == "holds"
    assert told["place"] == ("" if case["index"] is None else str(case["index"]))
    assert told["witnesses"] == case["witnesses"]
    assert "4 May 2026, 09:00:00 UTC" in told["text"]
    assert "2026-05-04" not in told["text"]
    assert ("Not independently witnessed" in told["text"]) is (not case["witnesses"])
    assert "pass_on.purchases.disclose.brightside" in told["text"]
    assert str(STATUS[ConsentStatus.REFUSED][0]) in told["text"]


def test_keys_that_are_no_json_are_named(page: Page) -> None:
    assert checked(page, KEPT["cases"][0]["file"], "nonsense")["code"] == "bad_pins"


def test_the_page_can_send_nothing(page: Page) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    checked(page, KEPT["cases"][2]["file"], json.dumps(KEPT["pins"]["usual"]))
    tried = page.evaluate("fetch('/v1/keys').then(() => 'sent', () => 'refused')")
    assert tried == "refused"
    assert sent == []


def test_a_browser_that_cannot_check_says_so(browser: Browser, served: Deployment) -> None:
    context = browser.new_context(locale="en-GB")
    try:
        context.add_init_script("crypto.subtle.importKey = () => Promise.reject(new Error('unknown'))")
        page = context.new_page()
        page.goto(f"{served.web}/verify")
        told = checked(page, KEPT["cases"][0]["file"], json.dumps(KEPT["pins"]["usual"]))
        assert told["code"] == "unsupported"
        assert "cannot check Ed25519" in told["text"]
    finally:
        context.close()


def test_without_javascript_the_page_names_the_command(browser: Browser, served: Deployment) -> None:
    context = browser.new_context(locale="en-GB", java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(f"{served.web}/verify")
        assert not page.locator("#start").is_visible()
        assert "sayso verify receipt.json --keys pinned.json" in page.locator("main").inner_text()
        assert "Without JavaScript" in page.locator("main").inner_text()
    finally:
        context.close()


def test_an_answer_that_holds_fits_a_narrow_screen(browser: Browser, served: Deployment) -> None:
    context = browser.new_context(locale="en-GB", viewport={"width": 320, "height": 700})
    try:
        page = context.new_page()
        page.goto(f"{served.web}/verify")
        checked(page, KEPT["cases"][2]["file"], json.dumps(KEPT["pins"]["usual"]))
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
    finally:
        context.close()
