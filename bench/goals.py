"""Every goal in one place: what a row of `results.json` has to reach, and on what it is judged.

A goal on `ratio` is about ours and a peer's, measured in one run on one machine; one on `ours` is about a figure
alone and depends on the machine.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Goal:
    """The least or the most something may be. `of` is `ours` or `ratio`."""

    of: str
    limit: float
    least: bool

    def written(self, unit: str) -> str:
        """Say the goal as a person reads it, as `≥ 40×` or `≤ 5 ms`."""
        sign = "≥" if self.least else "≤"
        number = f"{self.limit:,.0f}" if self.limit >= 1000 else f"{self.limit:g}"
        return f"{sign} {number}" + ("×" if self.of == "ratio" else f" {unit}")

    def share(self, ours: float | None, ratio: float | None) -> float | None:
        """Give how much of the goal was reached: 1 or more is met. None where nothing was measured."""
        value = ratio if self.of == "ratio" else ours
        if value is None:
            return None
        if self.least:
            return value / self.limit
        return self.limit / value if value else float("inf")

    def met(self, ours: float | None, ratio: float | None) -> bool | None:
        """Judge a measurement; None where what the goal is about was not measured."""
        value = ratio if self.of == "ratio" else ours
        if value is None:
            return None
        return value >= self.limit if self.least else value <= self.limit


def at_least(limit: float) -> Goal:
    """Ask for this much of ours, or more."""
    return Goal("ours", limit, least=True)


def at_most(limit: float) -> Goal:
    """Ask for this much of ours, or less."""
    return Goal("ours", limit, least=False)


def times(limit: float) -> Goal:
    """Ask for this many times the peer, or more."""
    return Goal("ratio", limit, least=True)


CHOICES = (64, 512, 4096)
LEVELS = ("0", "8k", "100k", "1m", "10m")
STORES = ("postgresql", "sqlite")

GOALS: dict[str, Goal] = {
    # A. May this be done now? One core, names in, reason out, a million people.
    **{f"decision-{choices}-rate": at_least(1_000_000) for choices in CHOICES},
    **{f"decision-{choices}-p99": at_most(3) for choices in CHOICES},
    **{f"decision-{choices}-cedarpy": times(40) for choices in CHOICES},
    **{f"decision-{choices}-redis": times(50) for choices in CHOICES},
    **{f"decision-{choices}-postgresql": times(50) for choices in CHOICES},
    "decision-http-single": times(0.85),
    "decision-http-batch": at_least(1_000_000),
    "decision-shared-10m-rate": at_least(400_000),
    "decision-shared-10m-bytes": at_most(40),
    # B. Recording an answer durably, over HTTP, with its receipt.
    **{f"answers-{store}-rate": at_least(10_000) for store in STORES},
    **{f"answers-{store}-p99": at_most(50) for store in STORES},
    **{f"answers-{level}-pattern": times(3.5) for level in ("8k", "100k", "1m")},
    "answers-8k-c15t": times(20),
    "answers-1m-c15t": times(100),
    "answers-flat-10m": times(0.85),
    # D. From a withdrawal until the last of eight consumers refuses.
    "withdrawal-p99": at_most(50),
    "withdrawal-stopped": at_most(5),
    "withdrawal-cut-off": at_most(5),
    # G. Forgetting what was learned from a person.
    "cj-forget-p95": at_most(5),
    "cj-withdrawals": at_least(1000),
}
