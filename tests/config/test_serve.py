"""`sayso serve` keeps three processes apart and running, and leaves none behind."""

import os
import secrets
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from sayso.core.values import new_id
from tests.demo.programs import wait_for
from tests.deployed import Deployment, words_of
from tests.linen import LEARN

PROGRAMS = {"edge": "sayso.edge.app:app", "web": "sayso.config.wsgi", "worker": "sayso.cli.main work"}


def children(served: "subprocess.Popen[str]", deployment: Deployment) -> dict[str, int]:
    """Name the processes that the supervisor itself started."""
    found = {}
    for process in deployment.processes() - {served.pid}:
        said = words_of(process)
        for name, words in PROGRAMS.items():
            # The leader of a session is the supervisor's own child; servers start helpers of their own.
            if words in said and os.getsid(process) == process:
                found[name] = process
    return found


class Crowd:
    """People who answer and read pages, a few at a time, for as long as they are let."""

    def __init__(self, deployment: Deployment, threads: int = 4) -> None:
        self._deployment, self._enough = deployment, threading.Event()
        self._threads = [threading.Thread(target=self._keep_on) for _ in range(threads)]
        self.answered = self.read = 0

    def _keep_on(self) -> None:
        with httpx.Client(timeout=5, trust_env=False) as http:
            while not self._enough.is_set():
                try:
                    self._visit(http)
                except httpx.HTTPError:
                    return  # it stopped, as it was told

    def _visit(self, http: httpx.Client) -> None:
        site = f"{self._deployment.edge}/v1/sites/shop"
        shown = http.get(f"{site}/banner").json()
        body = {name: shown[name] for name in ("version", "locale", "text_hash", "layout")}
        said = {
            "event": new_id(),
            "surface": "banner",
            "act": "choose",
            "base": 0,
            "answers": {LEARN: "given"},
        }
        device = {"Sayso-Device": secrets.token_urlsafe(32)}
        self.answered += (
            http.post(f"{site}/answers", json={**body, **said}, headers=device).status_code == 201
        )
        self.read += http.get(f"{self._deployment.web}/centre/").status_code == 200

    @contextmanager
    def busy(self) -> Iterator["Crowd"]:
        """Be busy until the end of the block."""
        for thread in self._threads:
            thread.start()
        try:
            yield self
        finally:
            self._enough.set()
            for thread in self._threads:
                thread.join()

    def wait(self, enough: int) -> None:
        """Wait until this many answered and this many read a page."""
        end = time.monotonic() + 30
        while min(self.answered, self.read) < enough:
            assert time.monotonic() < end, f"{self.answered} answered, {self.read} read"
            time.sleep(0.02)


def test_three_processes_listen_apart_and_a_killed_one_is_started_again(deployment: Deployment) -> None:
    with deployment.serving() as served:
        before = children(served, deployment)
        assert before.keys() == PROGRAMS.keys()
        os.kill(before["web"], signal.SIGKILL)
        os.kill(before["worker"], signal.SIGKILL)
        assert httpx.get(f"{deployment.edge}/healthz").status_code == 200
        end = time.monotonic() + 20
        while (after := children(served, deployment)).keys() != PROGRAMS.keys() or any(
            after[name] == before[name] for name in ("web", "worker")
        ):
            assert time.monotonic() < end, after
            time.sleep(0.05)
        wait_for(f"{deployment.web}/v1/")
        assert after["edge"] == before["edge"]
        # The killed server's own helpers went with it: nobody else listens where the new one does.
        own = [process for process in deployment.processes() if PROGRAMS["web"] in words_of(process)]
        assert {os.getsid(process) for process in own} == {after["web"]}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_under_load_a_signal_ends_every_process_within_five_seconds(
    deployment: Deployment, number: signal.Signals
) -> None:
    served = deployment.start()
    with Crowd(deployment).busy() as crowd:
        crowd.wait(10)
        assert len(deployment.processes()) >= 4
        began = time.monotonic()
        served.send_signal(number)
        served.communicate(timeout=10)
        took = time.monotonic() - began
    assert deployment.processes() == set()
    assert served.returncode == 0
    assert took < 5


@pytest.mark.parametrize("which", ["web_port", "edge_port"])
def test_a_port_in_use_is_one_line_with_the_remedy(deployment: Deployment, which: str) -> None:
    port = getattr(deployment, which)
    with socket.create_server(("127.0.0.1", port)):
        done = deployment.run("serve")
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"Port {port} is not free" in done.stderr
    assert "Remedy: " in done.stderr
    assert deployment.processes() == set()
