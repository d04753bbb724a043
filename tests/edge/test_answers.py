"""Answers over HTTP: recorded whole, or refused with a code, a remedy, and nothing changed."""

import asyncio
import json
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sayso.consent import ledger, models
from sayso.core.vocabulary import NARROW
from sayso.deployment.django_database import DjangoDatabase
from sayso.edge import batch
from sayso.edge.app import LARGEST_ANSWER, Edge
from sayso.identity import models as identity
from tests.edge.conftest import Caller
from tests.linen import LEARN

CASES = json.loads((Path(__file__).parents[2] / "conformance" / "answers.json").read_text())


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case["name"])
def test_conformance(browser: Caller, case: dict[str, Any]) -> None:
    status, reply = browser.answer(case["answers"], **case.get("change", {}))
    assert status == case["status"], reply
    if status == 201:
        states = reply["standing"]["states"]
        assert {choice: states[choice] for choice in case["states"]} == case["states"]
        assert reply["receipt"].count(".") == 2
    else:
        assert reply["code"] == case["code"]
        assert reply["remedy"]
        assert models.Event.objects.count() == 0
        assert identity.Subject.objects.count() == 0


@pytest.mark.parametrize("story", CASES["stories"], ids=lambda story: story["name"])
def test_conformance_of_stories(browser: Caller, story: dict[str, Any]) -> None:
    for step in story["steps"]:
        status, reply = browser.answer(step["answers"], base=step["base"])
        assert status == 201, reply
        assert {name: reply["standing"]["states"][name] for name in step["states"]} == step["states"]


def test_a_full_queue_acknowledges_nothing_and_says_when_to_come_again(
    browser: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.dumps(browser.form({LEARN: "refused"})).encode()
    monkeypatch.setattr(batch, "WAITING", 0)
    sent = ("POST", "/v1/sites/shop/answers", body)
    status, headers, reply = browser.request(*sent, sayso_device=browser.device)
    assert (status, json.loads(reply)["code"], headers["retry-after"]) == (503, "busy", "1")
    assert models.Event.objects.count() == 0
    monkeypatch.undo()
    assert browser.request(*sent, sayso_device=browser.device)[0] == 201


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"", 400, "malformed_json"),
        (b"{", 400, "malformed_json"),
        (b"[]", 422, "invalid_answer"),
        (b'{"event": 1, "event": 2}', 400, "duplicate_key"),
        (b'{"at": "\\ud800"}', 400, "malformed_json"),
        (b'"' + b"x" * LARGEST_ANSWER + b'"', 413, "too_large"),
    ],
)
def test_what_is_no_answer_is_refused(browser: Caller, body: bytes, status: int, code: str) -> None:
    got, reply = browser.post(body)
    assert (got, reply["code"]) == (status, code)
    assert models.Event.objects.count() == 0


@pytest.mark.parametrize("said", [["given"], {"given": True}, None, 1])
def test_an_answer_that_is_no_text_is_refused(browser: Caller, said: Any) -> None:
    status, reply = browser.answer({LEARN: said})
    assert (status, reply["code"]) == (422, "invalid_answer")
    assert models.Event.objects.count() == 0


@pytest.mark.parametrize(("secret", "code"), [("", "device_missing"), ("short", "device_malformed")])
def test_nobody_answers_without_the_secret_of_a_device(browser: Caller, secret: str, code: str) -> None:
    body = browser.form({LEARN: "given"})
    status, reply = browser.post(body, sayso_device=secret)
    assert (status, reply["code"]) == (401, code)


@pytest.mark.parametrize("site", ["nowhere", "sh\0op", "\0"])
def test_an_unknown_site_is_refused(browser: Caller, site: str) -> None:
    form, device = json.dumps(browser.form({LEARN: "given"})).encode(), browser.device
    for method, what in (("POST", "answers"), ("GET", "banner"), ("GET", "standing")):
        address = f"/v1/sites/{site}/{what}"
        status, _, body = browser.request(method, address, form, sayso_device=device)
        assert (status, json.loads(body)["code"]) == (404, "unknown_site")


def test_the_same_answer_twice_gives_the_same_receipt(browser: Caller) -> None:
    body = browser.form({LEARN: "given"})
    first, second = browser.post(body), browser.post(body)
    assert (first[0], second[0]) == (201, 200)
    assert first[1]["receipt"] == second[1]["receipt"]
    status, reply = browser.post({**body, "answers": {LEARN: "refused"}})
    assert (status, reply["code"]) == (409, "event_reused")
    assert models.Event.objects.count() == 1


def test_nothing_is_known_of_a_browser_that_only_looked(browser: Caller) -> None:
    assert browser.banner()["standing"] is None
    status, _, body = browser.request("GET", "/v1/sites/shop/standing", sayso_device=browser.device)
    assert status == 200
    assert json.loads(body)["rev"] == 0
    assert identity.Subject.objects.count() == 0


def test_a_browser_finds_its_own_answers_again_and_nobody_elses(browser: Caller) -> None:
    browser.answer({LEARN: "given"})
    assert browser.banner()["standing"]["states"][LEARN] == "given"
    assert Caller().banner()["standing"] is None


def test_the_privacy_signal_seen_is_kept_with_the_answer(browser: Caller) -> None:
    from sayso.consent import ledger
    from sayso.deployment.django_database import DjangoDatabase

    status, _ = browser.post(browser.form({LEARN: "refused"}), sec_gpc="1")
    assert status == 201
    subject = models.Event.objects.get().subject
    assert ledger.events_of(DjangoDatabase(), subject, "linen-and-loom")[0].evidence["gpc"] is True


def test_two_answers_of_one_person_at_once_are_both_kept(browser: Caller) -> None:
    forms = [browser.form({LEARN: "given"}), browser.form({LEARN: "refused"})]

    async def both() -> list[int]:
        calls = (
            browser.send(
                edge,
                "POST",
                "/v1/sites/shop/answers",
                json.dumps(form).encode(),
                sayso_device=browser.device,
            )
            for edge, form in zip(edges, forms, strict=True)
        )
        return [status for status, _, _ in await asyncio.gather(*calls)]

    with closing(Edge()) as first, closing(Edge()) as second:
        edges = [first, second]
        assert asyncio.run(both()) == [201, 201]
    assert models.Event.objects.count() == 2
    assert identity.Subject.objects.count() == 1
    row = models.Standing.objects.get()
    standing = ledger.standing_of(DjangoDatabase(), row.subject, row.brand)
    assert standing is not None
    assert standing.rev == 2
    assert standing.held[LEARN].status in NARROW


def test_a_crowd_is_written_in_a_few_commits_and_nobody_is_lost(browser: Caller) -> None:
    shown = browser.form({LEARN: "given"})
    people = [Caller() for _ in range(60)]

    async def crowd(edge: Edge) -> list[int]:
        calls = (
            person.send(
                edge,
                "POST",
                "/v1/sites/shop/answers",
                json.dumps({**shown, "event": f"00000000-0000-4000-8000-{number:012d}"}).encode(),
                sayso_device=person.device,
            )
            for number, person in enumerate(people)
        )
        return [status for status, _, _ in await asyncio.gather(*calls)]

    with closing(Edge()) as edge:
        assert asyncio.run(crowd(edge)) == [201] * 60
    assert models.Event.objects.count() == 60
    assert identity.Subject.objects.count() == 60
