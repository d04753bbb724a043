"""The grocer's own database: households, baskets, their lines, products. PostgreSQL, or SQLite in tests.

`line_id` numbers the lines as the publisher lists them; every other column is the publisher's. A household's
number is a name, not a quantity, and so it is text.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from sayso_demo.completejourney.source import CHUNK, Line, Product, Source

METADATA = sa.MetaData()
Money = sa.Numeric(10, 2)
HOUSEHOLDS = sa.Table("households", METADATA, sa.Column("household_id", sa.String(12), primary_key=True))
PRODUCTS = sa.Table(
    "products",
    METADATA,
    sa.Column("product_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("manufacturer_id", sa.BigInteger),
    sa.Column("department", sa.String(60)),
    sa.Column("brand", sa.String(20)),
    sa.Column("product_category", sa.String(60)),
    sa.Column("product_type", sa.String(60)),
    sa.Column("package_size", sa.String(40)),
)
BASKETS = sa.Table(
    "baskets",
    METADATA,
    sa.Column("basket_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("household_id", sa.ForeignKey(HOUSEHOLDS.c.household_id), nullable=False, index=True),
    sa.Column("store_id", sa.BigInteger, nullable=False),
    sa.Column("week", sa.Integer, nullable=False),
    sa.Column("transaction_timestamp", sa.DateTime, nullable=False),
)
LINES = sa.Table(
    "basket_lines",
    METADATA,
    sa.Column("line_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("basket_id", sa.ForeignKey(BASKETS.c.basket_id), nullable=False, index=True),
    sa.Column("product_id", sa.ForeignKey(PRODUCTS.c.product_id), nullable=False),
    sa.Column("quantity", sa.BigInteger, nullable=False),
    sa.Column("sales_value", Money, nullable=False),
    sa.Column("retail_disc", Money, nullable=False),
    sa.Column("coupon_disc", Money, nullable=False),
    sa.Column("coupon_match_disc", Money, nullable=False),
)
SUPPRESSIONS = sa.Table("suppressions", METADATA, sa.Column("key", sa.String(200), primary_key=True))
Row = Sequence[Any]


class NotEmpty(Exception):
    """The database already holds tables of these names, and they are somebody's."""


@dataclass(frozen=True)
class Bought:
    """The latest purchase of one product by one household."""

    household: str
    product: int
    at: datetime


def connect(url: str) -> sa.Engine:
    """Open the database of an address, `postgresql://…` or `sqlite:////path`."""
    return sa.create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))


def create(engine: sa.Engine) -> None:
    """Make the tables. Raises `NotEmpty` rather than touch tables that are there."""
    taken = set(sa.inspect(engine).get_table_names()) & set(METADATA.tables)
    if taken:
        raise NotEmpty(f"The database already holds {', '.join(sorted(taken))}.")
    METADATA.create_all(engine)


def _copy(connection: sa.Connection, table: sa.Table, rows: Iterable[Row]) -> int:
    """Write rows in the fastest way the database has; give how many there were."""
    if connection.dialect.name != "postgresql":
        values = [dict(zip(table.columns.keys(), row, strict=True)) for row in rows]
        if values:
            connection.execute(sa.insert(table), values)
        return len(values)
    driver: Any = connection.connection.driver_connection
    written = 0
    with driver.cursor() as cursor, cursor.copy(f"COPY {table.name} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
            written += 1
    return written


def _chunks(lines: Iterable[Line]) -> Iterator[list[tuple[int, Line]]]:
    held: list[tuple[int, Line]] = []
    for number, line in enumerate(lines, 1):
        held.append((number, line))
        if len(held) == CHUNK:
            yield held
            held = []
    if held:
        yield held


def _basket(line: Line) -> Row:
    said = line.transaction_timestamp.replace(tzinfo=None)
    return (line.basket_id, str(line.household_id), line.store_id, line.week, said)


def _sold(number: int, line: Line) -> Row:
    return (number, line.basket_id, line.product_id, line.quantity, *line[5:9])


def load(
    engine: sa.Engine, source: Source, households: Iterable[int], progress: Callable[[int], None]
) -> int:
    """Write the products and these households' purchases in one transaction; give the number of lines.

    `progress` is told how many lines were looked at since it was last told.
    """
    wanted, baskets, written = set(households), set[int](), 0
    products = {product.product_id: product for product in source.products()}
    with engine.begin() as connection:
        _copy(connection, HOUSEHOLDS, ((str(household),) for household in sorted(wanted)))
        _copy(connection, PRODUCTS, products.values())
        for chunk in _chunks(source.lines()):
            mine = [(number, line) for number, line in chunk if line.household_id in wanted]
            unlisted = {line.product_id for _, line in mine} - products.keys()
            products |= {number: Product(number) for number in unlisted}
            _copy(connection, PRODUCTS, (products[number] for number in sorted(unlisted)))
            fresh = {line.basket_id: _basket(line) for _, line in mine if line.basket_id not in baskets}
            baskets |= fresh.keys()
            _copy(connection, BASKETS, fresh.values())
            written += _copy(connection, LINES, (_sold(number, line) for number, line in mine))
            progress(len(chunk))
    return written


def latest_purchases(engine: sa.Engine, each: int) -> Iterator[Bought]:
    """Give every household's latest different products, at most `each`, ordered by household."""
    at = sa.func.max(BASKETS.c.transaction_timestamp).label("at")
    mine = [BASKETS.c.household_id, LINES.c.product_id]
    bought = sa.select(*mine, at).select_from(LINES.join(BASKETS)).group_by(*mine).subquery()
    newest = (bought.c.at.desc(), bought.c.product_id)
    place = sa.func.row_number().over(partition_by=bought.c.household_id, order_by=newest).label("place")
    ranked = sa.select(bought, place).subquery()
    query = sa.select(ranked).where(ranked.c.place <= each).order_by(ranked.c.household_id, ranked.c.place)
    with engine.connect() as connection:
        for row in connection.execute(query):
            yield Bought(row.household_id, row.product_id, row.at.replace(tzinfo=UTC))


def products(engine: sa.Engine, wanted: Iterable[int]) -> list[Product]:
    """Give these products."""
    numbers = set(wanted)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(PRODUCTS).order_by(PRODUCTS.c.product_id))
        return [Product(*row) for row in rows if row.product_id in numbers]


def rows_of(engine: sa.Engine, household: str) -> dict[str, int]:
    """Count what is held of one household, table by table."""
    mine = BASKETS.c.household_id == household
    counted = {
        "households": sa.select(sa.func.count()).where(HOUSEHOLDS.c.household_id == household),
        "baskets": sa.select(sa.func.count()).select_from(BASKETS).where(mine),
        "basket_lines": sa.select(sa.func.count()).select_from(LINES.join(BASKETS)).where(mine),
    }
    with engine.connect() as connection:
        return {name: int(connection.scalar(query) or 0) for name, query in counted.items()}


def rows(engine: sa.Engine) -> dict[str, int]:
    """Count what is held of everybody, table by table."""
    tables = (HOUSEHOLDS, BASKETS, LINES, PRODUCTS)
    with engine.connect() as connection:
        return {
            table.name: int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)
            for table in tables
        }
