"""Plots as SVG of our own: bars on a logarithmic scale, readable on a light and on a dark page."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LABELS, ROOM, LINE, TOP = 880, 370, 110, 26, 44
OURS, PEERS = "#2f6f4f", "#8a8f98"


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: whose it is, how much, and whether it is ours."""

    label: str
    value: float
    ours: bool = False


def number(value: float) -> str:
    """Write a figure with as many digits as it deserves."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _length(value: float, low: float, high: float) -> float:
    """Give a bar's length: each step of ten is as long as the next."""
    span = max(math.log10(high) - math.log10(low), 1.0)
    return max(2.0, (WIDTH - LABELS - ROOM) * (math.log10(value) - math.log10(low)) / span)


def _drawn(bar: Bar, place: int, low: float, high: float) -> str:
    y, length = TOP + place * LINE, _length(bar.value, low, high)
    weight = ' font-weight="bold"' if bar.ours else ""
    return (
        f'<text x="{LABELS - 10}" y="{y + 14}" text-anchor="end"{weight}>{escape(bar.label)}</text>'
        f'<rect x="{LABELS}" y="{y}" width="{length:.1f}" height="18" rx="2" fill="{OURS if bar.ours else PEERS}"/>'
        f'<text x="{LABELS + length + 8:.1f}" y="{y + 14}"{weight}>{number(bar.value)}</text>'
    )


def bars(title: str, unit: str, drawn: Sequence[Bar]) -> str:
    """Draw bars beneath a title, the scale logarithmic from a whole power of ten on."""
    shown = [bar for bar in drawn if bar.value > 0]
    low = 10.0 ** math.floor(math.log10(min(bar.value for bar in shown)) - 0.001)
    high = max(bar.value for bar in shown)
    height = TOP + LINE * len(shown) + 8
    heading = f"{title} ({unit}, logarithmic)"
    lines = [_drawn(bar, place, low, high) for place, bar in enumerate(shown)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img"'
            f' font-family="system-ui, sans-serif" font-size="13" fill="#1d2125">',
            f"<title>{escape(heading)}</title>",
            f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            f'<text x="12" y="24" font-size="15">{escape(heading)}</text>',
            *lines,
            "</svg>\n",
        ]
    )
