"""A deployment of Sayso to measure: a home of its own, real processes on free ports, the brand of the demo."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import sayso_demo

from bench import programs

BRAND, SITE = "linen-and-loom", "shop"
FOLDER = Path(sayso_demo.__file__).parent / "brand"
OURS = ("SAYSO_", "DJANGO_")


@dataclass(frozen=True)
class Deployment:
    """Where one deployment keeps its state and listens. `database` is SQLite in its home when empty."""

    home: Path
    database: str = ""
    web_port: int = field(default_factory=programs.free_port)
    edge_port: int = field(default_factory=programs.free_port)

    @property
    def web(self) -> str:
        """Give the address of the pages and the REST interface."""
        return f"http://127.0.0.1:{self.web_port}"

    @property
    def edge(self) -> str:
        """Give the address of the hot path."""
        return f"http://127.0.0.1:{self.edge_port}"

    def environment(self) -> dict[str, str]:
        """Give the environment of its programs, and nothing of anybody else's Sayso."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
        told = {"SAYSO_HOME": str(self.home), "SAYSO_WEB_ADDRESS": self.web, "SAYSO_EDGE_ADDRESS": self.edge}
        database = {"SAYSO_DATABASE_URL": self.database} if self.database else {}
        return {**kept, **told, **database, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}

    def told(self, *arguments: str) -> str:
        """Run a command of `sayso` that must succeed and give what it printed."""
        command = [sys.executable, "-m", "sayso.cli.main", *arguments]
        done = subprocess.run(command, env=self.environment(), capture_output=True, text=True)  # noqa: S603
        if done.returncode != 0:
            raise RuntimeError(f"sayso {arguments[0]} failed: {done.stderr.strip()[-500:]}")
        return done.stdout.strip()

    def prepare(self) -> None:
        """Make its database and publish the brand's notice."""
        self.told("migrate")
        self.told("apply", str(FOLDER))

    def key(self, *scopes: str) -> str:
        """Make a key for the brand's server."""
        return self.told("key", BRAND, *(part for scope in scopes for part in ("--scope", scope)))

    @contextmanager
    def edges(self, count: int = 1) -> Iterator[list["subprocess.Popen[bytes]"]]:
        """Run so many processes of the edge on its one port; the kernel gives each its share of connections."""
        command = programs.granian("sayso.edge.app:app", self.edge_port)
        with ExitStack() as stack:
            started = [
                stack.enter_context(programs.running(command, f"{self.edge}/healthz", self.environment()))
                for _ in range(count)
            ]
            yield started

    @contextmanager
    def pages(self) -> Iterator[str]:
        """Serve the pages as `sayso serve` does; give the address of one that everybody may read."""
        application = "sayso.config.wsgi:application"
        command = programs.granian(application, self.web_port, "wsgi", "--blocking-threads", "4")
        with programs.running(command, f"{self.web}/v1/", self.environment()):
            yield f"{self.web}/privacy-choices"

    def banner(self) -> dict[str, Any]:
        """Give what a browser is shown; an edge must run."""
        reply = httpx.get(f"{self.edge}/v1/sites/{SITE}/banner", timeout=10)
        reply.raise_for_status()
        shown: dict[str, Any] = reply.json()
        return shown


@contextmanager
def deployed(database: str = "") -> Iterator[Deployment]:
    """Prepare a deployment in a folder of its own until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="sayso-bench-") as folder:
        made = Deployment(Path(folder), database)
        made.prepare()
        yield made
