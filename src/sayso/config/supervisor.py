"""Start the processes of a deployment, keep them running, and stop all of them within five seconds."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

from sayso.core.errors import Misconfigured
from sayso.deployment import env

GRACE = 4.0  # seconds a process gets to stop by itself; then it is killed by its id
STARTS = 5  # times a process may die within a minute before everything stops


@dataclass
class Child:
    """One supervised process."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    started: list[float] = field(default_factory=list)

    def start(self) -> None:
        """Start it in a session of its own, so that a terminal's Ctrl-C reaches the supervisor alone."""
        self.started = [at for at in self.started if at > time.monotonic() - 60] + [time.monotonic()]
        environment = {**os.environ, **self.environment}
        self.process = subprocess.Popen(  # noqa: S603 our own commands
            list(self.command), env=environment, start_new_session=True
        )

    def clear(self) -> None:
        """Kill what is left of its session: a server that died leaves helpers that still listen."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    @property
    def running(self) -> bool:
        """Tell whether it runs."""
        return self.process is not None and self.process.poll() is None


def _port(name: str) -> int:
    """Give the port of the listener `WEB` or `EDGE`: behind a proxy it is not that of the public address."""
    own, address = env.read(f"SAYSO_{name}_PORT"), env.text(f"SAYSO_{name}_ADDRESS")
    try:
        port = int(own) if own else urlsplit(address).port
    except ValueError as wrong:
        raise Misconfigured(
            "port_malformed", f"SAYSO_{name}_PORT or _ADDRESS holds no port.", f"Set SAYSO_{name}_PORT=8700."
        ) from wrong
    if port is None:
        remedy = f"Set SAYSO_{name}_PORT, or write the address like http://localhost:8700."
        raise Misconfigured("port_missing", f"{address} names no port.", remedy)
    return port


def need_free_ports() -> None:
    """Make sure that web and edge can listen. Raises `Misconfigured` with code `port_taken`."""
    listen = env.text("SAYSO_LISTEN")
    family = socket.AF_INET6 if ":" in listen else socket.AF_INET
    for name in ("WEB", "EDGE"):
        port = _port(name)
        try:
            # Two servers of ours could share a port without noticing; a plain one cannot.
            socket.create_server((listen, port), family=family).close()
        except OSError as taken:
            remedy = f"Stop what listens there, or set SAYSO_{name}_PORT to another."
            raise Misconfigured(
                "port_taken", f"Port {port} is not free ({taken.strerror}).", remedy
            ) from taken


def _granian(target: str, interface: str, listener: str, *more: str) -> list[str]:
    base = ["-m", "granian", target, "--interface", interface, "--host", env.text("SAYSO_LISTEN")]
    quiet = [
        "--port",
        str(_port(listener)),
        "--log-level",
        "warning",
        "--no-ws",
        "--workers-kill-timeout",
        "3",
    ]
    return [sys.executable, *base, *quiet, *more]


def sayso_children() -> list[Child]:
    """List the processes of Sayso itself: edge, web and worker, each with a listener of its own."""
    static = str(env.home() / "static")
    mount = ["--static-path-route", "/static", "--static-path-mount", static]
    web = _granian("sayso.config.wsgi:application", "wsgi", "WEB", *mount)
    edge = _granian("sayso.edge.app:app", "asgi", "EDGE")
    worker = [sys.executable, "-m", "sayso.cli.main", "work"]
    return [Child("edge", edge), Child("web", [*web, "--blocking-threads", "4"]), Child("worker", worker)]


def answers(address: str) -> bool:
    """Tell whether a server answers at an address, whatever it says."""
    try:
        with urlopen(address, timeout=1):  # noqa: S310 our own addresses
            return True
    except URLError as broken:
        return hasattr(broken, "code")
    except OSError:
        return False


def wait_until_up(addresses: Sequence[str], alive: Callable[[], bool], seconds: float = 30) -> bool:
    """Wait until every address answers; give up when `alive` says no or the time is over."""
    end = time.monotonic() + seconds
    for address in addresses:
        while not answers(address):
            if time.monotonic() > end or not alive():
                return False
            time.sleep(0.05)
    return True


class Supervisor:
    """Runs children until it is told to stop."""

    def __init__(self, children: Sequence[Child]) -> None:
        self._children = list(children)
        self._stopping = False

    def _stop_soon(self, *_: object) -> None:
        self._stopping = True

    def all_running(self) -> bool:
        """Tell whether every process runs and nobody asked to stop."""
        return not self._stopping and all(child.running for child in self._children)

    def start(self) -> None:
        """Start every process and listen for SIGTERM and Ctrl-C."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop_soon)
        for child in self._children:
            child.start()

    def run(self) -> int:
        """Keep every process running until told to stop; give the exit code."""
        code = 0
        try:
            while not self._stopping:
                if not self._restart_the_dead():
                    code = 1
                    break
                time.sleep(0.1)
        finally:
            self.stop()
        return code

    def _restart_the_dead(self) -> bool:
        for child in self._children:
            if child.running:
                continue
            if len(child.started) >= STARTS:
                print(f"sayso: {child.name} keeps stopping; see its messages above", file=sys.stderr)  # noqa: T201
                return False
            child.clear()
            child.start()
        return True

    def stop(self) -> None:
        """Ask every process to stop, and kill by its id what has not after `GRACE` seconds."""
        for child in self._children:
            if child.running and child.process:
                child.process.terminate()
        end = time.monotonic() + GRACE
        for child in self._children:
            if child.process:
                with suppress(subprocess.TimeoutExpired):
                    child.process.wait(max(0.0, end - time.monotonic()))
                child.clear()
                child.process.wait(1)
