"""What one person costs a replica, in a dictionary of a process and in an LMDB that the processes of a host share."""

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import measure, programs
from bench.decision import ours
from bench.decision.engine import disagreements
from bench.decision.in_process import CHECKED
from bench.decision.policy import make_policy, questions
from bench.results import Row, broken

CHOICES = 64
LEVELS = {"1m": 1_000_000, "10m": 10_000_000}
WHAT = {"dict": "in a dictionary of one process", "shared": "in LMDB, shared by the processes of a host"}


def _resident() -> int:
    fields = Path("/proc/self/statm").read_text().split()
    return int(fields[1]) * 4096


def _on_disk(folder: Path) -> int:
    return sum(path.stat().st_blocks * 512 for path in folder.rglob("*") if path.is_file())


def weigh(people: int, kind: str) -> dict[str, Any]:
    """Fill a replica with so many people and give its bytes a person and its decisions a second."""
    policy = make_policy(CHOICES, people)
    asked = questions(policy, 100_000)
    before = _resident()
    with tempfile.TemporaryDirectory(prefix="sayso-bench-") as folder:
        store = Path(folder) / "store" if kind == "shared" else None
        with ours.gate(policy, store) as engine:
            # LMDB is a map of a file: its pages are counted there, once for all processes.
            held = _on_disk(store) if store else _resident() - before
            if wrong := disagreements(engine, policy, asked[:CHECKED]):
                raise RuntimeError(f"{wrong} answers are not the policy's")
            words = engine.prepared(asked)
            rates = [measure.per_second(engine.ask, words) for _ in range(5)]
    found = measure.summed_up(rates)
    return {"bytes": held / people, "rate": found.median, "spread": found.spread}


def _weighed_apart(people: int, kind: str) -> dict[str, Any]:
    """Weigh in a process of its own, so that nothing else is counted."""
    command = [sys.executable, "-m", "bench.decision.memory", str(people), kind]
    done = subprocess.run(command, cwd=programs.ROOT, capture_output=True, text=True)  # noqa: S603 our own
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1])
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _rows(level: str, people: int, kind: str) -> list[Row]:
    head, what = f"decision-{kind}-{level}", f"{people:,} people {WHAT[kind]}, {CHOICES} choices"
    try:
        found = _weighed_apart(people, kind)
    except RuntimeError as fault:
        return [broken(f"{head}-bytes", what, "B a person", str(fault))]
    rows = [Row(f"{head}-bytes", what, found["bytes"], "B a person")]
    if kind == "shared":
        spread = (found["spread"][0], found["spread"][1])
        rows.append(
            Row(f"{head}-rate", f"decisions of one process, {what}", found["rate"], "/s", spread=spread)
        )
    return rows


def run(quick: bool) -> list[Row]:
    """Weigh every size; without a Gate, or without LMDB, say so."""
    levels = {"1m": 20_000} if quick else LEVELS
    if not ours.has_gate():
        return [
            broken(f"decision-{kind}-{level}-bytes", WHAT[kind], "B a person", "this tree has no Gate")
            for level in levels
            for kind in WHAT
        ]
    kinds = [kind for kind in WHAT if kind == "dict" or importlib.util.find_spec("lmdb")]
    rows = [row for level, people in levels.items() for kind in kinds for row in _rows(level, people, kind)]
    if "shared" not in kinds:
        rows += [
            broken(f"decision-shared-{level}-bytes", WHAT["shared"], "B a person", "lmdb is not installed")
            for level in levels
        ]
    return rows


if __name__ == "__main__":
    sys.stdout.write(json.dumps(weigh(int(sys.argv[1]), sys.argv[2])) + "\n")
