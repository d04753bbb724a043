"""Tables that no spreadsheet takes for a program."""

import csv
import io

import pytest

from sayso.core.sheets import csv_bytes, escaped


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@A1", "\tx", "\rx", "\nx"])
def test_no_cell_is_taken_for_a_formula(typed: str) -> None:
    assert escaped(typed) == f"'{typed}"


def test_numbers_stay_numbers() -> None:
    assert escaped(-3) == "-3"
    assert escaped(None) == ""


def test_a_table_is_written_with_its_columns_and_read_back() -> None:
    written = csv_bytes(["a", "b"], [["=SUM(A1)", 2], ['comma, quote "', None]])
    assert written.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(written.decode("utf-8-sig"))))
    assert rows == [["a", "b"], ["'=SUM(A1)", "2"], ['comma, quote "', ""]]
