"""When Sayso is down, slow or talking nonsense, the shop goes plain, not down."""

import sqlite3
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests import linen
from tests.demo import programs, stub
from tests.demo.test_shop import buy

CSV = """number,name,email,phone,line1,city,postcode,region,country
C-1001,Ada Moreau,ada@example.test,,14 Donner Pass Road,Truckee,96161,CA,US
C-9001,Test Customer 91,customer91@example.test,,3 Quay Street,Galway,H91 AX99,,IE
C-9002,Test Customer 92,customer92@example.test,,3 Quay Street,Galway,H91 AX99,,IE
"""


@pytest.fixture(params=["broken", "slow"])
def _ailing(request: pytest.FixtureRequest, sayso: stub.Sayso, device: str) -> None:
    sayso.given(device, linen.PURCHASES)
    if request.param == "broken":
        sayso.broken = True
    else:
        sayso.slow = 3.0


@pytest.mark.usefixtures("_ailing")
def test_the_first_page_shows_the_favourites_and_comes_in_time(visitor: httpx.Client) -> None:
    began = time.monotonic()
    answer = visitor.get("/")
    assert answer.status_code == 200
    assert "Favourites of the house" in answer.text
    assert time.monotonic() - began < 5


@pytest.mark.usefixtures("_ailing")
def test_an_order_is_taken_all_the_same(visitor: httpx.Client) -> None:
    answer = buy(visitor, "p-001")
    assert answer.status_code == 200
    assert "Order L-" in answer.text


def test_nobody_is_written_to(visitor: httpx.Client, sayso: stub.Sayso) -> None:
    sayso.letters_to = {"C-1001", "C-1002"}
    sayso.broken = True
    text = visitor.get("/staff/letters").text
    assert "0 of " in text
    assert "unavailable" in text


def test_an_import_leaves_out_whoever_was_erased(
    home: Path, sayso: stub.Sayso, shop: str, told: dict[str, str]
) -> None:
    file = home / "again.csv"
    file.write_text(CSV)
    sayso.suppressed = {"customer91@example.test"}
    done = programs.run(home, "sayso_demo.shop", "import-customers", str(file), **told)
    assert "imported: 1, already here: 1, refused because erased: 1" in done.stdout


def test_an_import_leaves_empty_what_is_collected_no_more(
    home: Path, sayso: stub.Sayso, shop: str, told: dict[str, str]
) -> None:
    head = CSV.splitlines()[0].replace("phone", "phone,fax")
    row = "C-950{0},Test Customer 9{0},fax9{0}@example.test,555,777,3 Quay Street,Galway,H91 AX99,,IE"
    file = home / "faxes.csv"
    for number, sayso.given_up in ((5, set[str]()), (6, {"fax"})):
        file.write_text(f"{head}\n{row.format(number)}\n")
        assert programs.run(home, "sayso_demo.shop", "import-customers", str(file), **told).returncode == 0
    with closing(sqlite3.connect(home / "shop.sqlite3")) as database:
        query = "SELECT phone, fax FROM customers WHERE number LIKE 'C-950%' ORDER BY number"
        assert database.execute(query).fetchall() == [("555", "777"), ("555", "")]


def test_an_import_that_cannot_ask_imports_nobody(
    home: Path, sayso: stub.Sayso, shop: str, told: dict[str, str]
) -> None:
    file = home / "unasked.csv"
    file.write_text(CSV.replace("C-900", "C-800"))
    sayso.broken = True
    done = programs.run(home, "sayso_demo.shop", "import-customers", str(file), **told)
    assert done.returncode == 1
    assert "nothing was imported" in done.stderr
    sayso.broken = False
    again = programs.run(home, "sayso_demo.shop", "import-customers", str(file), **told)
    assert "imported: 2" in again.stdout


def test_a_faulty_line_is_named_and_imports_nobody(home: Path, shop: str, told: dict[str, str]) -> None:
    file = home / "faulty.csv"
    file.write_text(CSV.replace("C-900", "C-700").replace("customer92@example.test", "nonsense"))
    done = programs.run(home, "sayso_demo.shop", "import-customers", str(file), **told)
    assert done.returncode == 1
    assert "Line 4: look at email" in done.stderr
