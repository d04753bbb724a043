"""Run everything that `make test` promises, and tell the truth about it in the last line.

    python -m tools.run_tests [--guards]

Guards first (style, types, directions, the browser SDK). Then three lanes side by side, each of which takes the
next part when it is through with one: the suite on SQLite with complete branch coverage of the pure rooms; the
same suite on PostgreSQL; the journeys; every deliberate fault; what speaks of the checkout; what the banner does in
a browser. It fails unless both databases ran the same tests, more than none, and nothing was skipped. The pure
rooms run on the first only.
"""

import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tools import faults
from tools.postgres import Postgres
from tools.setup import BUILD, ROOT, say

PURE = [f"sayso.{room}" for room in ("core", "signals") if (ROOT / "src" / "sayso" / room).exists()]
GUARDS: list[tuple[str, list[str]]] = [
    ("style", ["ruff", "check", "."]),
    ("format", ["ruff", "format", "--check", "."]),
    ("types", ["mypy"]),
    ("shop types", ["mypy", "--config-file", "demo/mypy.ini"]),
    ("directions", ["lint-imports"]),
]


ROOMS = ["-m", "not journey"]
BANNER = ["tests/sdk_js", "tests/house"]  # where there are journeys beside those of `tests/journeys`
# Tests of the checkout, and of what starts every kind of database by itself.
CHECKOUT = ["tests/architecture", "tests/bench", "tests/house", "tests/realdata"]
ONCE = ["tests/core", "tests/signals"]  # what touches no database
LANES = 3  # parts that run at once
SLOWEST = 20  # tests named at the end of a run, so that it is seen where the minutes go
LONGEST_REASON = 300  # characters of why a test failed that the end of the run repeats


@dataclass
class Phase:
    """What one run of pytest came to. `complaints` are broken promises that no single test shows."""

    name: str
    ran: set[str] = field(default_factory=set)
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    complaints: list[str] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)  # the failed tests, each with the line that says why


def programs() -> dict[str, str]:
    """Give the environment for every program started here: .venv first, no deployment's settings."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SAYSO_")}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    return kept | {"PATH": path, "SAYSO_HOME": str(BUILD / "home"), "PYTHONUNBUFFERED": "1"}


def run_guard(name: str, command: Sequence[str]) -> bool:
    """Run one guard; show what it says only when it objects."""
    began = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=programs(), capture_output=True, text=True)
    good = done.returncode == 0
    say(f"  {name:<12}{'ok' if good else 'FAILED'}  {time.monotonic() - began:.1f} s")
    if not good:
        say(done.stdout + done.stderr)
    return good


def guards() -> list[str]:
    """Run all guards and name those that object."""
    say("Guards")
    wanted = list(GUARDS)
    if (ROOT / "sdk" / "js" / "package.json").exists():
        wanted.append(("browser SDK", [sys.executable, "-m", "tools.node", "check"]))
    return [name for name, command in wanted if not run_guard(name, command)]


def read_report(phase: Phase, report: Path) -> None:
    """Add up pytest's own report: xfail counts as skipped, an error in a fixture as failed."""
    if not report.exists():
        return
    for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314 - pytest wrote it just now
        name = f"{case.get('classname')}::{case.get('name')}"
        phase.ran.add(name)
        for wrong in (*case.findall("failure"), *case.findall("error")):
            phase.broken[name] = " ".join(wrong.get("message", "").split())[:LONGEST_REASON]
        if case.find("skipped") is not None:
            phase.skipped += 1
    phase.failed = len(phase.broken)
    phase.passed = len(phase.ran) - phase.failed - phase.skipped


def run_shown(name: str, command: Sequence[str], environment: dict[str, str]) -> int:
    """Run a command and show each line it says under a name, as another may speak meanwhile; give its exit code."""
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        for line in process.stdout or ():
            say(f"{name:<11}| {line.rstrip()}")
    return process.returncode


def run_phase(name: str, arguments: Sequence[str], **environment: str) -> Phase:
    """Run pytest once and read what came of it."""
    phase, began = Phase(name), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="sayso-report-") as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}"]
        command.append(f"--durations={SLOWEST}")
        code = run_shown(name, [*command, *arguments], programs() | environment)
        read_report(phase, report)
    if phase.skipped:
        phase.complaints.append(f"{name}: {phase.skipped} skipped")
    if not phase.ran:
        phase.complaints.append(f"{name}: no test ran")
    if code != 0 and not phase.failed:
        phase.complaints.append(f"{name}: pytest ended with {code}")
    say(f"{name}: {phase.passed} passed, {phase.failed} failed in {time.monotonic() - began:.0f} s")
    return phase


def compare(first: Phase, second: Phase) -> list[str]:
    """Complain of every test that ran on one database only, but for those of `ONCE` on the first."""
    once = tuple(f"{place.replace('/', '.')}." for place in ONCE)
    of_both = {test for test in first.ran if test in second.ran or not test.startswith(once)}
    alone = sorted(of_both ^ second.ran)
    return [f"{test} ran on {first.name if test in first.ran else second.name} only" for test in alone]


def put_faults_in() -> Phase:
    """Put each deliberate fault in and see its test turn red: one that stays green counts as failed."""
    listed = faults.read_faults(faults.LIST.read_text())
    complaints = faults.try_all(listed, ROOT)
    for complaint in complaints:
        say(f"FAILED {complaint}")
    unseen = len(complaints)
    broken = dict.fromkeys(complaints, "")
    return Phase("Faults", {fault.id for fault in listed}, len(listed) - unseen, unseen, broken=broken)


def _but(places: Sequence[str]) -> list[str]:
    return [f"--ignore={place}" for place in places]


def on_sqlite() -> Phase:
    """Run the suite on SQLite."""
    coverage = [f"--cov={package}" for package in PURE] + ["--cov-branch", "--cov-fail-under=100"]
    chosen = [*ROOMS, *_but(CHECKOUT), *coverage]
    return run_phase("SQLite", chosen, COVERAGE_FILE=str(BUILD / "coverage"))


def on_postgres() -> Phase:
    """Run the suite on PostgreSQL."""
    with Postgres() as server:
        chosen = [*ROOMS, *_but([*CHECKOUT, *ONCE])]
        return run_phase("PostgreSQL", chosen, SAYSO_DATABASE_URL=server.url("sayso"))


def journeys() -> Phase:
    """Run the journeys of people."""
    return run_phase("Journeys", ["-m", "journey", *_but(BANNER)])


def banner() -> Phase:
    """Run what the banner and the tutorials do in a browser."""
    return run_phase("Banner", ["-m", "journey", *BANNER])


def checkout() -> Phase:
    """Run what speaks of the checkout."""
    return run_phase("Checkout", [*ROOMS, *CHECKOUT])


def suite() -> list[Phase]:
    """Run all parts, three at once: a test that waits for a disk or a page leaves its processor idle."""
    say("\nTests")
    # The longest first, so that none is left alone at the end while a processor has nothing to do.
    parts = (on_sqlite, on_postgres, journeys, put_faults_in, checkout, banner)
    with ThreadPoolExecutor(LANES) as lanes:
        sqlite, postgres, *others = [part.result() for part in [lanes.submit(part) for part in parts]]
    postgres.complaints += compare(sqlite, postgres)
    return [sqlite, postgres, *others]


def main() -> int:
    """Run what was asked for; the last line counts every test run, and each broken promise as a failure."""
    BUILD.mkdir(exist_ok=True)
    objections = [f"guard: {name}" for name in guards()]
    phases = [] if "--guards" in sys.argv[1:] else suite()
    objections += [complaint for phase in phases for complaint in phase.complaints]
    failed = sum(phase.failed for phase in phases) + len(objections)
    say("")
    for phase in phases:
        say(f"{phase.name:<12}{phase.passed:>5} passed {phase.failed:>5} failed {phase.skipped:>5} skipped")
    for phase in phases:
        for test, why in phase.broken.items():
            say(f"FAILED {phase.name}: {test} {why}")
    for objection in objections:
        say(f"FAILED {objection}")
    passed = sum(phase.passed for phase in phases) or len(GUARDS) - len(objections)
    say(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
