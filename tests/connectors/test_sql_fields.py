"""How full each field is, and one field emptied for everybody."""

import copy
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from sayso.connectors.base import Impossible, Measured, NotNow
from sayso.connectors.sql import SqlConnector, schema
from tests.connectors import shop
from tests.connectors.conftest import system
from tests.connectors.test_sql import everything, rows

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def _dated() -> dict[str, Any]:
    file = copy.deepcopy(shop.FILE)
    file["tables"]["invoices"]["dated"] = "issued_on"  # type: ignore[index]
    return file


def test_each_field_says_how_many_rows_hold_something(connector: SqlConnector, database: sa.Engine) -> None:
    before = everything(database)
    measured = {(one.table, one.column): one for one in connector.measure()}
    assert measured["orders", "gift_note"] == Measured("orders", "gift_note", 3, 1)
    assert measured["customers", "phone"] == Measured("customers", "phone", 2, 2)
    assert {one.table for one in connector.measure("orders")} == {"orders"}
    assert everything(database) == before


def test_a_dated_table_says_when_a_field_was_last_filled(database: sa.Engine) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("UPDATE invoices SET name = '' WHERE id = 3")
    measured = SqlConnector(system("shop", "sql", _dated())).measure("invoices")
    assert {one.column: (one.filled, one.newest) for one in measured} == {
        "number": (3, "2026-11-02"),
        "issued_on": (3, "2026-11-02"),
        "name": (2, "2026-11-01"),
    }


@pytest.mark.usefixtures("database")
def test_looking_cannot_change_anything(shop_url: str) -> None:
    with schema.looking(shop_url) as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM customers")) == 2
    for statement in ("UPDATE customers SET name = ''", "DELETE FROM reviews"):
        with pytest.raises(NotNow), schema.looking(shop_url) as connection:
            connection.exec_driver_sql(statement)
    with schema.transaction(shop_url) as connection:  # and the next transaction may write again
        connection.exec_driver_sql("UPDATE customers SET name = 'Ada' WHERE id = 17")


def test_a_dropped_field_is_empty_in_every_row_and_nothing_else_changed(
    connector: SqlConnector, database: sa.Engine
) -> None:
    before = everything(database)
    assert connector.drop_field("orders", "gift_note", "key-1").evidence == {"emptied": 1}
    assert connector.drop_field("orders", "gift_note", "key-1").evidence == {"emptied": 0}
    assert rows(database, "SELECT DISTINCT gift_note FROM orders") == [("",)]
    after = everything(database)
    assert {name: each for name, each in after.items() if name != "orders"} == {
        name: each for name, each in before.items() if name != "orders"
    }
    assert [row[:-1] for row in after["orders"]] == [row[:-1] for row in before["orders"]]


@pytest.mark.parametrize(
    ("table", "column", "code"),
    [
        ("customers", "number", "field_holds_structure"),  # people are found by it
        ("invoices", "issued_on", "field_holds_structure"),  # a law's clock runs by it
        ("order_lines", "qty", "field_holds_structure"),  # a number that must be there has no empty value
        ("customers", "address_id", "unknown_field"),
        ("customers", "fax", "unknown_field"),
        ("counters", "last", "unknown_field"),
    ],
)
def test_what_holds_the_tables_together_is_not_emptied(
    connector: SqlConnector, database: sa.Engine, table: str, column: str, code: str
) -> None:
    before = everything(database)
    with pytest.raises(Impossible) as refused:
        connector.drop_field(table, column, "key-1")
    assert refused.value.code == code
    assert everything(database) == before
