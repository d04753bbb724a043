"""The groups that can be measured, each with the rows it writes. `python -m bench --list` shows them."""

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from importlib import import_module

from bench.goals import CHOICES, LEVELS, STORES
from bench.results import Row

Say = Callable[[str], None]
Versions = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Wish:
    """How a run is wanted: `quick` takes small sizes, to see that everything works; its figures mean nothing.

    `households` and `people` are the most that are taken, where not all.
    """

    say: Say
    quick: bool = False
    households: int | None = None
    people: int | None = None
    faults: list[str] = field(default_factory=list)

    def attempt(self, part: Callable[[], list[Row]]) -> list[Row]:
        """Measure a part; when it fails, say so and keep the fault, so that the run does not count as whole."""
        try:
            return part()
        except Exception as fault:
            self.faults.append(f"{type(fault).__name__}: {fault}")
            self.say(traceback.format_exc())
            return []


@dataclass(frozen=True, slots=True)
class Group:
    """Some comparisons measured together. Its module gives `run(wish)` and `versions()`."""

    name: str
    title: str
    module: str
    ids: tuple[str, ...]

    def run(self, wish: Wish) -> list[Row]:
        """Measure."""
        rows: list[Row] = import_module(self.module).run(wish)
        return rows

    def versions(self) -> Versions:
        """Name what was measured, with versions."""
        found: Versions = import_module(self.module).versions()
        return found


PEERS = ("cedarpy", "pycasbin", "growthbook", "postgresql", "redis")
_IN_PROCESS = [
    f"decision-{choices}-{what}" for choices in CHOICES for what in ("rate", "known", "p50", "p99", *PEERS)
]
_OVER_HTTP = [
    f"decision-http-{what}" for what in ("single", "p50", "p99", "healthz", "nginx", "batch", "beside-pages")
]
_MEMORY = [
    "decision-dict-1m-bytes", "decision-dict-10m-bytes", "decision-shared-1m-bytes", "decision-shared-10m-bytes",
    "decision-shared-1m-rate", "decision-shared-10m-rate",
]  # fmt: skip
_ANSWERS = [
    *(f"answers-{store}-{what}" for store in STORES for what in ("rate", "p50", "p99")),
    *(f"answers-{level}-rate" for level in LEVELS),
    *(f"answers-{level}-{peer}" for level in ("8k", "100k", "1m") for peer in ("pattern", "c15t")),
    "answers-flat-10m", "answers-edges-2", "answers-edges-4",
]  # fmt: skip
_REALDATA = [
    f"cj-{what}"
    for what in (
        "load", "answers", "forget-p50", "forget-p95", "withdrawals", "recommend-p95", "access", "erase"
    )
]  # fmt: skip

GROUPS = (
    Group(
        "decision",
        "May this be done now?",
        "bench.decision",
        (*_IN_PROCESS, *_OVER_HTTP, *_MEMORY),
    ),
    Group("answers", "Recording an answer durably", "bench.answers", tuple(_ANSWERS)),
    Group(
        "withdrawal",
        "From a withdrawal to the last refusal",
        "bench.withdrawal",
        (
            "withdrawal-p50",
            "withdrawal-p99",
            "withdrawal-sent-p99",
            "withdrawal-stopped",
            "withdrawal-cut-off",
        ),
    ),
    Group(
        "import",
        "Taking over an older system's answers",
        "bench.importing",
        tuple(f"import-{store}" for store in STORES),
    ),
    Group("completejourney", "A year of purchases", "bench.completejourney", tuple(_REALDATA)),
)


def group_of(identifier: str) -> Group | None:
    """Give the group that writes a row."""
    return next((group for group in GROUPS if identifier in group.ids), None)
