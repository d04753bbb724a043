"""The whole demo, running: Sayso, the shop, its ad partner and the mailbox, and a real browser."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.hands import Hands, Keys, Pointer

T = TypeVar("T")
CODE = re.compile(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Demo:
    """A running demo: where everything is, and where it keeps its state."""

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def sayso(self) -> str:
        """Give the address of the pages."""
        return f"http://localhost:{self.port}"

    @property
    def shop(self) -> str:
        """Give the address of the shop."""
        return f"http://localhost:{self.port + 10}"

    @property
    def partner(self) -> str:
        """Give the address of Brightside Ads."""
        return f"http://localhost:{self.port + 20}"

    @property
    def mailbox(self) -> str:
        """Give the address of the mailbox."""
        return f"http://localhost:{self.port + 30}"

    def json(self, address: str) -> Any:
        """Fetch JSON."""
        with urlopen(Request(address, headers={"accept": "application/json"}), timeout=5) as reply:  # noqa: S310
            return json.load(reply)

    def rows(self, database: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Read a database of the demo from outside, without changing it."""
        file = self.home / f"{database}.sqlite3"
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)) as own:
            return own.execute(query, values).fetchall()

    def sayso_command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of Sayso in a fresh process on this demo's state."""
        command = [sys.executable, "-m", "sayso.cli.main", *arguments]
        told = {**os.environ, "SAYSO_HOME": str(self.home), "SAYSO_WEB_ADDRESS": self.sayso}
        told.pop("SAYSO_DATABASE_URL", None)
        return subprocess.run(command, env=told, capture_output=True, text=True, timeout=60)

    def shop_command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a command of the shop on this demo's state."""
        kept = json.loads((self.home / "demo.json").read_text())
        told = {
            **os.environ,
            "SHOP_DATABASE_URL": f"sqlite:///{self.home}/shop.sqlite3",
            "SHOP_SAYSO_URL": self.sayso,
            "SHOP_SAYSO_KEY": kept["SHOP_SAYSO_KEY"],
            "DJANGO_SETTINGS_MODULE": "sayso_demo.shop.settings",
        }
        command = [sys.executable, "-m", "sayso_demo.shop", *arguments]
        return subprocess.run(command, env=told, capture_output=True, text=True, timeout=60)

    def code_for(self, address: str, seen: int) -> str:
        """Wait for the next letter to somebody, after the `seen` ones, and give the code in it."""

        def codes() -> list[str]:
            return [code for one in self.letters_to(address)[seen:] for code in CODE.findall(one["text"])]

        return until(codes, "a letter with a code")[0]

    def letters_to(self, address: str) -> list[dict[str, Any]]:
        """List the letters to somebody, oldest first."""
        letters = self.json(f"{self.mailbox}/messages.json")
        return sorted((one for one in letters if one["recipient"] == address), key=lambda one: one["at"])


def until(look: Callable[[], T], what: str, seconds: float = 20) -> T:
    """Look again until there is something to see; fail saying what never came."""
    end = time.monotonic() + seconds
    while True:
        if seen := look():
            return seen
        assert time.monotonic() < end, f"never came: {what}"
        time.sleep(0.05)


def _free_ports() -> int:
    # Where to begin looking differs by process: two at once would else find the same ports free.
    for step in range(180):
        first = 21700 + (os.getpid() + step) % 180 * 40
        ports = [first + beyond for beyond in (0, 1, 10, 20, 25, 30)]
        if all(_is_free(port) for port in ports):
            return first
    raise AssertionError("no free ports")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        return probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture(autouse=True)
def tries_left(request: pytest.FixtureRequest) -> None:
    """Let nobody be kept out because the stories before signed the same people in again and again."""
    if "demo" in request.fixturenames:
        home = request.getfixturevalue("demo").home
        with closing(sqlite3.connect(home / "sayso.sqlite3", timeout=5)) as own, own:
            own.execute(
                "DELETE FROM identity_attempt WHERE \"limit\" IN ('sign_in_browser', 'sign_in_address')"
            )


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """Start the demo that the stories share."""
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@contextmanager
def running_demo(home: Path) -> Iterator[Demo]:
    """Start the demo as `make demo` does, on ports of its own, and stop it at the end."""
    port = _free_ports()
    told = {name: value for name, value in os.environ.items() if not name.startswith(("SAYSO_", "DJANGO_"))}
    command = [sys.executable, "-m", "sayso.cli.main", "demo", "--home", str(home), "--port", str(port)]
    log = home / "demo.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=told, stdout=output, stderr=subprocess.STDOUT)
    running = Demo(home, port, process)
    try:
        until(
            lambda: b"Ctrl-C stops everything" in log.read_bytes() or process.poll() is not None,
            "the demo",
            180,
        )
        assert process.poll() is None, log.read_text()
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(15)
    assert "Traceback" not in log.read_text(), log.read_text()[-3000:]


@pytest.fixture(params=[Pointer(), Keys()], ids=lambda hands: hands.name)
def hands(request: pytest.FixtureRequest) -> Hands:
    """Give each journey twice: by pointer, and by keys alone."""
    found: Hands = request.param
    return found


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Give a browser nobody used before."""
    opened = browser.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    opened.set_default_timeout(8000)
    yield opened
    opened.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Give a page on which no error of the browser goes unnoticed."""
    opened, errors = context.new_page(), list[str]()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    yield opened
    assert errors == []
