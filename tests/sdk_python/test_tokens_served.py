"""Tokens between real processes: a brand's server, two edges over one database, and a partner that asks nobody."""

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from sayso_sdk import Client, Question
from sayso_sdk.tokens import Verdict, Verifier

from sayso.core.values import new_id
from tests.demo.programs import free_port, wait_for
from tests.deployed import Deployment
from tests.linen import PASS_ON

DISCLOSE = Question("pass_on", "purchases", "disclose", "brightside")
TTL = 3


class Ada:
    """Ada's browser, which answers."""

    def __init__(self, served: Deployment) -> None:
        self._site, self.device, self._rev = f"{served.edge}/v1/sites/shop", secrets.token_urlsafe(32), 0

    def says(self, answer: str) -> None:
        shown = httpx.get(f"{self._site}/banner").json()
        body = {name: shown[name] for name in ("version", "locale", "text_hash", "layout")}
        said = {"event": new_id(), "surface": "banner", "act": "choose", "base": self._rev}
        headers = {"Sayso-Device": self.device}
        body |= said | {"answers": {PASS_ON: answer}}
        httpx.post(f"{self._site}/answers", json=body, headers=headers).raise_for_status()
        self._rev += 1


@pytest.fixture
def ada(served: Deployment) -> Ada:
    made = Ada(served)
    made.says("given")
    return made


@pytest.fixture(scope="module")
def key(served: Deployment) -> str:
    return served.told("key", "linen-and-loom", "--scope", "tokens")


@pytest.fixture
def verifier(served: Deployment) -> Verifier:
    """Brightside, with the keys it pinned."""
    return Verifier(httpx.get(f"{served.web}/v1/token-keys").json(), "brightside")


@pytest.fixture(scope="module")
def second_edge(served: Deployment) -> Iterator[tuple[str, int]]:
    """Another edge over the same database, whose lists count for three seconds: its address and process group."""
    port = free_port()
    address = f"http://localhost:{port}"
    told = {"SAYSO_EDGE_ADDRESS": address, "SAYSO_EDGE_PORT": str(port), "SAYSO_STATUS_LIST_TTL": str(TTL)}
    command = [sys.executable, "-m", "granian", "sayso.edge.app:app", "--interface", "asgi"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", "--no-ws"]
    process = subprocess.Popen(command, env={**served.environment(), **told}, start_new_session=True)
    try:
        wait_for(f"{address}/healthz")
        yield address, process.pid
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def comes_to(check: Callable[[], Verdict], wanted: Callable[[Verdict], bool]) -> Verdict:
    """Check again and again until it comes to what is wanted; the first such verdict."""
    until = time.monotonic() + 60
    while not wanted(verdict := check()):
        assert time.monotonic() < until, verdict
        time.sleep(0.1)
    return verdict


def refused(verdict: Verdict) -> bool:
    return not verdict.permitted


@contextmanager
def stopped(group: int) -> Iterator[None]:
    """Let an edge answer nobody, although it listens, until the end of the block."""
    os.killpg(group, signal.SIGSTOP)
    try:
        yield
    finally:
        os.killpg(group, signal.SIGCONT)


def asked_of(edge: str, key: str, ada: Ada) -> str:
    body = {"subject": {"device": ada.device}, "questions": [DISCLOSE.as_json()], "audience": "brightside"}
    headers = {"Authorization": f"Bearer {key}"}
    token = httpx.post(f"{edge}/v1/tokens", json=body, headers=headers).raise_for_status().json()["token"]
    assert isinstance(token, str)
    return token


def test_issued_checked_withdrawn_and_refused(
    served: Deployment, ada: Ada, key: str, verifier: Verifier
) -> None:
    with Client(served.web, key) as brand:
        token = brand.token({"device": ada.device}, [DISCLOSE], "brightside")
        assert token.text is not None
        assert verifier.check(token.text, DISCLOSE).permitted
        ada.says("refused")
        assert comes_to(lambda: verifier.check(token.text or "", DISCLOSE), refused).reason == "revoked"
        again = brand.token({"device": ada.device}, [DISCLOSE], "brightside")
        assert (again.text, again.decisions[0].reason) == (None, "withdrawn")


def test_what_is_said_to_one_edge_is_in_the_lists_of_the_other(
    ada: Ada, key: str, verifier: Verifier, second_edge: tuple[str, int]
) -> None:
    token = asked_of(second_edge[0], key, ada)
    assert verifier.check(token, DISCLOSE).permitted
    ada.says("refused")
    assert comes_to(lambda: verifier.check(token, DISCLOSE), refused).reason == "revoked"


def test_a_partner_who_hears_nothing_more_refuses_once_its_list_is_old_and_permits_when_it_hears_again(
    ada: Ada, key: str, verifier: Verifier, second_edge: tuple[str, int]
) -> None:
    edge, group = second_edge
    token = asked_of(edge, key, ada)
    assert verifier.check(token, DISCLOSE).permitted
    with stopped(group):
        assert comes_to(lambda: verifier.check(token, DISCLOSE), refused).reason == "list_stale"
    assert comes_to(lambda: verifier.check(token, DISCLOSE), lambda verdict: verdict.permitted).permitted


def test_a_partner_that_starts_while_nobody_answers_refuses(
    served: Deployment, ada: Ada, key: str, verifier: Verifier, second_edge: tuple[str, int]
) -> None:
    edge, group = second_edge
    token = asked_of(edge, key, ada)
    with stopped(group):
        assert verifier.check(token, DISCLOSE) == Verdict(False, "list_unreachable")
