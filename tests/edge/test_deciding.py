"""The gate over HTTP, from a replica that is filled: the same answers, in batches, at length, and for partners."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

import pytest

from sayso.core.errors import SaysoError
from sayso.decisions.replica import Replica
from sayso.edge import deciding
from sayso.edge.app import Edge
from sayso.identity import services as identity
from tests.edge.conftest import Caller
from tests.edge.test_decide import CASES, QUESTIONS
from tests.linen import LEARN, PASS_ON, PURCHASES

PATIENCE = 20  # seconds until a test gives up


class Held:
    """An edge that stays, with the loop it runs on, and whose replica is filled."""

    def __init__(self, brand: str) -> None:
        self.edge, self.brand = Edge(), brand
        self.runner = asyncio.Runner()

    def replica(self) -> Replica:
        """Wait until the brand's replica is filled, and give it."""
        end = time.monotonic() + PATIENCE
        while (found := self.edge._replicas.of(self.brand)) is None:
            assert time.monotonic() < end
            time.sleep(0.01)
        return found

    def request(self, *what: Any, **headers: str) -> tuple[int, dict[str, str], bytes]:
        return self.runner.run(Caller().send(self.edge, *what, **headers))

    def post(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        status, _, reply = self.request("POST", path, json.dumps(body).encode(), **headers)
        return status, json.loads(reply)

    def decide(self, key: str, body: Any) -> tuple[int, Any]:
        return self.post("/v1/decide", body, authorization=f"Bearer {key}")

    def answer(self, browser: Caller, answers: dict[str, str], **more: Any) -> None:
        form = browser.form(answers, **more)
        assert self.post("/v1/sites/shop/answers", form, sayso_device=browser.device)[0] == 201

    def close(self) -> None:
        self.edge.close()
        self.runner.close()


@pytest.fixture
def held(brand: str) -> Iterator[Held]:
    with closing(Held(brand)) as edge:
        edge.replica()
        yield edge


@pytest.fixture
def no_database(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody answer from the database: what is answered comes from the replica."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise AssertionError("the database was asked")

    monkeypatch.setattr(deciding, "from_database", refuse)


def caught_up(held: Held) -> None:
    """Wait until the replica has heard of everything this edge wrote."""
    end = time.monotonic() + PATIENCE
    while held.edge._decider.own._names and time.monotonic() < end:
        request = deciding.read({"subject": {"customer": "C-404"}, "questions": []})
        held.edge._decider.own.outrun(request, held.replica().seq)
        time.sleep(0.01)


def test_conformance(held: Held, server_key: str, no_database: None) -> None:
    for case in CASES:
        browser = Caller()
        for step in case["steps"]:
            said = {name: step[name] for name in ("base", "act", "gpc") if name in step}
            held.answer(browser, step["answers"], **said)
        caught_up(held)
        asked = {"questions": case["questions"], "gpc": case.get("gpc", False)}
        status, reply = held.decide(server_key, {"subject": {"device": browser.device}, **asked})
        assert status == 200
        told = [(entry["permitted"], entry["reason"]) for entry in reply["decisions"]]
        assert told == [(asked["permitted"], asked["reason"]) for asked in case["questions"]], case["name"]


def test_a_question_straight_after_an_answer_sees_it(held: Held, browser: Caller, server_key: str) -> None:
    body = {"subject": {"device": browser.device}, "questions": QUESTIONS[:1]}
    for base, said in enumerate(["given", "refused", "given", "refused"]):
        held.answer(browser, {PURCHASES: said}, base=base)
        reply = held.decide(server_key, body)[1]
        assert reply["decisions"][0]["permitted"] is (said == "given")


def test_a_batch_answers_everybody_in_order(held: Held, browser: Caller, server_key: str) -> None:
    held.answer(browser, {PURCHASES: "given"})
    person = {"subject": {"device": browser.device}, "questions": QUESTIONS[:1]}
    stranger = {"subject": {"customer": "C-404"}, "questions": QUESTIONS[:2]}
    for _ in range(2):  # from the database at first, then from the replica
        status, reply = held.decide(server_key, {"batch": [person, stranger, {**person, "gpc": True}]})
        assert status == 200
        told = [[entry["reason"] for entry in one["decisions"]] for one in reply["batch"]]
        assert told == [["given"], ["unknown_subject"] * 2, ["given"]]
        caught_up(held)


def test_a_batch_that_is_too_large_or_none_is_refused(held: Held, server_key: str) -> None:
    ada = {"subject": {"customer": "C-1"}, "questions": []}
    many = {**ada, "questions": QUESTIONS[:1] * 501}
    for batch in ("everybody", [many] * 2, [ada] * 1001, ["Ada"]):
        status, reply = held.decide(server_key, {"batch": batch})
        assert (status, reply["code"]) == (422, "invalid_question")


def test_a_partner_is_told_yes_or_no_and_nothing_else(held: Held, browser: Caller, now: datetime) -> None:
    held.answer(browser, {PURCHASES: "given", PASS_ON: "refused"})
    key = identity.make_api_key(held.brand, "partner", {"decide_only"}, now)
    body = {"subject": {"device": browser.device}, "questions": QUESTIONS}
    status, reply = held.decide(key, body)
    assert status == 200
    permitted = [True, False, False]
    choices = [PURCHASES, LEARN, PASS_ON]
    assert reply["decisions"] == [
        {"choice": choice, "permitted": yes} for choice, yes in zip(choices, permitted, strict=True)
    ]
    assert held.decide(key, {**body, "explain": True})[0] == 403


def test_an_explanation_says_what_a_decision_rests_on(
    held: Held, browser: Caller, server_key: str, now: datetime
) -> None:
    held.answer(browser, {PURCHASES: "given", PASS_ON: "refused"})
    key = identity.make_api_key(held.brand, "officer", {"decide", "explain"}, now)
    body = {"subject": {"device": browser.device}, "questions": QUESTIONS, "explain": True}
    assert held.decide(server_key, body)[1]["code"] == "scope_missing"
    status, reply = held.decide(key, body)
    assert status == 200
    given, silent, refused = reply["decisions"]
    assert (given["status"], given["generation_matches"]) == ("given", True)
    assert given["valid_until"] > "2026"
    assert given["version"].startswith("sha256:")
    assert given["subjects"] == [{"kind": "device", "permitted": True, "reason": "given"}]
    assert refused["sentences"]["en"] == "She said no."
    assert set(refused["sentences"]) == {"en", "zh-Hant", "ar"}
    assert (silent["status"], silent["generation_matches"]) == ("unknown", None)
    batch = held.decide(key, {"batch": [{**body, "explain": True}], "explain": True})[1]["batch"]
    assert batch == [reply]


def test_of_a_stranger_an_explanation_names_nobody(held: Held, now: datetime) -> None:
    key = identity.make_api_key(held.brand, "officer", {"decide", "explain"}, now)
    body = {"subject": {"customer": "C-404"}, "questions": QUESTIONS[:1], "explain": True}
    (told,) = held.decide(key, body)[1]["decisions"]
    assert (told["reason"], told["subjects"], told["status"]) == ("unknown_subject", [], "unknown")


def test_while_nothing_is_filled_the_database_answers(
    browser: Caller, server_key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: Any) -> None:
        raise AssertionError("the replica was asked")

    monkeypatch.setattr(deciding, "from_replica", none)
    monkeypatch.setattr("sayso.decisions.replicas.Replicas.of", lambda *_: None)
    browser.answer({PURCHASES: "given"})
    body = json.dumps({"subject": {"device": browser.device}, "questions": QUESTIONS[:1]}).encode()
    reply = browser.request("POST", "/v1/decide", body, authorization=f"Bearer {server_key}")[2]
    assert json.loads(reply)["decisions"][0]["reason"] == "given"


def test_a_replica_that_hears_nothing_of_the_database_answers_nobody(held: Held) -> None:
    replica = held.replica()
    held.edge._replicas.close()
    replica.checked -= 3600
    assert held.edge._replicas.of(held.brand) is None


def test_a_brand_without_a_notice_keeps_no_other_waiting(held: Held, now: datetime) -> None:
    key = identity.make_api_key("nobody-yet", "shop", {"decide"}, now)
    status, reply = held.decide(key, {"subject": {"customer": "C-1"}, "questions": QUESTIONS[:1]})
    assert (status, reply["code"]) == (404, "no_notice")
    held.replica()


def test_of_its_own_writes_it_forgets_what_the_replica_has_heard_of() -> None:
    own, about = deciding.OwnWrites(), {"subject": {"customer": "C-1"}, "questions": []}
    request = deciding.read(about)
    (name,) = request.people[0].names
    assert not own.outrun(request, 0)
    own.wrote(name, 7)
    assert own.outrun(request, 6)
    assert not own.outrun(request, 7)
    own.wrote(None, 9)
    assert own.outrun(deciding.read({**about, "subject": {"customer": "C-2"}}), 8)
    for number in range(deciding.MOST_QUESTIONS + 1):
        own.wrote(str(number), number)
    assert len(own._names) < deciding.MOST_QUESTIONS
    assert own.outrun(request, deciding.MOST_QUESTIONS - 2)


def test_only_so_many_keys_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    keys, key = deciding.KnownKeys(), deciding.Key("linen-and-loom", frozenset({"decide"}))
    for number in range(deciding.MOST_KEYS + 1):
        keys.keep(str(number), key)
    assert len(keys._known) == 1
    assert keys.get(str(deciding.MOST_KEYS)) == key
    monkeypatch.setattr(deciding, "KEPT", 0.0)
    assert keys.get(str(deciding.MOST_KEYS)) is None
    with pytest.raises(SaysoError):
        key.need("explain")


def test_a_question_may_be_the_identifier_of_a_choice(held: Held, browser: Caller, server_key: str) -> None:
    held.answer(browser, {PURCHASES: "given"})
    subject = {"device": browser.device}
    parts = held.decide(server_key, {"subject": subject, "questions": QUESTIONS})
    named = held.decide(server_key, {"subject": subject, "questions": [PURCHASES, LEARN, PASS_ON]})
    assert named == parts
    status, reply = held.decide(server_key, {"subject": subject, "questions": ["Purchases"]})
    assert (status, reply["code"]) == (422, "unknown_choice")


def test_more_questions_than_are_kept_for_others_are_answered_alike(
    held: Held, browser: Caller, server_key: str, no_database: None
) -> None:
    held.answer(browser, {PURCHASES: "given", PASS_ON: "refused"})
    caught_up(held)
    many = QUESTIONS * deciding.LONGEST_KEPT
    told = held.decide(server_key, {"subject": {"device": browser.device}, "questions": many})[1]["decisions"]
    few = held.decide(server_key, {"subject": {"device": browser.device}, "questions": QUESTIONS})[1]
    assert told == few["decisions"] * deciding.LONGEST_KEPT
