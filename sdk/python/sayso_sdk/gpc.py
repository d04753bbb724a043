"""Global Privacy Control: whether a visitor's browser asks not to sell or share, and that this site obeys.

Pass it on with each question about that visitor: `sayso.decide(subject, questions, gpc=has_signal(headers))`.
"""

from __future__ import annotations

from collections.abc import Mapping

HEADER = "Sec-GPC"
SUPPORT = {"gpc": True, "lastUpdate": "2026-11-24"}
"""What the site answers at `/.well-known/gpc.json`, as JSON."""


def has_signal(headers: Mapping[str, str]) -> bool:
    """Say whether a request carries the signal: the value `1` and nothing else."""
    values = (value for name, value in headers.items() if name.lower() == HEADER.lower())
    return any(part.strip(" \t") == "1" for value in values for part in value.split(","))
