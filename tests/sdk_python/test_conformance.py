"""The cases the server and both SDKs agree on, through the Python SDK: its proxy and its client, over HTTP."""

import json
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sayso_sdk import Client, Gate, Question
from sayso_sdk.device import device_secret

from sayso.core.values import new_id
from tests.deployed import Deployment
from tests.sdk_python.wire import SECONDS, wait_until

FOLDER = Path(__file__).parents[2] / "conformance"
ANSWERS = json.loads((FOLDER / "answers.json").read_text())
DEVICES = json.loads((FOLDER / "devices.json").read_text())
DECISIONS = json.loads((FOLDER / "decisions.json").read_text())


class Visitor:
    """Somebody in front of a wired site, whose browser keeps the cookie the proxy sets."""

    def __init__(self, site: str, http: httpx.Client) -> None:
        self._api, self._http = f"{site}/privacy/v1/sites/shop", http
        self.device = secrets.token_urlsafe(32)

    def standing(self) -> Any:
        """Give where this browser stands; None before its first answer."""
        return self._http.get(f"{self._api}/banner?locale=en").json()["standing"]

    def answer(self, answers: dict[str, str], **change: Any) -> httpx.Response:
        """Answer as the browser SDK does: the secret in a header until there is a cookie."""
        shown = self._http.get(f"{self._api}/banner?locale=en").json()
        body = {name: shown[name] for name in ("version", "locale", "text_hash", "layout")}
        body |= {"event": new_id(), "surface": "banner", "act": "choose", "base": 0, "answers": answers}
        kept = "sayso_device" in self._http.cookies
        headers = {"Sec-Fetch-Site": "same-origin"} | ({} if kept else {"Sayso-Device": self.device})
        return self._http.post(f"{self._api}/answers", json=body | change, headers=headers)


@pytest.fixture
def visitor(wired_site: str) -> Iterator[Visitor]:
    with httpx.Client(trust_env=False) as http:
        yield Visitor(wired_site, http)


@pytest.fixture(scope="module")
def sayso(served: Deployment) -> Iterator[Client]:
    with Client(served.web, served.told("key", "linen-and-loom", "--scope", "decide")) as client:
        yield client


@pytest.fixture(scope="module", params=["in this process", "shared"])
def gate(
    served: Deployment, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gate]:
    key = served.told("key", "linen-and-loom", "--scope", "replica", "--scope", "decide")
    store = tmp_path_factory.mktemp("gate") if request.param == "shared" else None
    with Gate(served.web, key, store=store) as made:
        assert made.ready(SECONDS)
        yield made


@pytest.mark.parametrize("case", ANSWERS["cases"], ids=lambda case: case["name"])
def test_an_answer_comes_to_the_same_through_the_proxy(visitor: Visitor, case: dict[str, Any]) -> None:
    reply = visitor.answer(case["answers"], **case.get("change", {}))
    assert reply.status_code == case["status"], reply.text
    if case["status"] == 201:
        states = reply.json()["standing"]["states"]
        assert {choice: states[choice] for choice in case["states"]} == case["states"]
        assert visitor.standing()["states"] == states
    else:
        assert reply.json()["code"] == case["code"]
        assert "set-cookie" not in reply.headers
        assert visitor.standing() is None


@pytest.mark.parametrize("story", ANSWERS["stories"], ids=lambda story: story["name"])
def test_a_story_comes_to_the_same_through_the_proxy(visitor: Visitor, story: dict[str, Any]) -> None:
    for step in story["steps"]:
        states = visitor.answer(step["answers"], base=step["base"]).json()["standing"]["states"]
        assert {name: states[name] for name in step["states"]} == step["states"]


@pytest.mark.parametrize("case", DECISIONS["cases"], ids=lambda case: case["name"])
def test_a_question_is_answered_the_same_through_the_client(
    visitor: Visitor, sayso: Client, case: dict[str, Any]
) -> None:
    for step in case["steps"]:
        said = {name: step[name] for name in ("base", "act", "gpc") if name in step}
        visitor.answer(step["answers"], **said).raise_for_status()
    names = ("purpose", "category", "operation", "recipient")
    asked = [Question(**{name: one[name] for name in names if name in one}) for one in case["questions"]]
    made = sayso.decide({"device": visitor.device}, asked, gpc=case.get("gpc", False))
    assert [one.choice for one in made] == [question.choice for question in asked]
    wanted = [(one["permitted"], one["reason"]) for one in case["questions"]]
    assert [(one.permitted, one.reason) for one in made] == wanted


@pytest.mark.parametrize("case", DECISIONS["cases"], ids=lambda case: case["name"])
def test_a_question_is_answered_the_same_by_a_gate(
    visitor: Visitor, gate: Gate, case: dict[str, Any]
) -> None:
    for step in case["steps"]:
        said = {name: step[name] for name in ("base", "act", "gpc") if name in step}
        visitor.answer(step["answers"], **said).raise_for_status()
    names = ("purpose", "category", "operation", "recipient")
    asked = [{name: one[name] for name in names if name in one} for one in case["questions"]]
    ada, signal = gate.person({"device": visitor.device}), case.get("gpc", False)
    wanted = [(one["permitted"], one["reason"]) for one in case["questions"]]

    def said_by_the_gate() -> list[tuple[bool, str]]:
        made = [gate.decide(ada, **question, gpc=signal) for question in asked]
        return [(one.permitted, one.reason) for one in made]

    wait_until(lambda: said_by_the_gate() == wanted)


@pytest.mark.parametrize("case", DEVICES["cases"], ids=lambda case: case["name"])
def test_cookies_come_to_the_same_secret(case: dict[str, Any]) -> None:
    assert device_secret(case["cookies"], https=case["https"]) == case["secret"]
