"""Start the whole demo: mailbox, Sayso, ad partner and shop, as processes of their own.

`sayso demo` calls `start_demo`; it hands in the commands that prepare and serve Sayso itself.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.error import URLError
from urllib.request import urlopen

BRAND = Path(__file__).parent / "brand"
KEY = "SHOP_SAYSO_KEY"
"""The name under which the shop's server key is kept in `demo.json` of the home."""
STOPPING = 4.5
PATIENCE = 60.0
Say = Callable[[str], None]

TRY_THIS = """\
Try this, a minute or two each:
  She decides        Open {shop}, choose what the shop may use, and keep the proof.
  She gets something Buy Harbour curtains and the Strand linen towel, deliver to Truckee, California, 96161; give your
                     postcode when you are asked once; see the Stillwater quilt and open "Why this?".
  She sees           Sign in at {sayso}/centre/ (the code is in {mailbox}); look at {partner};
                     check a receipt you kept at {sayso}/verify. Nothing is sent.
  She secures it     Add a passkey under "Sign-in & security"; next time it is enough.
  A second browser   Refuse in a private window what you allowed here, and sign in there: the no joins at once.
  She changes it     Stop everything, or delete it all, and watch the shop obey.
  Without account    Type an address at {sayso}/privacy-choices, or switch Global Privacy Control on.
  A child            Say at {shop}age that you were born 13 years ago, then ask an adult by e-mail.
  The staff          {sayso}/console/ as otto@ (officer), mara@ (marketer) or dev@linenandloom.example.test
                     (support and second officer): ask a question, give up the field "fax", record a telephone call.
  The notice changes As otto@ propose {next}
                     at {sayso}/console/notices, publish it as dev@, and answer the letter in the mailbox."""


@dataclass(frozen=True)
class Ports:
    """Where everything listens on localhost."""

    web: int = 8700
    edge: int = 8701
    shop: int = 8710
    partner: int = 8720
    smtp: int = 8725
    mailbox: int = 8730

    @classmethod
    def beginning(cls, first: int) -> Self:
        """Return the same places counted from another first port, such as 9700."""
        moved = {name: port - cls.web + first for name, port in vars(cls()).items()}
        return cls(**moved)

    def taken(self) -> list[int]:
        """Return the ports somebody else listens on."""
        return [port for port in vars(self).values() if not _is_free(port)]


@dataclass(frozen=True)
class Step:
    """Something done once before the programs start, such as migrating a database."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Program:
    """A process that runs as long as the demo, with the addresses at which it answers when it is ready."""

    name: str
    command: Sequence[str]
    ready: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)


class NotStarted(Exception):
    """The demo could not start; the message is one line with what to do."""


def environment(home: Path, ports: Ports) -> dict[str, str]:
    """Return what every program of the demo is told; secrets are made once and kept in the home."""
    sayso, partner = f"http://localhost:{ports.web}", f"http://localhost:{ports.partner}"
    return {
        "SAYSO_HOME": str(home),
        "SAYSO_DEMO": "1",
        "SAYSO_WEB_ADDRESS": sayso,
        "SAYSO_EDGE_ADDRESS": f"http://localhost:{ports.edge}",
        "SAYSO_SMTP_URL": f"smtp://localhost:{ports.smtp}",
        # A real brand lets a day pass before the letter that confirms a guardian.
        "SAYSO_GUARDIAN_DELAY": "2",
        "SAYSO_WEATHER": f"recorded:{BRAND / 'weather.json'}",
        "SAYSO_OUTBOUND_ALLOW": f"localhost:{ports.partner}",
        "SHOP_SAYSO_URL": sayso,
        "SHOP_URL": f"http://localhost:{ports.shop}",
        "SHOP_DATABASE_URL": os.environ.get("SHOP_DATABASE_URL") or f"sqlite:///{home}/shop.sqlite3",
        "BRIGHTSIDE_URL": partner,
        "BRIGHTSIDE_SAYSO_URL": sayso,
        "BRIGHTSIDE_WEBHOOK_URL": f"{partner}/webhooks/sayso",
        "MAILBOX_SMTP_PORT": str(ports.smtp),
        **_secrets(home),
    }


def brand_folder(home: Path, ports: Ports) -> Path:
    """Return the brand's files, written again for other ports than the usual ones."""
    if ports == Ports():
        return BRAND
    folder = home / "brand"
    for file in sorted(BRAND.rglob("*.yaml")):
        text = file.read_text("utf-8")
        for usual, own in zip(vars(Ports()).values(), vars(ports).values(), strict=True):
            text = text.replace(f"localhost:{usual}", f"localhost:{own}")
        target = folder / file.relative_to(BRAND)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    return folder


def shop_programs(ports: Ports) -> list[Program]:
    """Return the shop, its ad partner and the mailbox."""

    def module(name: str, *options: str) -> list[str]:
        return [sys.executable, "-m", f"sayso_demo.{name}", *options]

    mailbox = module("mailbox", "--smtp-port", str(ports.smtp), "--port", str(ports.mailbox))
    return [
        Program("the mailbox", mailbox, [f"http://localhost:{ports.mailbox}/healthz"]),
        Program(
            "Brightside Ads",
            module("partner", "--port", str(ports.partner)),
            [f"http://localhost:{ports.partner}/healthz"],
        ),
        Program(
            "the shop",
            module("shop", "serve", "--port", str(ports.shop)),
            [f"http://localhost:{ports.shop}/healthz"],
        ),
    ]


def start_demo(
    home: Path,
    *,
    prepare: Sequence[Step] = (),
    sayso: Sequence[Program] = (),
    settle: Sequence[Step] = (),
    ports: Ports | None = None,
    more: Mapping[str, str] | None = None,
    say: Say = print,
) -> int:
    """Prepare and run the demo until SIGTERM or Ctrl-C; returns the exit code.

    In order: `prepare`, the programs of `sayso`, the steps of `settle` (which may ask the running Sayso), the
    shop's own preparation, and the shop's programs. A step may keep the shop's server key with `keep_secret`.
    `more` is added to everybody's environment. A second start finds its state in `home`. Raises NotStarted
    with one line and its remedy.
    """
    where = ports or Ports()
    if taken := where.taken():
        listed = ", ".join(map(str, taken))
        raise NotStarted(
            f"Port {listed} is in use. Stop the program that listens there, or choose other ports."
        )
    home.mkdir(parents=True, exist_ok=True)

    def told() -> dict[str, str]:
        return {**os.environ, **environment(home, where), **(more or {})}

    crew = _Crew(told, say)
    stock = Step(
        "the shop's shelves and earlier customers", [sys.executable, "-m", "sayso_demo.shop", "prepare"]
    )
    try:
        tasks: list[Step | Program] = [*prepare, *sayso, *settle, stock, *shop_programs(where)]
        for task in tasks:
            crew.begin(task)
        say(_addresses(home, where))
        return crew.keep()
    finally:
        crew.stop()


class _Crew:
    """The processes of one demo."""

    def __init__(self, told: Callable[[], Mapping[str, str]], say: Say) -> None:
        self._told, self._say = told, say
        self._running: list[tuple[str, subprocess.Popen[bytes]]] = []
        self._stopping = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop_soon)

    def _stop_soon(self, *_: object) -> None:
        self._stopping = True

    def begin(self, task: Step | Program) -> None:
        """Do a step, or start a program and wait until it answers; nothing more once told to stop."""
        if self._stopping:
            return
        began = time.monotonic()
        process = subprocess.Popen(  # noqa: S603 - the demo's own commands
            list(task.command), env={**self._told(), **task.environment}, start_new_session=True
        )
        self._running.append((task.name, process))
        if isinstance(task, Step):
            self._finish(task, process)
        else:
            self._wait(task, process)
        if not self._stopping:
            self._say(f"  {task.name}: ready ({time.monotonic() - began:.1f} s)")

    def keep(self) -> int:
        """Wait until told to stop; a program that ends by itself ends the demo with 1."""
        while not self._stopping:
            ended = [name for name, process in self._running if process.poll() is not None]
            if ended:
                self._say(f"{ended[0]} has stopped; its messages are above. Start the demo again.")
                return 1
            time.sleep(0.1)
        return 0

    def stop(self) -> None:
        """Ask every process to stop; kill by its id what is left after 4.5 seconds."""
        for _, process in self._running:
            if process.poll() is None:
                process.terminate()
        end = time.monotonic() + STOPPING
        for _, process in self._running:
            try:
                process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()

    def _finish(self, step: Step, process: subprocess.Popen[bytes]) -> None:
        while process.poll() is None and not self._stopping:
            time.sleep(0.02)
        if self._stopping:
            return
        self._running.pop()
        if process.returncode:
            raise NotStarted(
                f"{step.name}: failed; its messages are above. Remedy: make demo RESET=1 begins anew."
            )

    def _wait(self, program: Program, process: subprocess.Popen[bytes]) -> None:
        end = time.monotonic() + PATIENCE
        while not self._stopping and not all(_answers(address) for address in program.ready):
            if process.poll() is not None:
                raise NotStarted(f"{program.name} ended at once; its messages are above.")
            if time.monotonic() > end:
                raise NotStarted(f"{program.name} does not answer after {PATIENCE:.0f} s. Try again.")
            time.sleep(0.05)


def keep_secret(home: Path, name: str, value: str) -> None:
    """Keep one secret of the demo in its home, such as the shop's server key under `KEY`."""
    _write(home, {**_read(home), name: value})


def kept_secret(home: Path, name: str) -> str:
    """Return a secret that was kept before; empty when there is none."""
    return _read(home).get(name, "")


def _secrets(home: Path) -> dict[str, str]:
    made = {
        "SHOP_SECRET_KEY": secrets.token_urlsafe(40),
        "BRIGHTSIDE_WEBHOOK_SECRET": "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode(),
    }
    kept = _read(home)
    if not made.keys() <= kept.keys():
        kept = {**made, **kept}
        _write(home, kept)
    return kept


def _read(home: Path) -> dict[str, str]:
    file = home / "demo.json"
    kept: dict[str, str] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    return kept


def _write(home: Path, kept: Mapping[str, str]) -> None:
    home.mkdir(parents=True, exist_ok=True)
    (home / "demo.json").touch(mode=0o600)
    (home / "demo.json").write_text(json.dumps(kept, indent=1), "utf-8")


def _addresses(home: Path, ports: Ports) -> str:
    shop, sayso = f"http://localhost:{ports.shop}/", f"http://localhost:{ports.web}"
    partner, mailbox = f"http://localhost:{ports.partner}/", f"http://localhost:{ports.mailbox}/"
    lines = [
        ("The shop", shop),
        ("Privacy centre", f"{sayso}/centre/"),
        ("Brand console", f"{sayso}/console/"),
        ("Brightside Ads", partner),
        ("Mailbox", mailbox),
    ]
    listed = "\n".join(f"  {name:<16}{address}" for name, address in lines)
    later = brand_folder(home, ports) / "next" / "notice.yaml"
    hints = TRY_THIS.format(shop=shop, sayso=sayso, partner=partner, mailbox=mailbox, next=later)
    return f"\n{listed}\n\n{hints}\n\nCtrl-C stops everything; the next start finds it as it was."


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=1):  # noqa: S310 - our own addresses
            return True
    except URLError as fault:
        return hasattr(fault, "code")
    except OSError:
        return False
