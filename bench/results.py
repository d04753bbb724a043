"""The rows of `bench/results.json`.

A row: `id`, `what`, `peer` and `peer_value` (null where no peer was measured on the same machine), `ours`, `unit`,
`ratio` (ours to the peer's), `goal` and `met` (null where no goal fits what was measured).
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

RESULTS = Path(__file__).parent / "results.json"


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. `most` tells whether the goal is the most it may be, or the least."""

    id: str
    what: str
    ours: float
    unit: str
    goal: float | None = None
    most: bool = True
    peer: str | None = None
    peer_value: float | None = None

    def written(self) -> dict[str, object]:
        """Give the row as it is written."""
        row = asdict(self)
        del row["most"]
        ratio = None if self.peer_value is None else round(self.ours / self.peer_value, 4)
        met = None if self.goal is None else (self.ours <= self.goal if self.most else self.ours >= self.goal)
        order = ("id", "what", "peer", "peer_value", "ours", "unit", "ratio", "goal", "met")
        return {
            name: (row | {"ours": round(self.ours, 2), "ratio": ratio, "met": met})[name] for name in order
        }


def write(rows: list[Row], path: Path = RESULTS) -> None:
    """Write rows, replacing those of the same id and leaving the others."""
    before = json.loads(path.read_text()) if path.exists() else []
    held = {row["id"]: row for row in before} | {row.id: row.written() for row in rows}
    lines = ",\n".join("  " + json.dumps(held[name], ensure_ascii=False) for name in sorted(held))
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
