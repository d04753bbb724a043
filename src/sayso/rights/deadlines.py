"""The table of deadlines that ships with Sayso."""

import csv
from functools import lru_cache
from pathlib import Path

from sayso.core.clock import Deadline, read_deadlines

FILE = Path(__file__).parent / "data" / "deadlines.csv"


@lru_cache(maxsize=1)
def table() -> tuple[Deadline, ...]:
    """Read the rows that say how long an answer may take."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return read_deadlines(csv.DictReader(file))
