"""Read an export row by row: CSV, JSON Lines or Parquet. One row at a time, whatever the file's size."""

import csv
import hashlib
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from sayso.core.errors import Invalid, Malformed, Misconfigured
from sayso.core.older_row import BadRow
from sayso.core.values import read_json

LONGEST_LINE = 1_000_000  # characters of one line, and of one field of CSV that goes over several
FORMATS = ("csv", "jsonl", "parquet")
_ENDINGS = {".csv": "csv", ".tsv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
_BLOCK = 1 << 20
_AT_ONCE = 10_000  # rows of Parquet
# What pyarrow raises for bytes that are no Parquet: its own errors are subclasses of these.
_NO_PARQUET = (OSError, ValueError, TypeError, LookupError, NotImplementedError, OverflowError, MemoryError)

Record = tuple[int, dict[str, Any] | BadRow]  # line number, and what stands there


@dataclass(frozen=True, slots=True)
class Export:
    """A file of an older system: its form, its content hash, and how many lines it has (rows, in Parquet)."""

    path: Path
    form: str
    hash: str
    lines: int


def _form(path: Path, wanted: str) -> str:
    if wanted != "auto":
        return wanted
    with path.open("rb") as file:
        begins = file.read(64).lstrip(b"\xef\xbb\xbf \r\n\t")
    if begins.startswith(b"PAR1"):
        return "parquet"
    return _ENDINGS.get(path.suffix.lower(), "jsonl" if begins.startswith(b"{") else "csv")


def look_at(path: Path, wanted: str) -> Export:
    """Say what a file is: its form by what it begins with and its ending, its hash, its number of lines.

    Raises `Misconfigured` (`extra_missing`) for Parquet without the extra.
    """
    form, hashed, lines, last = _form(path, wanted), hashlib.sha256(), 0, b""
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            hashed.update(block)
            lines += block.count(b"\n")
            last = block[-1:]
    lines += last not in (b"", b"\n")
    return Export(
        path, form, hashed.hexdigest(), _parquet(path).metadata.num_rows if form == "parquet" else lines
    )


def records(export: Export) -> Iterator[Record]:
    """Give each row with the number of its last line. What cannot be read at all is a bad row itself.

    Raises `Malformed` (`not_utf8`) and `Invalid` (`invalid_file`) where the file as a whole cannot be read.
    """
    return {"csv": _csv, "jsonl": _jsonl, "parquet": _parquet_rows}[export.form](export.path)


def _not_utf8(path: Path) -> Malformed:
    remedy = "Convert it first, for example with `iconv -f WINDOWS-1252 -t UTF-8`."
    return Malformed("not_utf8", f"{path.name} is not written in UTF-8.", remedy)


def _dialect(path: Path) -> type[csv.Dialect]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        head = file.readline(LONGEST_LINE)
    counts = {mark: head.count(mark) for mark in ",;\t"}

    class Found(csv.excel):
        delimiter = max(counts, key=lambda mark: counts[mark])
        strict = True

    return Found


def _lines(file: TextIO) -> Iterator[str]:
    """Give a file's lines, none of which is held when it is longer than any: a file may be one line."""
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
            raise csv.Error("a line is too long")
        yield line


def _csv(path: Path) -> Iterator[Record]:
    csv.field_size_limit(LONGEST_LINE)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _csv_rows(csv.reader(_lines(file), _dialect(path)), path)
    except UnicodeDecodeError as broken:
        raise _not_utf8(path) from broken
    except csv.Error as broken:
        remedy = "Look for a quotation mark that is never closed."
        raise Invalid("invalid_file", f"{path.name} is no CSV: {broken}.", remedy) from broken


def _csv_rows(rows: Any, path: Path) -> Iterator[Record]:
    columns = next(rows, None)
    if not columns or len(set(columns)) != len(columns):
        remedy = "Write one name for each column, each once, in the first line."
        raise Invalid("invalid_file", f"{path.name} has no line of column names.", remedy)
    for row in rows:
        if not row:
            continue
        if len(row) != len(columns):
            reason = f"The row has {len(row)} fields, the first line names {len(columns)}."
            yield (
                rows.line_num,
                BadRow(rows.line_num, "bad_fields", reason, "Quote fields that hold a comma."),
            )
        else:
            yield rows.line_num, dict(zip(columns, row, strict=True))


def _jsonl(path: Path) -> Iterator[Record]:
    with path.open("rb") as file:
        number = 0
        while raw := file.readline(LONGEST_LINE + 1):
            number += 1
            if len(raw) > LONGEST_LINE:
                yield (
                    number,
                    BadRow(number, "bad_json", "The line is too long.", "Write one answer in each line."),
                )
                while raw and not raw.endswith(b"\n"):
                    raw = file.readline(LONGEST_LINE)
            elif raw.strip(b"\xef\xbb\xbf \r\n\t"):
                yield number, _object(number, raw.removeprefix(b"\xef\xbb\xbf"))


def _object(number: int, raw: bytes) -> dict[str, Any] | BadRow:
    try:
        read = read_json(raw)
    except Malformed as broken:
        return BadRow(number, "bad_json", broken.detail, "Write one JSON object in each line, in UTF-8.")
    if isinstance(read, dict):
        return read
    return BadRow(number, "bad_json", "The line is no JSON object.", "Write one JSON object in each line.")


def _parquet(path: Path) -> Any:
    try:
        parquet = importlib.import_module("pyarrow.parquet")
    except ImportError as missing:
        remedy = "Install the extra: pip install 'sayso[parquet]'. Or export CSV."
        raise Misconfigured("extra_missing", "Parquet needs the extra `parquet`.", remedy) from missing
    try:
        # One local file, opened by us: no file system of another place, no dictionary of types from inside it.
        return parquet.ParquetFile(path, memory_map=False, arrow_extensions_enabled=False)
    except _NO_PARQUET as broken:
        raise _not_parquet(path) from broken


def _not_parquet(path: Path) -> Invalid:
    return Invalid("invalid_file", f"{path.name} is no Parquet file.", "Export it again.")


def _parquet_rows(path: Path) -> Iterator[Record]:
    number, file = 0, _parquet(path)
    try:
        for batch in file.iter_batches(batch_size=_AT_ONCE):
            for row in batch.to_pylist():
                number += 1
                yield number, row
    except _NO_PARQUET as broken:  # it may begin as one, and be none further on
        raise _not_parquet(path) from broken
