"""Sayso as it runs: what a shop asks is on her page within seconds, from every edge, and a crash costs little."""

import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from sayso_sdk import Client, Decision, Gate
from sayso_sdk.uses import Uses

from sayso.core.values import new_id
from sayso.identity import keys
from tests.demo.programs import free_port, wait_for
from tests.deployed import Deployment
from tests.linen import PURCHASES

ASKED = [{"purpose": "personalise", "category": "purchases"}]
QUICKLY = 60  # seconds within which what was counted must be on the page, on a machine that is busy


@pytest.fixture(scope="module")
def key(served: Deployment) -> str:
    return served.told("key", "linen-and-loom", "--scope", "decide", "--label", "the loom shop")


def somebody(served: Deployment) -> str:
    """Give the secret of a browser that said yes to suggestions."""
    secret = secrets.token_urlsafe(32)
    shown = httpx.get(f"{served.edge}/v1/sites/shop/banner?locale=en").json()
    body = {name: shown[name] for name in ("version", "locale", "text_hash", "layout")}
    said = {
        "event": new_id(),
        "surface": "banner",
        "act": "choose",
        "base": 0,
        "answers": {PURCHASES: "given"},
    }
    headers = {"Sayso-Device": secret}
    reply = httpx.post(
        f"{served.edge}/v1/sites/shop/answers", json={**body, **said}, headers=headers, timeout=30
    )
    assert reply.status_code == 201, reply.text
    return secret


def ask(edge: str, key: str, secret: str, times: int) -> None:
    """Ask the gate, as the shop's server does."""
    body = {"subject": {"device": secret}, "questions": ASKED}
    with httpx.Client(headers={"Authorization": f"Bearer {key}"}, timeout=30) as shop:
        for _ in range(times):
            assert shop.post(f"{edge}/v1/decide", json=body).json()["decisions"][0]["permitted"]


def used(served: Deployment, secret: str) -> int:
    """Give how often the shop used what she bought, as her own page says it."""
    page = httpx.get(f"{served.web}/centre/data", cookies={"sayso_device": secret}, timeout=30).text
    assert "What was really used" in page
    found = re.search(r"Used (\d+) times? by <bdi>the loom shop</bdi>", page)
    return int(found[1]) if found else 0


def until_used(served: Deployment, secret: str, least: int) -> int:
    """Wait until her page says that it was used at least so often; give how often."""
    end = time.monotonic() + QUICKLY
    while (times := used(served, secret)) < least and time.monotonic() < end:
        time.sleep(0.2)
    return times


@contextmanager
def another_edge(served: Deployment) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Run a second edge over the same database."""
    port = free_port()
    command = [sys.executable, "-m", "granian", "sayso.edge.app:app", "--interface", "asgi"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "warning"]
    process = subprocess.Popen(command, env=served.environment(), start_new_session=True)
    try:
        wait_for(f"http://localhost:{port}/healthz")
        yield f"http://localhost:{port}", process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_what_a_shop_asks_is_on_her_page_within_seconds(served: Deployment, key: str) -> None:
    secret = somebody(served)
    ask(served.edge, key, secret, 14)
    assert until_used(served, secret, 14) == 14


def test_two_edges_add_up_and_a_killed_one_loses_only_what_it_had_not_written(
    served: Deployment, key: str
) -> None:
    secret = somebody(served)
    with another_edge(served) as (second, process):
        ask(second, key, secret, 6)
        assert until_used(served, secret, 6) == 6
        ask(served.edge, key, secret, 3)
        assert until_used(served, secret, 9) == 9
        ask(second, key, secret, 4)
        os.killpg(process.pid, signal.SIGKILL)
    assert 9 <= used(served, secret) <= 13


def test_an_edge_that_is_stopped_writes_what_it_had_counted(served: Deployment, key: str) -> None:
    secret = somebody(served)
    with another_edge(served) as (second, process):
        ask(second, key, secret, 5)
        process.terminate()
        process.wait(30)
    assert used(served, secret) == 5


def test_a_server_that_decides_for_itself_adds_its_own(served: Deployment, key: str) -> None:
    secret = somebody(served)
    name = bytes.fromhex(keys.secret_hash(secret))[:16]
    with Client(served.web, key) as sayso:
        counting = Uses(sayso)
        for _ in range(7):
            counting.count((name,), Decision(PURCHASES, True, "given"))
        counting.close()
    assert counting.lost == 0
    assert until_used(served, secret, 7) == 7


def test_what_a_gate_in_the_shops_own_process_decided_is_on_her_page(served: Deployment) -> None:
    scopes = ("--scope", "replica", "--scope", "decide")
    key = served.told("key", "linen-and-loom", *scopes, "--label", "the loom shop")
    secret = somebody(served)
    with Gate(served.web, key) as gate:
        end = time.monotonic() + QUICKLY
        while not gate.decide({"device": secret}, "personalise", "purchases").permitted:
            assert time.monotonic() < end
            time.sleep(0.05)
        for _ in range(3):
            gate.decide({"device": secret}, "personalise", "purchases")
    assert until_used(served, secret, 4) == 4
