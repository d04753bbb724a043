"""The edge of `wire_server.py` as the tests hold it: what it serves, and the names and rows they write."""

import base64
import hashlib
import hmac
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from tests.demo.programs import free_port, wait_for

KEYS = {"customer": b"c" * 32, "email": b"e" * 32}
PERMITTING = ["given", "renewed", "told_basis"]
REASONS = [*PERMITTING, "refused", "withdrawn", "not_answered", "unknown_subject", "gpc", "minor", "expired"]
CHOICES = (
    "newsletter.contact.use.self",
    "learn.purchases.use.self",
    "ads.browsing.share_ads.brightside",
    "orders.purchases.use.self",
)
LETTERS, LEARN = ("newsletter", "contact"), ("learn", "purchases")
ADS, ORDERS = ("ads", "browsing", "share_ads", "brightside"), ("orders", "purchases")
DIGITS = "0123456789abcdefghijklmnopqrstuv"
SECONDS = 20  # how long a test waits for what must come, at most


def codes(*reasons: str) -> str:
    """Write one code per choice."""
    return "".join(DIGITS[REASONS.index(reason)] for reason in reasons)


ALL = codes("given", "given", "given", "told_basis")
NONE = codes("withdrawn", "not_answered", "refused", "told_basis")
STRANGER = codes("unknown_subject", "unknown_subject", "unknown_subject", "told_basis")
HEAD = {
    "brand": "linen-and-loom",
    "choices": list(CHOICES),
    "reasons": REASONS,
    "permits": [reason in PERMITTING for reason in REASONS],
    "stranger": STRANGER,
    "signal_stranger": codes("unknown_subject", "unknown_subject", "gpc", "told_basis"),
    "names": {kind: base64.b64encode(key).decode() for kind, key in KEYS.items()},
    "lease": 1.0,
}


def name(kind: str, value: str) -> str:
    """Write the name of an identifier, as the server finds it."""
    if kind == "device":
        return hashlib.sha256(value.encode()).hexdigest()[:32]
    plain = value.strip().lower() if kind == "email" else value.strip()
    return hmac.digest(KEYS[kind], plain.encode(), "sha256").hex()[:32]


def row(
    kind: str, value: str, said: str = ALL, signal: str = "", until: int = 0, minor: bool = False
) -> list[Any]:
    """Write a row."""
    return [name(kind, value), said, signal, until, minor]


def new_device() -> str:
    """Make a device secret."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def wait_until(holds: Callable[[], object]) -> None:
    """Wait for what must come true by itself."""
    end = time.monotonic() + SECONDS
    while not holds():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.01)


@dataclass
class Wire:
    """A running edge of the tests."""

    port: int = field(default_factory=free_port)
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        """Give its address."""
        return f"http://127.0.0.1:{self.port}"

    def start(self, **told: Any) -> None:
        """Start it unless it runs, and say what it serves."""
        if self.process is None:
            command = [sys.executable, str(Path(__file__).with_name("wire_server.py")), str(self.port)]
            self.process = subprocess.Popen(command)
            wait_for(f"{self.url}/control")
        self.tell(forget=True, **(HEAD | told))

    def tell(self, **told: Any) -> None:
        """Say what it serves from now on."""
        urlopen(f"{self.url}/control", json.dumps(told).encode(), SECONDS).close()  # noqa: S310

    def asked(self, what: str) -> int:
        """Say how often something was asked of it."""
        with urlopen(f"{self.url}/control", timeout=SECONDS) as reply:  # noqa: S310
            return int(json.load(reply).get(what, 0))

    def kill(self) -> None:
        """End it as a machine ends that loses its power."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def send(self, number: signal.Signals) -> None:
        """Stop it in its tracks, or let it go on."""
        assert self.process is not None
        os.kill(self.process.pid, number)
