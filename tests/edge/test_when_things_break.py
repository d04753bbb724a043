"""Whatever is killed, restarted or full: what was acknowledged is there, once, and what was not is said plainly."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_urlsafe
from typing import Any

import httpx
import psycopg
import pytest
from django.db import connection
from sayso_demo.postgres import SOCKET_ONLY, Postgres
from sayso_sdk import Gate

from sayso.core.values import new_id
from tests.demo.programs import free_port, wait_for
from tests.deployed import Deployment
from tests.edge.hanging import PATH
from tests.linen import LEARN, PURCHASES
from tests.sdk_python.wire import wait_until

KILLS = 20
PEOPLE = 4  # who answer at once


@dataclass
class Held:
    """What clients hold: the receipt of each event that was acknowledged, and what else they were told."""

    receipts: dict[str, str] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)

    def say(self, what: str) -> None:
        self.told[what] = self.told.get(what, 0) + 1


def shown_at(edge: str) -> dict[str, Any]:
    banner = httpx.get(f"{edge}/v1/sites/shop/banner?locale=en", timeout=30).json()
    return {name: banner[name] for name in ("version", "locale", "text_hash", "layout")}


class Crowd:
    """People who answer at whatever edge they are told, and send what was not acknowledged again."""

    def __init__(self, shown: dict[str, Any], edge: str) -> None:
        self.edge, self.held = edge, Held()
        self._shown, self._done = shown, threading.Event()
        self._threads = [threading.Thread(target=self._answer_on) for _ in range(PEOPLE)]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        for thread in self._threads:
            thread.join()

    def _answer_on(self) -> None:
        with httpx.Client(timeout=10) as http:
            while not self._done.is_set():
                self.answer(http, token_urlsafe(32), {PURCHASES: "given", LEARN: "refused"})

    def answer(self, http: httpx.Client, device: str, answers: dict[str, str]) -> None:
        """Answer once, as often as it takes to hold the receipt."""
        said = {"event": new_id(), "surface": "banner", "act": "choose", "base": 0, "answers": answers}
        body = json.dumps({**self._shown, **said}).encode()
        while not self._done.is_set():
            try:
                headers = {"Sayso-Device": device}
                reply = http.post(f"{self.edge}/v1/sites/shop/answers", content=body, headers=headers)
            except httpx.HTTPError:
                self.held.say("cut off")
                time.sleep(0.02)
                continue
            if reply.is_success:
                self.held.receipts[said["event"]] = reply.json()["receipt"]
                return
            problem = reply.json()
            self.held.say(f"{reply.status_code} {problem['code']}")
            assert problem["remedy"]
            assert reply.headers["retry-after"]
            time.sleep(0.02)


@contextmanager
def one_more_edge(
    deployment: Deployment, application: str = "sayso.edge.app:app", port: int = 0
) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    port = port or free_port()
    command = [sys.executable, "-m", "granian", application, "--interface", "asgi"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--log-level", "error"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(command, env=deployment.environment(), start_new_session=True, **quiet)  # type: ignore[call-overload]
    try:
        wait_for(f"http://localhost:{port}/healthz")
        yield f"http://localhost:{port}", process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def database_of(deployment: Deployment) -> str:
    return deployment.database or f"sqlite:///{deployment.home / 'sayso.sqlite3'}"


def read(deployment: Deployment, sql: str) -> list[tuple[Any, ...]]:
    """Read from another process: closing SQLite's file here would drop the locks of this one."""
    code = (
        "import json, sys; from sayso.deployment.database import open_database;"
        " print(json.dumps(open_database(sys.argv[1]).run(sys.argv[2])))"
    )
    command = [sys.executable, "-c", code, database_of(deployment), sql]
    done = subprocess.run(command, env=deployment.environment(), capture_output=True, text=True, check=True)
    return [tuple(row) for row in json.loads(done.stdout)]


def said_in(receipt: str) -> dict[str, Any]:
    payload = receipt.split(".")[1]
    content: dict[str, Any] = json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return content["sayso:log"]


def hold_to(deployment: Deployment, held: Held, patience: float = 30) -> None:
    """See that every receipt a client holds is in the ledger and in the log, and no answer twice."""
    events = {event: (seq, leaf) for event, seq, leaf in read(
        deployment, "SELECT event, seq, leaf_hash FROM consent_event")}  # fmt: skip
    once = read(deployment, "SELECT event FROM consent_event GROUP BY event HAVING count(*) > 1")
    assert once == []
    promised = {event: said_in(receipt) for event, receipt in held.receipts.items()}
    wrong = {event for event, log in promised.items() if events.get(event) != (log["seq"], log["leafHash"])}
    assert wrong == set()
    end = time.monotonic() + patience
    while True:
        logged = set(read(deployment, "SELECT seq, leaf_hash FROM consent_leaf"))
        missing = {event for event in promised if events[event] not in logged}
        if not missing or time.monotonic() > end:
            break
        time.sleep(0.2)
    assert missing == set()
    assert deployment.told("ledger", "rebuild", "--check")


@pytest.fixture
def deployment(database_of_its_own: Callable[[], str], tmp_path: Path) -> Deployment:
    made = Deployment(tmp_path / "home", database_of_its_own())
    made.prepare()
    return made


def test_no_kill_of_an_edge_loses_what_was_acknowledged_or_records_it_twice(deployment: Deployment) -> None:
    with deployment.serving(), Crowd(shown_at(deployment.edge), deployment.edge) as crowd:
        for number in range(KILLS):
            before = len(crowd.held.receipts)
            with one_more_edge(deployment) as (edge, process):
                crowd.edge = edge
                end = time.monotonic() + 20
                while len(crowd.held.receipts) < before + 5 + number % 7 and time.monotonic() < end:
                    time.sleep(0.005)
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            assert len(crowd.held.receipts) > before
        crowd.edge = deployment.edge
        crowd.__exit__()
        assert crowd.held.told.get("cut off", 0) >= KILLS / 2  # they were at it when it was killed
        hold_to(deployment, crowd.held)


class Restartable(Postgres):
    """A PostgreSQL that can be stopped as a crash stops it, and started again on what it has on its disk."""

    @property
    def account(self) -> dict[str, Any]:
        """Give the account it runs as, where that is another than ours."""
        return self._as

    def control(self, *arguments: str) -> None:
        command = [str(self.program("pg_ctl")), "-D", str(self.folder / "data"), "-w", *arguments]
        log = ["-l", str(self.folder / "data" / "later")]
        subprocess.run([*command, *log], cwd="/", check=True, stdout=subprocess.DEVNULL, **self._as)

    def crash_and_start(self) -> None:
        self.control("-m", "immediate", "-o", f"-k {self.folder / 'data'} -c listen_addresses=", "restart")


@pytest.fixture
def server() -> Iterator[Restartable]:
    with Restartable(SOCKET_ONLY) as made:
        try:
            yield made
        finally:
            made.control("-m", "immediate", "stop")


def test_a_database_that_restarts_under_load_loses_nothing_that_was_acknowledged(
    server: Restartable, tmp_path: Path
) -> None:
    deployment = Deployment(tmp_path / "home", server.create("sayso"), heard=subprocess.DEVNULL)
    deployment.prepare()
    with deployment.serving():
        with Crowd(shown_at(deployment.edge), deployment.edge) as crowd:
            for _ in range(3):
                before = len(crowd.held.receipts)
                server.crash_and_start()
                end = time.monotonic() + 20
                while len(crowd.held.receipts) < before + 20 and time.monotonic() < end:
                    time.sleep(0.01)
                assert len(crowd.held.receipts) >= before + 20
        assert set(crowd.held.told) <= {"503 database_unreachable", "503 busy"}
        hold_to(deployment, crowd.held)


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """Give a disk of a few megabytes, as root may make one; PostgreSQL's account can reach it."""
    with tempfile.TemporaryDirectory(prefix="sayso-small-") as name:
        place = Path(name)
        place.chmod(0o755)
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=48m,mode=755", "tmpfs", place], check=True)
        try:
            yield place
        finally:
            subprocess.run(["umount", "-l", place], check=True)


def create_on(server: Restartable, disk: Path) -> str:
    """Make a database whose tables lie on a disk of its own, and give its address."""
    space = disk / "tables"
    space.mkdir(mode=0o700)
    if server.account:
        os.chown(space, server.account["user"], server.account["group"])
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE TABLESPACE small LOCATION '{space}'".encode())
        connection.execute(b"CREATE DATABASE cramped TABLESPACE small")
    return server.url("cramped")


@pytest.fixture
def cramped(small_disk: Path, tmp_path: Path) -> Iterator[Deployment]:
    """Give a deployment whose database lies on a small disk, of the kind that these tests run on."""
    if connection.vendor == "sqlite":
        yield Deployment(small_disk / "home", heard=subprocess.DEVNULL)
        return
    with Restartable(SOCKET_ONLY) as server:
        yield Deployment(tmp_path / "home", create_on(server, small_disk), heard=subprocess.DEVNULL)


def test_a_full_disk_is_said_plainly_and_nothing_it_refused_counts(
    small_disk: Path, cramped: Deployment
) -> None:
    deployment = cramped
    deployment.prepare()
    with deployment.serving():
        shown, filler = shown_at(deployment.edge), small_disk / "filler"
        with Crowd(shown, deployment.edge) as crowd:
            while len(crowd.held.receipts) < 20:
                time.sleep(0.01)
            with filler.open("wb") as file:
                try:
                    while True:
                        file.write(b"\0" * 65536)
                        file.flush()
                except OSError:
                    pass
            end = time.monotonic() + 30
            while not crowd.held.told and time.monotonic() < end:
                time.sleep(0.01)
            assert crowd.held.told
            filler.unlink()
            before = len(crowd.held.receipts)
            end = time.monotonic() + 30
            while len(crowd.held.receipts) < before + 20 and time.monotonic() < end:
                time.sleep(0.01)
            assert len(crowd.held.receipts) >= before + 20
        assert set(crowd.held.told) <= {"503 storage_full", "503 database_unreachable", "503 busy"}
        assert "503 storage_full" in crowd.held.told
        hold_to(deployment, crowd.held)


HANGS = 8.0  # seconds: longer than a lease


def test_an_edge_whose_loop_hangs_permits_nothing_and_loses_nothing(
    database_of_its_own: Callable[[], str], tmp_path: Path
) -> None:
    hanging, port = free_port(), free_port()
    told = {"SAYSO_EDGE_ADDRESS": f"http://localhost:{hanging}", "SAYSO_EDGE_PORT": str(port)}
    deployment = Deployment(tmp_path / "home", database_of_its_own(), edge_port=port, more=told)
    deployment.prepare()
    key, ada = deployment.told("key", "linen-and-loom", "--scope", "replica"), token_urlsafe(32)
    with (
        deployment.serving(),
        one_more_edge(deployment, "tests.edge.hanging:app", hanging) as (edge, _),
        Crowd(shown_at(edge), edge) as crowd,
        Gate(deployment.web, key) as gate,
        httpx.Client(timeout=30) as http,
    ):

        def said() -> str:
            return gate.decide({"device": ada}, *PURCHASES.split(".")[:2]).reason

        crowd.answer(http, ada, {PURCHASES: "given"})
        wait_until(lambda: said() == "given")
        hang = threading.Thread(target=http.get, args=[f"{edge}{PATH}{HANGS}"])
        hang.start()
        wait_until(lambda: said() == "unavailable")
        assert hang.is_alive()  # it refused while the loop hung, not after
        hang.join()
        wait_until(lambda: said() == "given")
        before = len(crowd.held.receipts)
        wait_until(lambda: len(crowd.held.receipts) >= before + 20)
        crowd.__exit__()
        hold_to(deployment, crowd.held)
