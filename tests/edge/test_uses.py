"""What really was used is counted where it is decided, and taken from servers that decide for themselves."""

import asyncio
import json
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from sayso.consent import services as consent
from sayso.edge.app import Edge
from sayso.identity import named
from sayso.identity import queries as people
from sayso.identity import services as identity
from sayso.uses import queries
from tests.edge.conftest import Caller
from tests.linen import LEARN, PASS_ON, PURCHASES

BRAND = "linen-and-loom"
QUESTIONS = [
    {"purpose": "personalise", "category": "purchases"},
    {"purpose": "pass_on", "category": "purchases", "operation": "disclose", "recipient": "brightside"},
]


def _post(browser: Caller, key: str, path: str, body: Any) -> tuple[int, dict[str, Any]]:
    raw = json.dumps(body).encode()
    status, _, reply = browser.request("POST", path, raw, authorization=f"Bearer {key}")
    return status, json.loads(reply)


def _subject(browser: Caller) -> str:
    found = people.device_subject(browser.device)
    assert found
    return found


def _kept(browser: Caller) -> dict[tuple[str, bool], int]:
    rows = queries.lately([_subject(browser)], BRAND, datetime.now(UTC))
    return {(row.choice, row.permitted): row.times for row in rows}


def test_a_yes_counts_as_a_use_and_a_no_as_held_back(browser: Caller, server_key: str) -> None:
    browser.answer({PURCHASES: "given", PASS_ON: "refused"})
    for _ in range(3):
        _post(
            browser,
            server_key,
            "/v1/decide",
            {"subject": {"device": browser.device}, "questions": QUESTIONS},
        )
    assert _kept(browser) == {(PURCHASES, True): 3, (PASS_ON, False): 3}
    assert {row.system for row in queries.rows_of([_subject(browser)])} == {"shop"}


def test_what_no_notice_lists_and_whoever_is_being_erased_is_not_counted(
    browser: Caller, server_key: str
) -> None:
    browser.answer({PURCHASES: "given"})
    asked = {"subject": {"device": browser.device}, "questions": [{"purpose": "spying", "category": "all"}]}
    _post(browser, server_key, "/v1/decide", asked)
    consent.mark_erasing([_subject(browser)], BRAND, datetime.now(UTC))
    _post(browser, server_key, "/v1/decide", {**asked, "questions": QUESTIONS})
    assert _kept(browser) == {}


def test_a_server_that_decides_for_itself_hands_over_its_counts(browser: Caller, server_key: str) -> None:
    browser.answer({PURCHASES: "given"})
    names = list(named.names_of({"device": browser.device}))
    uses = [
        {"names": names, "choice": PURCHASES, "permitted": True, "times": 14},
        {"names": names, "choice": LEARN, "permitted": False, "times": 2},
        {"names": ["0" * 32], "choice": LEARN, "permitted": True, "times": 2},
        {"names": names, "choice": "spying.all.use.self", "permitted": True, "times": 2},
    ]
    status, reply = _post(browser, server_key, "/v1/uses", {"uses": uses, "lost": 7})
    assert (status, reply) == (202, {"counted": 3})
    assert _kept(browser) == {(PURCHASES, True): 14, (LEARN, False): 2}
    assert queries.lost_lately(BRAND, datetime.now(UTC)) == 7


GOOD = {"names": ["a" * 32], "choice": LEARN, "permitted": True, "times": 1}


BAD: list[Any] = [
    [],
    {},
    {"uses": {}},
    {"uses": [GOOD] * 2001},
    {"uses": [], "lost": -1},
    {"uses": [], "lost": "many"},
    {"uses": ["learn"]},
    {"uses": [{**GOOD, "names": []}]},
    {"uses": [{**GOOD, "names": ["a" * 32] * 4}]},
    {"uses": [{**GOOD, "names": ["ada@example.test"]}]},
    {"uses": [{**GOOD, "names": [7]}]},
    {"uses": [{**GOOD, "choice": 7}]},
    {"uses": [{**GOOD, "permitted": 1}]},
    {"uses": [{**GOOD, "times": 0}]},
    {"uses": [{**GOOD, "times": 1_000_001}]},
    {"uses": [{**GOOD, "times": True}]},
    {"uses": [GOOD, {**GOOD, "times": 1.5}]},
]


def test_counts_that_cannot_be_read_are_refused_and_none_of_them_is_counted(
    browser: Caller, server_key: str
) -> None:
    for body in BAD:
        status, reply = _post(browser, server_key, "/v1/uses", body)
        assert (status, reply["code"]) == (422, "invalid_uses"), body
    assert queries.lost_lately(BRAND, datetime.now(UTC)) == 0


def test_counts_are_taken_from_nobody_without_a_fitting_key(browser: Caller, now: datetime) -> None:
    narrow = identity.make_api_key(BRAND, "importer", {"facts"}, now)
    assert _post(browser, narrow, "/v1/uses", {"uses": []})[0] == 403
    assert _post(browser, "sk_wrong", "/v1/uses", {"uses": []})[0] == 401
    assert browser.request("GET", "/v1/uses")[0] == 405


def test_two_edges_add_up(browser: Caller, server_key: str) -> None:
    browser.answer({PURCHASES: "given"})
    body = json.dumps({"subject": {"device": browser.device}, "questions": QUESTIONS[:1]}).encode()

    async def ask(edge: Edge) -> None:
        for _ in range(20):
            await browser.send(edge, "POST", "/v1/decide", body, authorization=f"Bearer {server_key}")

    async def both(first: Edge, second: Edge) -> None:
        await asyncio.gather(ask(first), ask(second))

    with closing(Edge()) as first, closing(Edge()) as second:
        asyncio.run(both(first, second))
    assert _kept(browser) == {(PURCHASES, True): 40}
