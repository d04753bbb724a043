"""How anything is measured here: contenders by turns in one run, several rounds, medians with their spread."""

import gc
import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

CALIBRATION = 200  # calls by which the length of a round is set


@dataclass(frozen=True, slots=True)
class Measured:
    """What the rounds of one contender came to."""

    median: float
    low: float
    high: float

    @property
    def spread(self) -> tuple[float, float]:
        """Give the lowest and the highest round."""
        return self.low, self.high


def summed_up(values: Sequence[float]) -> Measured:
    """Give the median of some rounds and their spread."""
    return Measured(statistics.median(values), min(values), max(values))


def interleaved(contenders: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, Measured]:
    """Run every contender once a round, each round beginning with another one.

    By turns, because a shared machine drifts: what it does to one it then does to all.
    """
    # What was made ready beforehand is nothing to collect, for nobody.
    gc.collect()
    gc.freeze()
    names = list(contenders)
    values: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        shift = turn % len(names)
        for name in names[shift:] + names[:shift]:
            values[name].append(contenders[name]())
    gc.unfreeze()
    return {name: summed_up(found) for name, found in values.items()}


def percentile(values: Iterable[float], share: float) -> float:
    """Give the value that this share of the values does not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def per_second(ask: Callable[..., Any], questions: Sequence[tuple[Any, ...]]) -> float:
    """Give the calls a second of one loop, without a clock inside it."""
    began = time.perf_counter()
    for question in questions:
        ask(*question)
    return len(questions) / (time.perf_counter() - began)


def round_of(
    ask: Callable[..., Any], questions: Sequence[tuple[Any, ...]], seconds: float
) -> list[tuple[Any, ...]]:
    """Give as many of the questions, over and over if need be, as take about this long."""
    few = questions[:CALIBRATION]
    per_second(ask, few)
    wanted = max(len(few), int(per_second(ask, few) * seconds))
    whole, rest = divmod(wanted, len(questions))
    return [*(list(questions) * whole), *questions[:rest]]


def clocked(ask: Callable[..., Any], questions: Sequence[tuple[Any, ...]]) -> list[float]:
    """Give how long each call took, in µs. The clock's own cost (some 0.05 µs) stays in."""
    clock, taken = time.perf_counter_ns, []
    gc.collect()
    for question in questions:
        began = clock()
        ask(*question)
        taken.append(clock() - began)
    return [value / 1000 for value in taken]
