"""The shop runs on PostgreSQL as it does on SQLite."""

from collections.abc import Callable
from pathlib import Path

import httpx
import psycopg

from tests.demo import programs, stub
from tests.demo.test_shop import buy


def test_an_order_is_taken_on_postgresql(
    new_postgres_database: Callable[[], str], tmp_path: Path, sayso: stub.Sayso, told: dict[str, str]
) -> None:
    url = new_postgres_database()
    here = {**told, "SHOP_DATABASE_URL": url}
    done = programs.run(tmp_path, "sayso_demo.shop", "prepare", **here)
    assert done.returncode == 0, done.stderr
    with (
        programs.program(tmp_path, programs.free_port(), "sayso_demo.shop", "serve", **here) as address,
        httpx.Client(base_url=address, follow_redirects=True, timeout=20) as visitor,
    ):
        assert "Order L-" in buy(visitor, "p-001", "p-019").text
    with psycopg.connect(url) as database:
        newest = "SELECT customers.number, count(*) FROM order_lines JOIN orders ON orders.id = order_id "
        newest += "JOIN customers ON customers.id = customer_id GROUP BY customers.number, orders.id "
        newest += "ORDER BY orders.id DESC LIMIT 1"
        assert database.execute(newest).fetchall() == [("C-1001", 2)]
    assert [fact["value"]["item"] for fact in sayso.sent("/v1/facts")[0]["facts"]] == ["p-001", "p-019"]
