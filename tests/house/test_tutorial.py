"""The tutorial's commands are run in its order, on ports and a home of the test's own."""

import re
import secrets
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sayso_demo.run import Ports

from sayso.core.values import new_id
from tests.demo.programs import environment
from tests.demo.test_run import read_until
from tests.linen import PURCHASES
from tools.setup import ROOT

pytestmark = pytest.mark.journey
TUTORIAL = (ROOT / "docs" / "tutorials" / "first-five-minutes.md").read_text()
COMMANDS = "".join(re.findall(r"```sh\n(.*?)```", TUTORIAL, re.DOTALL))
START, VERIFY, BEGIN_ANEW = (line.strip() for line in COMMANDS.splitlines() if line.strip())
SAYSO = ".venv/bin/sayso"


def program(command: str) -> list[str]:
    """Give what a line of the tutorial starts, with this very Python."""
    words = shlex.split(command)
    if words[0] == "make":
        said = subprocess.run(
            [words[0], "-n", "--no-print-directory", *words[1:]],  # `make test` itself may be running us
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        words = shlex.split(said.stdout.splitlines()[-1].removeprefix("exec "))
    assert words[0] == SAYSO
    return [sys.executable, "-m", "sayso.cli.main", *words[1:]]


def free_ports() -> int:
    """Give the first of six ports, at the demo's distances, that nobody listens on."""
    return next(first for first in range(29100, 32000, 40) if not Ports.beginning(first).taken())


class Demo:
    """The demo as the tutorial starts it."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._first = folder, free_ports()
        self.secret = secrets.token_urlsafe(32)
        self.said = ""

    @property
    def web(self) -> str:
        return f"http://localhost:{self._first}"

    @contextmanager
    def started(self, command: str) -> Iterator[None]:
        more = ["--home", str(self._folder / "home"), "--port", str(self._first)]
        process = subprocess.Popen(
            [*program(command), *more],
            env=environment(self._folder / "home"),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            self.said = read_until(process, "Ctrl-C stops everything")
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=10)
        assert process.returncode == 0

    def answer(self) -> str:
        """Answer in the shop, and give the answer's number."""
        site = f"http://localhost:{self._first + 10}/privacy/v1/sites/shop"
        shown = httpx.get(f"{site}/banner?locale=en").json()
        body = {name: shown[name] for name in ("version", "locale", "text_hash", "layout")}
        said = {
            "event": new_id(),
            "surface": "banner",
            "act": "choose",
            "base": 0,
            "answers": {PURCHASES: "given"},
        }
        headers = {"Sayso-Device": self.secret, "Sec-Fetch-Site": "same-origin"}
        reply = httpx.post(f"{site}/answers", json={**body, **said}, headers=headers)
        assert reply.status_code == 201, reply.text
        return str(said["event"])

    def proof(self, event: str) -> httpx.Response:
        """Download the proof from the privacy centre."""
        kept = {"Cookie": f"sayso_device={self.secret}"}
        return httpx.get(f"{self.web}/centre/proof/{event}/receipt.json", headers=kept)


def test_the_commands_start_keep_prove_and_begin_anew(tmp_path: Path) -> None:
    demo = Demo(tmp_path)
    with demo.started(START):
        addresses = re.findall(r"^  \w[\w ]+\s{2,}(http://localhost:\S+)$", demo.said, re.MULTILINE)
        assert len(addresses) == 5
        assert {httpx.get(address, follow_redirects=True).status_code for address in addresses} == {200}
        event = demo.answer()
        (tmp_path / "receipt.json").write_bytes(demo.proof(event).raise_for_status().content)
        (tmp_path / "pinned.json").write_bytes(httpx.get(f"{demo.web}/v1/keys").content)
    checked = subprocess.run(program(VERIFY), cwd=tmp_path, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    assert PURCHASES in checked.stdout
    with demo.started(START):
        assert demo.proof(event).status_code == 200
    with demo.started(BEGIN_ANEW):
        assert demo.proof(event).status_code == 404
