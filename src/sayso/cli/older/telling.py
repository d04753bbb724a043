"""What an import says while it runs and at its end, and the file of rows it could not take."""

import csv
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from sayso.core.errors import Invalid
from sayso.core.older_row import BadRow

HEADINGS = ("line", "code", "reason", "remedy")
_EVERY = 0.5  # seconds between two looks at the clock on the wall
LACKS = "lacks "  # before the name of a piece of evidence, where rows without it are counted
SUMMARY = (  # what is counted, in the order it is told, and what it means
    ("recorded", "answers recorded"),
    ("yes", "choices permitted, each with its evidence"),
    ("no", "choices refused"),
    ("unknown", "choices without evidence: they permit nothing"),
    ("expired", "choices whose yes has run out"),
    ("superseded", "choices where something newer stands"),
    ("there_already", "answers that were there already"),
    ("left_out", "rows left out"),
    ("bad", "bad rows"),
)


class Bar:
    """One line that says how far we are. Silent where nobody watches: in a file, in a pipe, in a timer."""

    def __init__(self, what: str, lines: int, done: int, to: TextIO = sys.stderr) -> None:
        self._what, self._lines, self._began_at, self._to = what, lines, done, to
        self._began, self._last, self._width = time.monotonic(), 0.0, 0

    def at(self, line: int) -> None:
        """Say that everything up to a line is done."""
        now = time.monotonic()
        if self._to.isatty() and now - self._last >= _EVERY:
            self._last = now
            self._write(told(self._what, line, self._lines, line - self._began_at, now - self._began))

    def close(self) -> None:
        """Leave the line empty for what comes next."""
        if self._width:
            self._write("")
            self._to.write("\r")

    def _write(self, text: str) -> None:
        self._to.write(f"\r{text:<{self._width}}")
        self._to.flush()
        self._width = max(self._width, len(text))


def told(what: str, line: int, lines: int, done: int, seconds: float) -> str:
    """Write a line of progress: how much of all, how fast, how long still."""
    rate = done / seconds if seconds else 0.0
    left = f"{_clock((lines - line) / rate)} left" if rate else ""
    return f"{what} {line:,} of {lines:,} lines  {rate:,.0f} rows/s  {left}".rstrip()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


def summary(counts: Mapping[str, int]) -> list[str]:
    """List what an import came to, leaving out what did not happen."""
    lines = [f"{counts[name]:>12,}  {meaning}" for name, meaning in SUMMARY if counts.get(name)]
    lacking = sorted(name for name in counts if name.startswith(LACKS))
    return lines + [f"{counts[name]:>12,}  rows lack {name.removeprefix(LACKS)}" for name in lacking]


class Rejects:
    """The rows that were not taken: line, why, and what to do. Nothing of what stands in them.

    The file is there only when there is such a row. Going on after a kill, what was written beyond the last line
    that is done is written again.
    """

    def __init__(self, path: Path, after: int) -> None:
        self.counts = {"bad": 0, "left_out": 0}
        self._path, self._kept = path, [row for row in _kept(path) if row.line <= after]
        self._file: TextIO | None = None

    def __enter__(self) -> "Rejects":
        self._path.unlink(missing_ok=True)
        for row in self._kept:
            self.write(row)
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, row: BadRow) -> None:
        """Note one row."""
        if self._file is None:
            self._file = self._path.open("w", encoding="utf-8", newline="")
            csv.writer(self._file).writerow(HEADINGS)
        csv.writer(self._file).writerow([row.line, row.code, row.reason, row.remedy])
        self.counts["bad" if row.fatal else "left_out"] += 1

    def flush(self) -> None:
        """Let what was noted be on disk before the rows beside it are done."""
        if self._file is not None:
            self._file.flush()

    @property
    def any(self) -> bool:
        """Tell whether there is such a row."""
        return self._file is not None


def _kept(path: Path) -> list[BadRow]:
    """Read what an earlier run listed. A file of anything else is nobody's to write over."""
    if not path.exists():
        return []
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        if file.readline().strip() != ",".join(HEADINGS):
            remedy = "Name another file with --rejects."
            raise Invalid("rejects_taken", f"{path.name} holds something else than rejected rows.", remedy)
        rows = [row for row in csv.reader(file) if len(row) == len(HEADINGS) and row[0].isdigit()]
    return [BadRow(int(line), code, reason, remedy) for line, code, reason, remedy in rows]
