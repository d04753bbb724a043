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
    """The latest line on which one household bought one kind of product."""

    household: str
    line: int
    kind: str
    at: datetime


@dataclass(frozen=True)
class Kind:
    """A kind of product, the publisher's `product_type`, and where most of it stands."""

    name: str
    category: str
    department: str


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


def _chunks(lines: Iterable[tuple[int, Line]]) -> Iterator[list[tuple[int, Line]]]:
    held: list[tuple[int, Line]] = []
    for one in lines:
        held.append(one)
        if len(held) == CHUNK:
            yield held
            held = []
    yield held


def _basket(line: Line) -> Row:
    said = line.transaction_timestamp.replace(tzinfo=None)
    return (line.basket_id, str(line.household_id), line.store_id, line.week, said)


def _sold(place: int, line: Line) -> Row:
    return (place, line.basket_id, line.product_id, line.quantity, *line[5:9])


def load(
    engine: sa.Engine, source: Source, households: Iterable[int], progress: Callable[[int], None]
) -> int:
    """Write the products and these households' purchases in one transaction; give the number of lines.

    `progress` is told how many lines were written since it was last told.
    """
    wanted, baskets, written = frozenset(households), set[int](), 0
    products = {product.product_id for product in source.products()}
    with engine.begin() as connection:
        _copy(connection, HOUSEHOLDS, ((str(household),) for household in sorted(wanted)))
        _copy(connection, PRODUCTS, source.products())
        for chunk in _chunks(source.lines(wanted)):
            unlisted = {line.product_id for _, line in chunk} - products
            products |= unlisted
            _copy(connection, PRODUCTS, map(Product, sorted(unlisted)))
            fresh = {line.basket_id: _basket(line) for _, line in chunk if line.basket_id not in baskets}
            baskets |= fresh.keys()
            _copy(connection, BASKETS, fresh.values())
            written += _copy(connection, LINES, (_sold(place, line) for place, line in chunk))
            progress(len(chunk))
    return written


def latest_purchases(engine: sa.Engine, each: int) -> Iterator[Bought]:
    """Give the kinds of product every household bought last, at most `each`, ordered by household."""
    kind, household, at = PRODUCTS.c.product_type, BASKETS.c.household_id, BASKETS.c.transaction_timestamp
    newest = (at.desc(), LINES.c.line_id.desc())
    again = sa.func.row_number().over(partition_by=(household, kind), order_by=newest).label("again")
    joined = LINES.join(BASKETS).join(PRODUCTS)
    said = sa.select(household, LINES.c.line_id, kind, at, again).select_from(joined)
    once = said.where(kind.is_not(None)).subquery()
    latest = (once.c.transaction_timestamp.desc(), once.c.line_id.desc())
    place = sa.func.row_number().over(partition_by=once.c.household_id, order_by=latest).label("place")
    ranked = sa.select(once, place).where(once.c.again == 1).subquery()
    query = sa.select(ranked).where(ranked.c.place <= each).order_by(ranked.c.household_id, ranked.c.place)
    with engine.connect() as connection:
        for row in connection.execute(query):
            at_till = row.transaction_timestamp.replace(tzinfo=UTC)
            yield Bought(row.household_id, row.line_id, row.product_type, at_till)


def kinds(engine: sa.Engine) -> list[Kind]:
    """List the kinds of product there are."""
    kind, category, department = PRODUCTS.c.product_type, PRODUCTS.c.product_category, PRODUCTS.c.department
    found = sa.select(kind, sa.func.min(category), sa.func.min(department)).where(kind.is_not(None))
    with engine.connect() as connection:
        return [Kind(*row) for row in connection.execute(found.group_by(kind).order_by(kind))]


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


def baskets_of(engine: sa.Engine, household: str) -> set[int]:
    """Give the numbers of one household's baskets."""
    query = sa.select(BASKETS.c.basket_id).where(BASKETS.c.household_id == household)
    with engine.connect() as connection:
        return set(connection.scalars(query))


def rows(engine: sa.Engine) -> dict[str, int]:
    """Count what is held of everybody, table by table."""
    tables = (HOUSEHOLDS, BASKETS, LINES, PRODUCTS)
    with engine.connect() as connection:
        return {
            table.name: int(connection.scalar(sa.select(sa.func.count()).select_from(table)) or 0)
            for table in tables
        }
