"""Three auditors nobody here wrote look at the shop in every language, and each can be seen to object.

No word of theirs is taken for a click: it counts when the ledger holds the very answer that left their browser.
"""

import json
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext

from tests.auditors.autoconsent import PACKAGE, Autoconsent, our_rule, published_rules
from tests.auditors.order import STAY_HERE, Auditors, Seen, Visit, answers, asked
from tests.auditors.report import of_autoconsent, of_radar, of_scanner
from tests.journeys.conftest import Demo, until
from tools.node import install_auditors

pytestmark = pytest.mark.journey
LANGUAGES = [code for code, _ in settings.LANGUAGES]
FIRST, LAST = LANGUAGES[0], LANGUAGES[-1]
TRACKER = "www.google-analytics.com"
# What a site could do wrong, done to the page before it is shown.
TRACKS_AT_ONCE = f"""addEventListener('DOMContentLoaded', () => {{
  new Image().src = 'http://{TRACKER}/collect?v=1&cid=555'; }});"""
CALLS_A_NO_SOMETHING_ELSE = """new MutationObserver(() => {
  const no = document.querySelector('sayso-banner')?.shadowRoot.querySelector('#reject-all');
  if (no) Object.assign(no, { id: '', textContent: 'Keep things as they are' });
}).observe(document, { childList: true, subtree: true });"""


def _page(demo: Demo, language: str) -> str:
    """Give the first page of the shop in a language, as the shop's own addresses have it."""
    return f"{demo.shop}/" if language == settings.LANGUAGE_CODE else f"{demo.shop}/{language}/"


@pytest.fixture(scope="module", autouse=True)
def auditors_are_here() -> None:
    """Install them where `make test` has not."""
    if not PACKAGE.exists():
        install_auditors()


@dataclass(frozen=True)
class Rounds:
    """What was ordered of the two auditors that bring their own browser, by language and by what is wrong."""

    radar: dict[str, Future[Seen]]
    scanner: dict[str, Future[Seen]]


@pytest.fixture(scope="module")
def rounds(demo: Demo) -> Iterator[Rounds]:
    """Send all of them off at once: most of their time is waiting."""
    with ThreadPoolExecutor(3) as pool:
        auditors = Auditors(pool, STAY_HERE)
        first, last = _page(demo, FIRST), _page(demo, LAST)
        wrong = {"tracks": TRACKS_AT_ONCE, "mislabelled": CALLS_A_NO_SOMETHING_ELSE}
        yield Rounds(
            radar={code: auditors.radar(_page(demo, code)) for code in LANGUAGES}
            | {name: auditors.radar(first, script) for name, script in wrong.items()},
            scanner={code: auditors.scanner(_page(demo, code), code) for code in LANGUAGES}
            | {name: auditors.scanner(last, LAST, script) for name, script in wrong.items()}
            | {"untaught": auditors.scanner(last)},
        )


@pytest.fixture
def stranger(browser: Browser) -> Iterator[BrowserContext]:
    """Give a browser nobody used before, in which nothing is watched but by the auditor."""
    opened = browser.new_context(viewport={"width": 1280, "height": 900})
    yield opened
    opened.close()


def _recorded(demo: Demo, event: str) -> set[str]:
    """Read from the ledger what one answer came to."""
    query = "SELECT answers FROM consent_event WHERE event = ?"
    ((told,),) = until(lambda: demo.rows("sayso", query, event), f"event {event} in the ledger")
    return set(json.loads(told).values())


def _clicked(demo: Demo, visit: Visit, act: str, language: str) -> None:
    """See that this visit pressed one button, in the language audited, and that the ledger has its answer."""
    told: list[dict[str, Any]] = answers(visit)
    assert [(one["act"], one["locale"].lower()) for one in told] == [(act, language)]
    assert _recorded(demo, told[0]["event"]) == {"refused" if act == "reject_all" else "given"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_cookieradar_finds_no_violation_and_its_clicks_are_in_the_ledger(
    rounds: Rounds, demo: Demo, language: str
) -> None:
    seen = rounds.radar[language].result()
    sessions = [seen.report["result"][name] for name in ("pre_consent", "post_accept", "post_reject")]
    assert [one["consent_clicked"] for one in sessions] == [False, True, True]
    assert all(one["banner_found"] and one["error"] is None for one in sessions)
    before, accepted, rejected = seen.visits
    assert answers(before) == []
    _clicked(demo, accepted, "accept_all", language)
    _clicked(demo, rejected, "reject_all", language)
    assert seen.report["violations"] == []
    assert sessions[0]["cookies"] == []
    assert [bool(asked(visit, demo.partner)) for visit in seen.visits] == [False, True, False]


@pytest.mark.parametrize("language", LANGUAGES)
def test_gdpr_cookie_scanner_gives_the_best_grade_and_its_clicks_are_in_the_ledger(
    rounds: Rounds, demo: Demo, language: str
) -> None:
    seen = rounds.scanner[language].result()
    result = seen.report["result"]
    assert result["errors"] == []
    assert [one["type"] for one in result["modal"]["buttons"]] == ["reject", "accept", "preferences"]
    rejected, accepted = seen.visits
    _clicked(demo, rejected, "reject_all", language)
    _clicked(demo, accepted, "accept_all", language)
    assert (result["compliance"]["grade"], result["compliance"]["issues"]) == ("A", [])
    assert result["cookiesBeforeInteraction"] == []
    assert [bool(asked(visit, demo.partner)) for visit in seen.visits] == [False, True]


def test_whoever_sends_them_to_her_own_site_reads_a_line_of_each(
    rounds: Rounds, demo: Demo, stranger: BrowserContext
) -> None:
    radar, scanner = rounds.radar[FIRST].result(), rounds.scanner[LAST].result()
    assert of_radar(radar) == "0 violations; its browser sent accept_all, reject_all"
    assert of_scanner(scanner) == "grade A, 100 of 100, 0 issues; its browser sent reject_all, accept_all"
    untaught, tracked = rounds.scanner["untaught"].result(), rounds.radar["tracks"].result()
    assert of_scanner(untaught).startswith("grade D, ")
    assert of_scanner(untaught).endswith("; its browser sent no answer")
    assert of_radar(tracked).startswith("1 violations (google-analytics.com); ")
    auditor = Autoconsent(stranger.new_page(), [our_rule()])
    auditor.visits(_page(demo, FIRST))
    assert of_autoconsent(auditor) == "found sayso, opted out, its own test passed"


@pytest.mark.parametrize("language", LANGUAGES)
def test_autoconsent_opts_out_and_sees_that_it_did(
    demo: Demo, stranger: BrowserContext, language: str
) -> None:
    page, sent = stranger.new_page(), list[dict[str, Any]]()
    auditor = Autoconsent(page, [*published_rules(), our_rule()])
    page.on("request", lambda one: sent.append(one.post_data_json) if one.url.endswith("/answers") else None)
    auditor.visits(_page(demo, language))
    assert auditor.found("cmpDetected") == auditor.found("popupFound") == ["sayso"]
    assert auditor.results("optOutResult") == auditor.results("selfTestResult") == [True]
    assert [(one["act"], one["locale"].lower()) for one in sent] == [("reject_all", language)]
    assert _recorded(demo, sent[0]["event"]) == {"refused"}


def test_both_scanners_object_to_a_tracker_before_the_choice(rounds: Rounds) -> None:
    radar, scanner = rounds.radar["tracks"].result(), rounds.scanner["tracks"].result()
    assert all(asked(visit, TRACKER) for visit in [*radar.visits, *scanner.visits])
    assert radar.report["violations"] == ["google-analytics.com"]
    # Its grade alone would not tell: two points are taken off, and an A is left.
    compliance = scanner.report["result"]["compliance"]
    assert "critical" in [one["severity"] for one in compliance["issues"]]


def test_a_no_by_another_name_is_clicked_by_neither(rounds: Rounds) -> None:
    radar, scanner = rounds.radar["mislabelled"].result(), rounds.scanner["mislabelled"].result()
    assert radar.report["violations"] == []  # so it finds nothing, having refused nothing
    assert not radar.report["result"]["post_reject"]["consent_clicked"]
    assert [one["act"] for visit in radar.visits for one in answers(visit)] == ["accept_all"]
    assert [one["act"] for visit in scanner.visits for one in answers(visit)] == ["accept_all"]
    assert scanner.report["result"]["compliance"]["grade"] != "A"


def test_the_scanner_clicks_nothing_in_a_language_it_was_not_taught(rounds: Rounds) -> None:
    seen = rounds.scanner["untaught"].result()
    assert [answers(visit) for visit in seen.visits] == [[], []]
    assert seen.report["result"]["compliance"]["grade"] == "D"


def test_autoconsent_does_not_say_it_opted_out_when_it_did_not(demo: Demo, stranger: BrowserContext) -> None:
    stranger.route("**/answers", lambda route: route.fulfill(status=503, json={"detail": "down"}))
    unsaved = Autoconsent(stranger.new_page(), [our_rule()])
    unsaved.visits(_page(demo, FIRST))
    assert unsaved.results("selfTestResult") == [False]
    unnamed = stranger.new_page()
    unnamed.add_init_script(CALLS_A_NO_SOMETHING_ELSE)
    auditor = Autoconsent(unnamed, [our_rule()])
    auditor.visits(_page(demo, FIRST))
    assert auditor.results("optOutResult") == [False]


def test_autoconsent_knows_the_banner_by_our_rule_alone(demo: Demo, stranger: BrowserContext) -> None:
    auditor = Autoconsent(stranger.new_page(), published_rules())
    auditor.visits(_page(demo, FIRST))
    assert auditor.gave_up
    assert auditor.found("cmpDetected") == []
