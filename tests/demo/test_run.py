"""One function starts the demo; a signal ends all of it."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import httpx
from sayso_demo.run import KEY, Ports, keep_secret

from tests.demo import programs, stub

START = """
import json, sys
from pathlib import Path
from sayso_demo.run import NotStarted, Ports, Program, start_demo
home, ports, sayso, more = Path(sys.argv[1]), Ports(**json.loads(sys.argv[2])), sys.argv[3], sys.argv[4:]
try:
    programs = [Program("sayso", more)] if more else []
    sys.exit(start_demo(home, ports=ports, sayso=programs, more={"SHOP_SAYSO_URL": sayso}))
except NotStarted as fault:
    sys.exit(str(fault))
"""


def some_ports() -> Ports:
    """Give six ports nobody listens on."""
    return Ports(**{name: programs.free_port() for name in asdict(Ports())})


def start(home: Path, ports: Ports, sayso: str, *more: str) -> "subprocess.Popen[str]":
    """Start the demo as a process."""
    command = [sys.executable, "-u", "-c", START, str(home), json.dumps(asdict(ports)), sayso, *more]
    environment = programs.environment(home)
    return subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def read_until(process: "subprocess.Popen[str]", words: str) -> str:
    """Read what the demo prints until some words."""
    assert process.stdout
    said = ""
    while words not in said:
        line = process.stdout.readline()
        assert line, said
        said += line
    return said


def alive(port: int) -> bool:
    """Tell whether somebody listens."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_demo_starts_tells_what_to_try_keeps_its_state_and_stops_within_five_seconds(
    tmp_path: Path,
) -> None:
    ports = some_ports()
    with stub.running() as sayso:
        process = start(tmp_path, ports, sayso.address)
        said = read_until(process, "Ctrl-C stops everything")
        assert "the shop: ready" in said
        assert said.count("\n  She decides ") == said.count("\n  The notice changes ") == 1
        for port in (ports.shop, ports.partner, ports.mailbox):
            assert httpx.get(f"http://localhost:{port}/healthz").text == "ok"
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=6)
        assert process.returncode == 0
        assert time.monotonic() - began < 5
        assert not any(alive(port) for port in (ports.shop, ports.partner, ports.mailbox, ports.smtp))

        secrets = (tmp_path / "demo.json").read_text()
        again = start(tmp_path, ports, sayso.address)
        read_until(again, "Ctrl-C stops everything")
        assert (tmp_path / "demo.json").read_text() == secrets
        os.kill(again.pid, signal.SIGINT)
        again.communicate(timeout=6)
        assert again.returncode == 0


def test_a_taken_port_is_one_line_with_what_to_do(tmp_path: Path) -> None:
    ports = some_ports()
    with socket.socket() as other:
        other.bind(("127.0.0.1", ports.partner))
        other.listen()
        process = start(tmp_path, ports, "http://localhost:9")
        said, _ = process.communicate(timeout=20)
    assert process.returncode == 1
    assert said.strip() == (
        f"Port {ports.partner} is in use. Stop the program that listens there, or choose other ports."
    )


def test_a_program_that_dies_ends_the_demo_and_takes_the_others_with_it(tmp_path: Path) -> None:
    ports = some_ports()
    with stub.running() as sayso:
        # The stand-in for Sayso ends by itself as soon as a file appears.
        dies = "import pathlib, time, sys\nwhile not pathlib.Path(sys.argv[1]).exists(): time.sleep(0.05)"
        process = start(tmp_path, ports, sayso.address, sys.executable, "-c", dies, str(tmp_path / "die"))
        read_until(process, "Ctrl-C stops everything")
        (tmp_path / "die").touch()
        said, _ = process.communicate(timeout=10)
    assert process.returncode == 1
    assert "sayso has stopped" in said
    assert not alive(ports.shop)


def test_secrets_are_the_owners_alone(tmp_path: Path) -> None:
    keep_secret(tmp_path, KEY, "sk_1")
    assert (tmp_path / "demo.json").stat().st_mode & 0o077 == 0
