"""The rows of `bench/results.json`.

A row: `id`, `what`, `peer` and `peer_value` (null where no peer was measured on the same machine), `ours`, `unit`,
`ratio` (ours to the peer's), `goal` (of `bench.goals`, in words) and `met` (null where no goal fits what was
measured); then the lowest and highest round beside each median, and `error` where no honest figure came out.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.goals import GOALS

RESULTS = Path(__file__).parent / "results.json"
Spread = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. `spread` and `peer_spread` are the lowest and the highest round."""

    id: str
    what: str
    ours: float | None
    unit: str
    peer: str | None = None
    peer_value: float | None = None
    spread: Spread | None = None
    peer_spread: Spread | None = None
    error: str = ""

    @property
    def ratio(self) -> float | None:
        """Give ours to the peer's, where both were measured."""
        return self.ours / self.peer_value if self.ours is not None and self.peer_value else None

    def written(self) -> dict[str, Any]:
        """Give the row as it is written, judged by its goal."""
        goal = GOALS.get(self.id)
        return {
            "id": self.id,
            "what": self.what,
            "peer": self.peer,
            "peer_value": _rounded(self.peer_value),
            "ours": _rounded(self.ours),
            "unit": self.unit,
            "ratio": _rounded(self.ratio, 4),
            "goal": goal and goal.written(self.unit),
            "met": goal and goal.met(self.ours, self.ratio),
            "spread": self.spread and [_rounded(value) for value in self.spread],
            "peer_spread": self.peer_spread and [_rounded(value) for value in self.peer_spread],
            "error": self.error or None,
        }


def broken(identifier: str, what: str, unit: str, why: str, peer: str | None = None) -> Row:
    """Give the row of a comparison that came to no figure, with the reason."""
    return Row(identifier, what, None, unit, peer, error=why)


def _rounded(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)


def read(path: Path = RESULTS) -> list[dict[str, Any]]:
    """Read the rows that are written, in the order of their ids."""
    rows: list[dict[str, Any]] = json.loads(path.read_text()) if path.exists() else []
    return rows


def write(rows: list[Row], path: Path = RESULTS) -> None:
    """Write rows, replacing those of the same id and leaving the others."""
    held = {row["id"]: row for row in read(path)} | {row.id: row.written() for row in rows}
    lines = ",\n".join("  " + json.dumps(held[name], ensure_ascii=False) for name in sorted(held))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
