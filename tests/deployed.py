"""A deployment of Sayso as a brand runs it: a home of its own, free ports, real processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.demo.programs import free_port, wait_for
from tests.linen import BRAND


@dataclass(frozen=True)
class Deployment:
    """Where one deployment keeps its state and listens. `database` is SQLite in its home when empty."""

    home: Path
    database: str = ""
    web_port: int = field(default_factory=free_port)
    edge_port: int = field(default_factory=free_port)
    more: dict[str, str] = field(default_factory=dict)  # settings beside its addresses
    heard: int = subprocess.PIPE  # DEVNULL where it will say more than a pipe holds that nobody reads

    @property
    def web(self) -> str:
        """Give the address of the pages and the REST interface: the one address an SDK is told."""
        return f"http://localhost:{self.web_port}"

    @property
    def edge(self) -> str:
        """Give the address of the hot path."""
        return f"http://localhost:{self.edge_port}"

    def environment(self) -> dict[str, str]:
        """Give the environment of its programs, and nothing of the tests' own Sayso."""
        ours = ("SAYSO_", "DJANGO_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        told = {"SAYSO_HOME": str(self.home), "SAYSO_WEB_ADDRESS": self.web, "SAYSO_EDGE_ADDRESS": self.edge}
        kept_in = {"SAYSO_DATABASE_URL": self.database} if self.database else {}
        return {**kept, **told, **kept_in, **self.more}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command of `sayso` to its end."""
        command = [sys.executable, "-m", "sayso.cli.main", *arguments]
        return subprocess.run(command, env=self.environment(), capture_output=True, text=True, timeout=60)

    def told(self, *arguments: str) -> str:
        """Run a command that must succeed and give what it printed."""
        done = self.run(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def prepare(self) -> None:
        """Make its database and publish the notice of Linen & Loom."""
        self.told("migrate")
        self.told("apply", str(BRAND))

    def start(self) -> "subprocess.Popen[str]":
        """Start `sayso serve` and wait until web and edge answer."""
        command = [sys.executable, "-m", "sayso.cli.main", "serve"]
        process = subprocess.Popen(
            command, env=self.environment(), stderr=self.heard, text=True, start_new_session=True
        )
        wait_for(f"{self.web}/v1/")
        wait_for(f"{self.edge}/healthz")
        return process

    @contextmanager
    def serving(self) -> Iterator["subprocess.Popen[str]"]:
        """Serve until the end of the block; what is left by then is killed by its id."""
        process = self.start()
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(10)
            finally:
                for left in self.processes():
                    os.kill(left, signal.SIGKILL)
                process.communicate()

    def processes(self) -> set[int]:
        """List every process of this deployment, however it was started: by the home it was told."""
        mark = f"SAYSO_HOME={self.home}\0".encode()
        return {int(place.name) for place in Path("/proc").glob("[0-9]*") if mark in _environ(place)}


def _environ(place: Path) -> bytes:
    try:
        return (place / "environ").read_bytes()
    except OSError:  # it ended meanwhile, or is another user's
        return b""


def words_of(process: int) -> str:
    """Give a process's command line, or nothing once it is gone."""
    try:
        return Path(f"/proc/{process}/cmdline").read_text().replace("\0", " ")
    except OSError:
        return ""
