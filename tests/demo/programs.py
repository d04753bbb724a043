"""The demo's programs as real processes on free ports."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen


def free_port() -> int:
    """Give a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(home: Path, **told: str) -> dict[str, str]:
    """Give the environment of a demo program: its own home, and no settings of the tests' Sayso."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SAYSO_", "DJANGO_"))}
    return {**kept, "SAYSO_HOME": str(home), **told}


def run(home: Path, *arguments: str, **told: str) -> subprocess.CompletedProcess[str]:
    """Run one command of the demo to its end."""
    command = [sys.executable, "-m", *arguments]
    return subprocess.run(command, env=environment(home, **told), capture_output=True, text=True, timeout=60)


@contextmanager
def program(home: Path, port: int, *arguments: str, **told: str) -> Iterator[str]:
    """Run a demo program until the end of the block; gives its address."""
    command = [sys.executable, "-m", *arguments, "--port", str(port)]
    process = subprocess.Popen(command, env=environment(home, **told), start_new_session=True)
    try:
        wait_for(f"http://localhost:{port}/healthz")
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(address: str, seconds: float = 20) -> None:
    """Wait until a server answers."""
    end = time.monotonic() + seconds
    while True:
        try:
            with urlopen(address, timeout=1):  # noqa: S310 - our own addresses
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
