"""A file to be imported may hold any bytes: each row is read or named as bad, or the whole is refused."""

import importlib
import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import example, given

from sayso.cli.older.files import LONGEST_LINE, look_at, records
from sayso.cli.older.reading import recognised
from sayso.core.errors import Invalid, Malformed
from sayso.core.older_row import BadRow
from tests.damage import bent, bounded, peak_of

ROWS = [{"customer": f"C-{number}", "answer": "yes", "text": 'May we, "really"?'} for number in range(3)]
JSONL = "".join(f"{json.dumps(row)}\n" for row in ROWS).encode()
CSV = b'customer,answer,text\nC-1,yes,"May we, ""really""?"\nC-2,no,\n'


def taken(path: Path) -> int:
    """Read a file as an import does; give how many rows it has."""
    export = look_at(path, "auto")
    recognised(export)
    read = [record for _, record in records(export)]
    assert all(isinstance(record, (dict, BadRow)) for record in read)
    return len(read)


def parquet(path: Path) -> bytes:
    arrow, writer = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    writer.write_table(arrow.Table.from_pylist(ROWS), path)
    return path.read_bytes()


FORMS: dict[str, Callable[[Path], bytes]] = {
    "csv": lambda _: CSV,
    "jsonl": lambda _: JSONL,
    "parquet": parquet,
}


@pytest.mark.parametrize("form", FORMS)
def test_a_file_of_any_bytes_is_read_or_refused(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"older.{form}"
    valid = FORMS[form](path)
    path.write_bytes(valid)
    assert taken(path) == valid.count(b"\n") - (form == "csv") or form == "parquet"

    @bounded(150)
    @given(bent(valid))
    @example(b"[" * 100_000)
    @example(b"a,b\n\0,\xff")
    def whatever_it_holds(raw: bytes) -> None:
        path.write_bytes(raw)
        with suppress(Malformed, Invalid):
            taken(path)

    whatever_it_holds()


@pytest.mark.parametrize("raw", [b"x" * 8 * LONGEST_LINE, b'{"a": "' + b"x" * 8 * LONGEST_LINE])
def test_a_line_that_never_ends_is_not_held_whole(raw: bytes, tmp_path: Path) -> None:
    path = tmp_path / "older"
    path.write_bytes(raw)

    def read() -> None:
        with suppress(Invalid):
            taken(path)

    assert peak_of(read) < 6 * LONGEST_LINE
