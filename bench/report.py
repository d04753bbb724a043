"""Make `docs/reference/performance.md` and its plots from the results, so that they cannot say something else.

python -m bench.report
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench import machine, results
from bench.drawing import Bar, bars, number
from bench.goals import GOALS
from bench.groups import GROUPS, PEERS, Group
from bench.reasons import REASONS

ROOT = Path(__file__).parent.parent
MADE = "<!-- Made by `make bench` from bench/results.json. Do not edit. -->\n"
INTRODUCTION = """\
Each row is measured by `make bench`; [how to measure](../how-to/measure-speed.md) says with what. A **ratio** is ours
to the peer's, measured by turns in one run on one machine, each figure the median of its rounds with the lowest and
the highest beneath it. A figure that stands alone depends on the machine. Before anything is timed, every engine has
to give the same answers to the same questions.
"""
Rows = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Plot:
    """A plot: which rows it shows, with a word behind each name."""

    file: str
    group: str
    title: str
    unit: str
    ids: tuple[tuple[str, str], ...]


PLOTS = (
    Plot(
        "performance-decision.svg",
        "decision",
        "Decisions in process, one core, 4 096 choices",
        "decisions a second",
        tuple((f"decision-4096-{peer}", "") for peer in PEERS),
    ),
    Plot(
        "performance-answers.svg",
        "answers",
        "Answers recorded durably over HTTP",
        "answers a second",
        tuple(
            (f"answers-{level}-{peer}", f", {words} rows held")
            for level, words in (("8k", "8 000"), ("100k", "100 000"), ("1m", "1 000 000"))
            for peer in ("c15t", "pattern")
        ),
    ),
)


def _value(value: float | None, spread: Sequence[float] | None) -> str:
    if value is None:
        return ""
    between = f"<br><small>{number(spread[0])} to {number(spread[1])}</small>" if spread else ""
    return number(value) + between


def _verdict(row: dict[str, Any]) -> str:
    if row["error"]:
        return "not measured"
    return {None: "", True: "yes", False: "**no**"}[row["met"]]


def _cells(row: dict[str, Any]) -> list[str]:
    what = row["what"] + (f" — {row['error']}" if row["error"] else "")
    ratio = "" if row["ratio"] is None else f"{row['ratio']:.3g}×"
    peer = row["peer"] or ""
    return [
        what, peer, _value(row["peer_value"], row["peer_spread"]), _value(row["ours"], row["spread"]),
        row["unit"], ratio, row["goal"] or "", _verdict(row),
    ]  # fmt: skip


def _table(rows: Sequence[dict[str, Any]]) -> str:
    head = ("what", "peer", "peer's", "ours", "unit", "ratio", "goal", "met")
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for row in rows:
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in _cells(row)) + " |")
    return "\n".join(lines) + "\n"


def _machine(told: dict[str, Any]) -> str:
    versions = ", ".join(f"{name} {found}" for name, found in told["versions"].items())
    return (
        f"Measured on {told['day']}: {told['cpu']}, {told['cores']} cores, {told['memory']}, {told['system']}. "
        f"{versions}.\n"
    )


def _pictures(group: Group, rows: Rows) -> list[str]:
    shown = [plot for plot in PLOTS if plot.group == group.name and _bars(plot, rows)]
    return [f"![{plot.title}](../images/{plot.file})\n" for plot in shown]


def _misses(rows: Sequence[dict[str, Any]]) -> str:
    """Say by how much each goal of these rows was missed, and why."""
    lines = []
    for row in rows:
        if row["met"] is False:
            share = GOALS[row["id"]].share(row["ours"], row["ratio"])
            lines.append(
                f"| `{row['id']}` | {share:.0%} | {REASONS.get(row['id'], 'Not looked into yet.')} |"
            )
    head = ["### What was missed, by how much and why\n", "| goal | reached | why |", "| --- | --- | --- |"]
    return "\n".join([*head, *lines]) + "\n" if lines else ""


def _section(group: Group, rows: Rows, machines: dict[str, dict[str, Any]]) -> str:
    found = [rows[name] for name in group.ids if name in rows]
    missing = [name for name in group.ids if name in GOALS and name not in rows]
    parts = [f"## {group.title}\n"]
    if group.name in machines:
        parts.append(_machine(machines[group.name]))
    if found:
        parts += [part for part in (*_pictures(group, rows), _table(found), _misses(found)) if part]
    if missing:
        parts.append(f"Not measured yet: {', '.join(f'`{name}`' for name in missing)}.\n")
    return "\n".join(parts)


def _bars(plot: Plot, rows: Rows) -> list[Bar]:
    """Give a plot's bars: each peer once, and ours once for every word behind it."""
    drawn: dict[str, Bar] = {}
    for name, words in plot.ids:
        row = rows.get(name)
        if row is None or row["ratio"] is None:
            continue
        drawn[f"{row['peer']}{words}"] = Bar(f"{row['peer']}{words}", row["peer_value"])
        drawn[f"Sayso{words}"] = Bar(f"Sayso{words}", row["ours"], ours=True)
    return sorted(drawn.values(), key=lambda bar: bar.value)


def page(rows: Rows, machines: dict[str, dict[str, Any]]) -> str:
    """Write the page of the reference."""
    judged = [row for row in rows.values() if row["met"] is not None]
    met = sum(row["met"] for row in judged)
    told = f"{met} of the {len(judged)} goals that were measured are met; {len(GOALS)} are set.\n"
    sections = [_section(group, rows, machines) for group in GROUPS]
    return "\n".join([MADE, "# Performance\n", INTRODUCTION, told, *sections])


def pages(
    results_path: Path = results.RESULTS, machines_path: Path = machine.MACHINES, root: Path = ROOT
) -> dict[Path, str]:
    """Give the page and every plot, each with its text."""
    rows = {row["id"]: row for row in results.read(results_path)}
    made = {root / "docs/reference/performance.md": page(rows, machine.read(machines_path))}
    for plot in PLOTS:
        if drawn := _bars(plot, rows):
            made[root / "docs/images" / plot.file] = bars(plot.title, plot.unit, drawn)
    return made


def write(
    results_path: Path = results.RESULTS, machines_path: Path = machine.MACHINES, root: Path = ROOT
) -> None:
    """Write them."""
    for path, text in pages(results_path, machines_path, root).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write()
