"""What was measured and what was checked, and how both are printed."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import ceil


@dataclass(slots=True)
class Figure:
    """One measured step: how many of what, in how many seconds, and the seconds of each where taken."""

    what: str
    unit: str
    count: int = 0
    seconds: float = 0.0
    each: list[float] = field(default_factory=list)

    @contextmanager
    def one(self, count: int = 1) -> Iterator[None]:
        """Time one of many."""
        began = time.perf_counter()
        yield
        took = time.perf_counter() - began
        self.count += count
        self.seconds += took
        self.each.append(took)

    @property
    def per_second(self) -> float:
        """Give how many were done in a second."""
        return self.count / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Give the time in milliseconds within which this share of them was done (nearest rank)."""
        ordered = sorted(self.each)
        return 1000 * ordered[ceil(share * len(ordered)) - 1] if ordered else 0.0


@dataclass(frozen=True, slots=True)
class Check:
    """A promise and whether it held."""

    promise: str
    holds: bool


@dataclass(slots=True)
class Report:
    """Everything that was measured and checked in one run, by name."""

    figures: dict[str, Figure] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)

    @contextmanager
    def measure(self, name: str, what: str, unit: str) -> Iterator[Figure]:
        """Give a figure to fill; when nobody filled its time, the time inside is taken."""
        figure = self.figures[name] = Figure(what, unit)
        began = time.perf_counter()
        yield figure
        figure.seconds = figure.seconds or time.perf_counter() - began

    def check(self, promise: str, holds: bool) -> None:
        """Record whether a promise held."""
        self.checks.append(Check(promise, holds))

    @property
    def kept(self) -> bool:
        """Tell whether every promise held, and that some were checked."""
        return bool(self.checks) and all(check.holds for check in self.checks)


def _row(figure: Figure) -> Sequence[str]:
    many = 1 < len(figure.each) == figure.count  # not where only batches were timed
    spread = [f"{figure.percentile(share):.1f}" for share in (0.5, 0.95)] if many else ["", ""]
    rate = f"{figure.per_second:,.0f}" if figure.count > 1 else ""
    return [figure.what, f"{figure.count:,} {figure.unit}", f"{figure.seconds:.2f}", rate, *spread]


def summary(report: Report) -> list[str]:
    """Write a report as a table of measured times and a list of promises."""
    heading = ["step", "how many", "seconds", "a second", "p50 ms", "p95 ms"]
    rows = [heading, *(_row(figure) for figure in report.figures.values())]
    widths = [max(len(row[place]) for row in rows) for place in range(len(heading))]
    lines = [
        "  ".join(
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    lines.insert(1, "-" * len(lines[0]))
    return [*lines, "", *(f"{'holds ' if one.holds else 'BROKEN'}  {one.promise}" for one in report.checks)]
