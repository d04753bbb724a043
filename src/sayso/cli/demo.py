"""`sayso demo`: Sayso, a shop, its ad partner and a mailbox on this machine, prepared and running."""

import shutil
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from sayso.core.errors import Invalid

SCOPES = ("decide", "link", "facts", "items", "recommend", "asks", "age")
SITE_BRAND = "linen-and-loom"
STAFF = {  # Dev is also the second pair of eyes, and answers the telephone
    "otto": ("officer",),
    "mara": ("marketer",),
    "dev": ("developer", "officer", "support"),
}


def _sayso(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "sayso.cli.main", *arguments]


def apply_brand(folder: Path, now: datetime) -> list[str]:
    """Apply the demo's brand unless people published a newer notice in the console: then theirs stays.

    Gives the lines to print. Raises what applying raises for any other reason.
    """
    from sayso.cli import applying

    try:
        return applying.run(folder, applying.Wish(dry_run=False, draft=False, publisher="the demo"), now)
    except Invalid as refused:
        if refused.code != "version_reused":
            raise
        return ["kept: a newer notice was published since"]


def make_shop_key(home: Path) -> bool:
    """Make the shop's server key unless it has one; tell whether one was made."""
    from sayso_demo import run

    from sayso.identity import queries, services

    if queries.api_key(run.kept_secret(home, run.KEY)):
        return False
    secret = services.make_api_key(SITE_BRAND, "the demo shop", set(SCOPES), datetime.now(UTC))
    run.keep_secret(home, run.KEY, secret)
    return True


def make_everybody() -> None:
    """Let the staff of Linen & Loom sign in to the console."""
    from sayso.identity import services

    for name, roles in STAFF.items():
        for role in roles:
            services.make_staff(f"{name}@linenandloom.example.test", role, datetime.now(UTC))


def start(home: Path, reset: bool, port: int = 8700) -> int:
    """Prepare and run the demo until it is told to stop; give the exit code.

    A second start keeps the state in `home`; `reset` begins anew. `port` is the first of six.
    """
    from sayso_demo import run

    ports = run.Ports.beginning(port)
    web, edge = f"http://localhost:{ports.web}", f"http://localhost:{ports.edge}"
    if taken := ports.taken():
        listed = ", ".join(map(str, taken))
        click.echo(f"sayso: port {listed} is in use; stop what listens there, or add --port 9700", err=True)
        return 2
    if reset and home.exists():
        shutil.rmtree(home)
    prepare: Sequence[run.Step] = [
        run.Step("Sayso's database and pages", _sayso("migrate")),
        run.Step(
            "the brand's notice, systems and asks", _sayso("demo-brand", str(run.brand_folder(home, ports)))
        ),
        run.Step("the shop's server key", _sayso("demo-key")),
        run.Step("the staff", _sayso("demo-staff")),
    ]
    serve = run.Program("Sayso: edge, pages and worker", _sayso("serve"), [f"{web}/v1/", f"{edge}/healthz"])
    try:
        return int(run.start_demo(home, prepare=prepare, sayso=[serve], ports=ports, say=click.echo))
    except run.NotStarted as fault:
        click.echo(f"sayso: {fault}", err=True)
        return 2
