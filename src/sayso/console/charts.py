"""Bars as numbers for a template: where each part begins and how wide it is, out of a hundred."""

from collections.abc import Sequence
from dataclasses import dataclass

GAP = 0.6  # of a hundred, between two parts: told apart without their colours


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a bar: its class in the style sheet, its start and width in hundredths."""

    tone: str
    start: str
    width: str


def bar(parts: Sequence[tuple[str, int | None]]) -> tuple[Part, ...]:
    """Share a bar among counts; what is nought or too small to be told takes no room."""
    whole = sum(count or 0 for _, count in parts)
    drawn, start = [], 0.0
    for tone, count in parts:
        width = 100 * (count or 0) / whole if whole else 0.0
        if width:
            drawn.append(Part(tone, f"{start:.2f}", f"{max(width - GAP, GAP):.2f}"))
        start += width
    return tuple(drawn)
