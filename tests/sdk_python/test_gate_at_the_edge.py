"""A gate in the process and the edge over HTTP say the same of the same person."""

import secrets
from collections.abc import Iterator
from itertools import combinations
from typing import Any

import httpx
import pytest
from sayso_sdk import Client, Gate, Question
from sayso_sdk.values import SubjectRef

from tests.deployed import Deployment
from tests.linen import ADS, LEARN, NEWSLETTER, ORDERS, PASS_ON, PURCHASES
from tests.sdk_python.test_conformance import Visitor
from tests.sdk_python.wire import SECONDS, wait_until

ASKED = [Question(*choice.split(".")) for choice in (ADS, LEARN, NEWSLETTER, ORDERS, PASS_ON, PURCHASES)]


@pytest.fixture(scope="module")
def key(served: Deployment) -> str:
    scopes = ("replica", "decide", "link")
    return served.told("key", "linen-and-loom", *(word for scope in scopes for word in ("--scope", scope)))


@pytest.fixture(scope="module")
def sayso(served: Deployment, key: str) -> Iterator[Client]:
    with Client(served.web, key) as client:
        yield client


@pytest.fixture(scope="module")
def gate(served: Deployment, key: str) -> Iterator[Gate]:
    with Gate(served.web, key) as made:
        assert made.ready(SECONDS)
        yield made


@pytest.fixture
def visitor(wired_site: str) -> Iterator[Visitor]:
    with httpx.Client(trust_env=False) as http:
        yield Visitor(wired_site, http)


def said_by_the_edge(sayso: Client, who: SubjectRef, gpc: bool) -> list[tuple[bool, str]]:
    return [(made.permitted, made.reason) for made in sayso.decide(who, ASKED, gpc=gpc)]


def said_by_the_gate(gate: Gate, who: SubjectRef, gpc: bool) -> list[tuple[bool, str]]:
    made = [gate.decide(who, *question.as_json().values(), gpc=gpc) for question in ASKED]
    return [(one.permitted, one.reason) for one in made]


def test_they_say_the_same_of_every_way_to_name_somebody(visitor: Visitor, sayso: Client, gate: Gate) -> None:
    customer, email = f"C-{secrets.token_hex(4)}", f"{secrets.token_hex(4)}@example.test"
    visitor.answer({NEWSLETTER: "given", LEARN: "refused", ADS: "given"}).raise_for_status()
    assert sayso.link(customer, email=email) == "linked"
    names: dict[str, Any] = {"device": visitor.device, "customer": customer, "email": email}
    ways = [dict(way) for size in (1, 2, 3) for way in combinations(names.items(), size)]
    for who in [*ways, {"customer": "C-nobody"}, {"device": secrets.token_urlsafe(32), "customer": customer}]:
        for gpc in (False, True):
            wanted = said_by_the_edge(sayso, who, gpc)  # type: ignore[arg-type]
            wait_until(lambda who=who, gpc=gpc, wanted=wanted: said_by_the_gate(gate, who, gpc) == wanted)


def test_a_withdrawal_reaches_the_gate(visitor: Visitor, gate: Gate) -> None:
    ada: SubjectRef = {"device": visitor.device}
    visitor.answer({NEWSLETTER: "given"}).raise_for_status()
    wait_until(lambda: gate.decide(ada, "newsletter", "contact").reason == "given")
    visitor.answer({NEWSLETTER: "refused"}, base=1).raise_for_status()
    wait_until(lambda: gate.decide(ada, "newsletter", "contact").reason == "withdrawn")


def test_a_gate_of_one_purpose_holds_no_other(served: Deployment, key: str, visitor: Visitor) -> None:
    visitor.answer({NEWSLETTER: "given", LEARN: "given"}).raise_for_status()
    ada: SubjectRef = {"device": visitor.device}
    with Gate(served.web, key, purposes=["learn"]) as gate:
        wait_until(lambda: gate.decide(ada, "learn", "purchases").permitted)
        assert gate.decide(ada, "newsletter", "contact").reason == "not_listed"


def test_a_key_without_the_scope_for_it_holds_nothing(served: Deployment) -> None:
    gate = Gate(served.web, served.told("key", "linen-and-loom", "--scope", "decide"))
    assert not gate.ready(0.5)
    assert gate.decide({"customer": "C-1"}, "orders", "purchases").reason == "unavailable"
    gate.close()
