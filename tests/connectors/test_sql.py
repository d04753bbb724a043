import copy
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from sayso.connectors.base import Done, Identifier, Impossible, NotNow, Person
from sayso.connectors.sql import SqlConnector
from sayso.core.errors import Misconfigured
from tests.connectors import shop
from tests.connectors.conftest import system

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def rows(database: sa.Engine, sql: str) -> list[tuple[Any, ...]]:
    with database.begin() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


def run(database: sa.Engine, sql: str) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql(sql)


def everything(database: sa.Engine) -> dict[str, list[tuple[Any, ...]]]:
    tables = [*shop.FILE["tables"], "suppressions", "counters"]
    return {table: sorted(rows(database, f"SELECT * FROM {table}")) for table in tables}  # noqa: S608


def after_planning(connector: SqlConnector, person: Person) -> Person:
    return Person(person.identifiers, connector.find(person, NOW).traces)


def erase(connector: SqlConnector, person: Person) -> Done:
    return connector.erase(person, "key-1", NOW, NOW)


def changed(**tables: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    file = copy.deepcopy(shop.FILE)
    for name, edit in tables.items():
        edit(file["tables"][name])
    return file


def test_the_plan_counts_what_goes_what_a_law_keeps_and_what_is_also_somebody_elses(
    connector: SqlConnector, ada: Person
) -> None:
    plan = {table.table: table for table in connector.find(ada, NOW).tables}
    assert (plan["customers"].delete, plan["orders"].delete, plan["order_lines"].delete) == (1, 2, 3)
    assert (plan["addresses"].delete, plan["addresses"].others) == (1, 1)
    assert (plan["invoices"].keep, plan["invoices"].delete) == (1, 1)
    assert plan["invoices"].until == date(2032, 11, 1)
    assert "section 84" in plan["invoices"].law["en"]
    assert plan["reviews"].blank == 1
    assert (plan["support_notes"].delete, plan["support_notes"].mentions) == (1, 1)


def test_planning_changes_nothing(connector: SqlConnector, ada: Person, database: sa.Engine) -> None:
    before = everything(database)
    connector.find(ada, NOW)
    assert everything(database) == before


def test_erasing_deletes_hers_and_leaves_what_is_bens(
    connector: SqlConnector, ada: Person, database: sa.Engine
) -> None:
    erase(connector, after_planning(connector, ada))
    left = everything(database)
    assert [row[1] for row in left["customers"]] == ["C-10011"]
    assert [row[0] for row in left["orders"]] == [7]
    assert [row[0] for row in left["order_lines"]] == [4]
    assert [row[0] for row in left["addresses"]] == [1]
    assert left["invoices"][0] == (1, "I-1", None, None, "2026-11-01", "Ada Larkin")
    assert [row[0] for row in left["invoices"]] == [1, 3]
    assert left["reviews"] == [(1, None, "", 5), (2, 18, "Ben", 4)]


def test_her_identifiers_are_struck_out_of_a_note_about_somebody_else(
    connector: SqlConnector, ada: Person, database: sa.Engine
) -> None:
    erase(connector, ada)
    assert rows(database, "SELECT text FROM support_notes") == [
        ("Write to [erased] instead, or ask [erased]; not C-10011.",)
    ]


def test_a_word_typed_as_telephone_is_struck_out_of_nobodys_note(
    connector: SqlConnector, ada: Person, database: sa.Engine
) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql("UPDATE customers SET phone = 'instead' WHERE id = 17")
    erase(connector, ada)
    assert "instead" in str(rows(database, "SELECT text FROM support_notes"))


def test_reading_back_finds_nothing_after_an_erasure_and_repeating_it_changes_nothing(
    connector: SqlConnector, ada: Person, database: sa.Engine
) -> None:
    known = after_planning(connector, ada)
    assert connector.verify(ada).found > 0
    erase(connector, known)
    assert connector.verify(known).found == 0
    before = everything(database)
    erase(connector, known)
    assert everything(database) == before


@pytest.mark.parametrize(
    "restored",
    [
        "INSERT INTO customers VALUES (17, 'C-1001', 'Ada Larkin', 'ada@example.test', '555-0101', 1)",
        "INSERT INTO customers VALUES (30, 'C-3000', 'A. L.', 'ada@example.test', '', 1)",
        "INSERT INTO orders VALUES (5, 'O-5', 18, 1, 'For Cleo, with love')",
        "INSERT INTO support_notes VALUES (9, 18, 'Otto', 'she is at 555-0101 now')",
        "INSERT INTO counters VALUES ('ada@example.test', 1)",
    ],
)
def test_reading_back_finds_what_came_back(
    connector: SqlConnector, ada: Person, database: sa.Engine, restored: str
) -> None:
    known = after_planning(connector, ada)
    erase(connector, known)
    run(database, restored)
    assert connector.verify(known).found == 1


def test_a_trigger_that_restores_the_row_is_seen(
    connector: SqlConnector, ada: Person, database: sa.Engine
) -> None:
    trigger = (
        "CREATE TRIGGER come_back AFTER DELETE ON customers BEGIN INSERT INTO customers"
        " VALUES (OLD.id, OLD.number, OLD.name, OLD.email, OLD.phone, NULL); END"
    )
    run(database, trigger)
    known = after_planning(connector, ada)
    erase(connector, known)
    assert connector.verify(known).places == {"customers": 1}
    run(database, "DROP TRIGGER come_back")
    erase(connector, known)
    assert connector.verify(known).found == 0


def test_a_key_that_is_given_out_again_is_not_taken_for_her(
    connector: SqlConnector, ada: Person, database: sa.Engine
) -> None:
    known = after_planning(connector, ada)
    erase(connector, known)
    run(database, "INSERT INTO customers VALUES (17, 'C-2000', 'Dev Hill', 'dev@example.test', '', 1)")
    run(database, "INSERT INTO orders VALUES (5, 'O-9', 17, 1, '')")
    assert connector.verify(known).found == 0


def test_an_email_another_customer_also_gave_stays_and_is_shown_as_shared(
    connector: SqlConnector, ada: Person, database: sa.Engine
) -> None:
    run(database, "INSERT INTO customers VALUES (19, 'C-1009', 'Cleo Larkin', 'ada@example.test', '', 1)")
    plan = {table.table: table for table in connector.find(ada, NOW).tables}
    assert plan["customers"].others == 1
    known = after_planning(connector, ada)
    erase(connector, known)
    assert ("C-1009", "ada@example.test") in rows(database, "SELECT number, email FROM customers")
    assert connector.verify(known).found == 0


def test_a_column_nobody_described_stops_everything_before_anything_is_touched(
    connector: SqlConnector, ada: Person, database: sa.Engine
) -> None:
    run(database, "ALTER TABLE orders ADD COLUMN courier_phone VARCHAR(40)")
    before = everything(database)
    with pytest.raises(Impossible, match=r"orders\.courier_phone") as refused:
        erase(connector, ada)
    assert refused.value.code == "not_annotated"
    assert everything(database) == before


def test_a_table_nobody_described_that_refers_to_customers_stops_everything(
    connector: SqlConnector, ada: Person, database: sa.Engine
) -> None:
    run(
        database, "CREATE TABLE wishes (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id))"
    )
    with pytest.raises(Impossible, match=r"wishes\.customer_id"):
        connector.find(ada, NOW)


def test_a_table_nobody_described_that_holds_her_address_stops_everything(
    connector: SqlConnector, ada: Person, database: sa.Engine
) -> None:
    run(database, "CREATE TABLE mailing (id INTEGER PRIMARY KEY, line TEXT)")
    connector.find(ada, NOW)
    run(database, "INSERT INTO mailing VALUES (1, 'to: ada@example.test')")
    with pytest.raises(Impossible, match="mailing"):
        erase(connector, ada)
    assert len(rows(database, "SELECT * FROM customers")) == 2


def test_a_described_column_that_is_not_there_stops_everything(ada: Person, database: sa.Engine) -> None:
    def more(table: dict[str, Any]) -> None:
        table["columns"]["nickname"] = {"category": "name", "title": {}}

    with pytest.raises(Impossible, match=r"customers\.nickname"):
        SqlConnector(system("shop", "sql", changed(customers=more))).find(ada, NOW)


def test_an_erasure_the_database_refuses_half_way_leaves_everything_as_it_was(
    ada: Person, database: sa.Engine
) -> None:
    def forget_to_unlink(table: dict[str, Any]) -> None:
        table["keep"]["unlink"] = ["customer_id"]
        table["references"] = {"order_id": "orders.id"}

    before = everything(database)
    with pytest.raises(Impossible) as refused:
        erase(SqlConnector(system("shop", "sql", changed(invoices=forget_to_unlink))), ada)
    assert refused.value.code == "database_refused"
    assert everything(database) == before


def test_a_kept_invoice_that_would_go_along_with_its_order_stops_everything(
    ada: Person, database: sa.Engine
) -> None:
    def forget_to_unlink(table: dict[str, Any]) -> None:
        table["keep"]["unlink"] = ["customer_id"]
        table["references"] = {"order_id": "orders.id"}

    run(database, "DROP TABLE invoices")
    run(
        database,
        "CREATE TABLE invoices (id INTEGER PRIMARY KEY, number VARCHAR(16) NOT NULL, customer_id INTEGER,"
        " order_id INTEGER REFERENCES orders(id) ON DELETE CASCADE, issued_on DATE NOT NULL, name TEXT NOT NULL)",
    )
    run(database, "INSERT INTO invoices VALUES (1, 'I-1', 17, 5, '2026-11-01', 'Ada Larkin')")
    before = everything(database)
    with pytest.raises(Impossible) as refused:
        erase(SqlConnector(system("shop", "sql", changed(invoices=forget_to_unlink))), ada)
    assert refused.value.code == "would_delete_too_much"
    assert everything(database) == before


def test_an_address_a_kept_row_refers_to_stays(ada: Person, database: sa.Engine) -> None:
    def keep_orders(table: dict[str, Any]) -> None:
        table["on_erasure"] = "blank"

    run(database, "UPDATE customers SET address_id = 2 WHERE id = 17")
    run(database, "UPDATE orders SET customer_id = 17 WHERE id = 6")
    connector = SqlConnector(system("shop", "sql", changed(orders=keep_orders)))
    plan = {table.table: table for table in connector.find(ada, NOW).tables}
    assert plan["addresses"].others == 2


def test_the_export_holds_her_rows_and_nothing_of_anybody_elses(connector: SqlConnector, ada: Person) -> None:
    sheets = {sheet.name: sheet for sheet in connector.export(ada).sheets}
    assert sheets["customers"].rows == (("C-1001", "Ada Larkin", "ada@example.test", "555-0101"),)
    assert len(sheets["orders"].rows) == 2
    assert {row[0] for row in sheets["addresses"].rows} == {"1 Donner Pass Road", "9 Quiet Lane"}
    assert sheets["orders"].withheld == {"gift_note": "names_others"}
    assert sheets["support_notes"].withheld == {"author": "someone_elses", "text": "names_others"}
    said = repr(sheets)
    assert not any(name in said for name in ("Ben", "Cleo", "Dev Hill", "Otto", "C-10011"))


def test_correcting_changes_her_row_alone_and_only_where_it_may_be_corrected(
    connector: SqlConnector, ada: Person, database: sa.Engine
) -> None:
    done = connector.rectify(ada, "name", "Ada Byron", "key-1")
    assert done.evidence == {"rows": 1}
    assert rows(database, "SELECT name FROM customers ORDER BY id") == [("Ada Byron",), ("Ben Moss",)]
    assert rows(database, "SELECT name FROM invoices WHERE id = 1") == [("Ada Larkin",)]
    assert connector.rectify(ada, "number", "C-1", "key-2").evidence == {"rows": 0}


def test_the_keyed_hash_of_an_erased_person_is_entered_once(
    connector: SqlConnector, database: sa.Engine
) -> None:
    person = Person((Identifier("suppression", "customer:abc"),))
    connector.suppress(person, "key-1")
    connector.suppress(person, "key-1")
    assert rows(database, "SELECT key FROM suppressions") == [("customer:abc",)]


def test_a_database_that_does_not_answer_is_tried_again(ada: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_SHOP_URL", "sqlite:////nowhere/at/all.sqlite3")
    with pytest.raises(NotNow):
        SqlConnector(system("shop", "sql", shop.FILE)).find(ada, NOW)


@pytest.mark.parametrize(
    "broken",
    [
        {"subject_key": "customers"},
        {"tables": {}},
        {"tables": {"customers": {"path": "customers.number"}}},
        {"tables": {"customers": {"key": "id", "on_erasure": "keep", "path": "customers.number"}}},
        {"tables": {**shop.FILE["tables"], "lost": {"key": "id"}}},
        {"tables": {**shop.FILE["tables"], "lost": {"key": "id", "path": "no arrow -> here"}}},
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_place(broken: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured) as refused:
        SqlConnector(system("shop", "sql", {**shop.FILE, **broken}))
    assert refused.value.code == "annotation_wrong"


def test_a_path_that_leads_nowhere_is_refused(ada: Person, database: sa.Engine) -> None:
    def lost(table: dict[str, Any]) -> None:
        table["path"] = "order_lines.order_id -> order_lines.id"

    file = changed(order_lines=lost)
    file["tables"]["order_lines"]["references"] = {"order_id": "orders.id"}
    with pytest.raises(Misconfigured, match="leads nowhere"):
        SqlConnector(system("shop", "sql", file)).find(ada, NOW)


def test_a_short_number_is_not_struck_out_of_what_somebody_else_wrote(database: sa.Engine) -> None:
    run(database, "UPDATE customers SET number = '2024' WHERE id = 17")
    run(database, "UPDATE support_notes SET text = 'Bought 2024, pays 2024 cents' WHERE id = 2")
    run(database, "CREATE TABLE newsletter_issues (id INTEGER PRIMARY KEY, title VARCHAR(40))")
    run(database, "INSERT INTO newsletter_issues VALUES (1, 'Spring 2024')")
    connector = SqlConnector(system("shop", "sql", shop.FILE))
    person = after_planning(connector, Person((Identifier("customer", "2024"),)))
    erase(connector, person)
    assert rows(database, "SELECT text FROM support_notes") == [("Bought 2024, pays 2024 cents",)]
    assert connector.verify(person).found == 0
