import copy
import csv
import io
import json
import zipfile
from datetime import datetime, timedelta
from hashlib import sha256

import pytest
import sqlalchemy as sa

from sayso.changes import services as changes
from sayso.connectors.memory import World
from sayso.core.errors import Invalid, NotFound, Unproved
from sayso.core.request import RequestState
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.fulfilment.models import Delivery
from sayso.identity import keys
from sayso.identity import services as identity
from sayso.inventory import services as inventory
from sayso.messages.models import Letter
from sayso.notices import services as notices
from sayso.rights import package, queries, services
from sayso.rights.models import key_of
from tests import linen
from tests.changes.conftest import work as tell
from tests.connectors import shop
from tests.rights.conftest import BRAND, Ada, proof, says
from tests.rights.test_erasure import run, work

pytestmark = pytest.mark.django_db(transaction=True)


def fetched(ada: Ada, now: datetime, locale: str = "en") -> zipfile.ZipFile:
    request = services.ask_access(ada.account, proof(now), now, locale)
    work(now, 2)
    return zipfile.ZipFile(io.BytesIO(services.read_package(request, ada.account, proof(now), now)))


def test_a_package_holds_a_page_the_data_a_csv_for_each_table_receipts_and_their_hashes(
    ada: Ada, now: datetime
) -> None:
    says(ada.account, now, learn=ConsentStatus.GIVEN)
    archive = fetched(ada, now)
    manifest = json.loads(archive.read("manifest.json"))
    names = set(archive.namelist()) - {"manifest.json"}
    assert set(manifest["sha256"]) == names
    assert all(sha256(archive.read(name)).hexdigest() == manifest["sha256"][name] for name in names)
    assert {"index.html", "data.json", "shop/customers.csv", "sayso/answers.csv"} <= names
    assert any(name.startswith("receipts/") and archive.read(name) for name in names)
    data = json.loads(archive.read("data.json"))
    assert data["shop"]["customers"]["rows"][0]["name"] == "Ada Larkin"
    assert data["sayso"]["answers"]["rows"][0]["answer"] == "given"
    assert {row["value"] for row in data["sayso"]["identifiers"]["rows"]} == {"C-1001", "ada@example.test"}


def test_a_package_holds_what_she_was_told_of_changes_and_what_she_said(ada: Ada, now: datetime) -> None:
    says(ada.account, now, learn=ConsentStatus.GIVEN)
    version = notices.publish_notice(linen.second(), "Otto", now)
    tell(now)
    speaker = changes.Speaker(ada.account, Voucher.ACCOUNT, 1)
    changes.answer("linen-and-loom", [speaker], linen.HARBOUR, "keep", "en", now)
    rows = json.loads(fetched(ada, now).read("data.json"))["sayso"]["notice_changes"]["rows"]
    assert [(row["notice"], row["by_letter"], row["said"]) for row in rows] == [
        (version, True, f"{linen.HARBOUR}: keep")
    ]


def test_a_package_holds_nothing_of_anybody_else(ada: Ada, now: datetime) -> None:
    archive = fetched(ada, now)
    everything = b"".join(archive.read(name) for name in archive.namelist()).decode()
    assert "1 Donner Pass Road" in everything
    for other in ("Ben", "Cleo", "Dev Hill", "Otto", "C-10011"):
        assert other not in everything


def test_what_anybody_typed_is_escaped_on_the_page_and_in_every_cell(
    ada: Ada, database: sa.Engine, now: datetime
) -> None:
    run(
        database,
        "UPDATE customers SET name = '<script>alert(1)</script>', phone = '=HYPERLINK(1)' WHERE id = 17",
    )
    archive = fetched(ada, now)
    assert b"<script>" not in archive.read("index.html")
    assert b"&lt;script&gt;" in archive.read("index.html")
    [row] = csv.DictReader(io.StringIO(archive.read("shop/customers.csv").decode("utf-8-sig")))
    assert row["phone"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize("typed", ["=1+1", "+1", "-1", "@A1", "\tx", "\rx"])
def test_no_cell_is_taken_for_a_formula(typed: str) -> None:
    assert package.escaped(typed) == f"'{typed}"


def test_numbers_stay_numbers() -> None:
    assert package.escaped(-3) == "-3"
    assert package.escaped(None) == ""


def test_the_page_speaks_chinese_when_asked(ada: Ada, now: datetime) -> None:
    page = fetched(ada, now, "zh-hant").read("index.html").decode()
    assert "你的資料" in page
    assert 'lang="zh-hant"' in page


def test_a_package_is_asked_for_and_fetched_with_a_fresh_proof_only(ada: Ada, now: datetime) -> None:
    with pytest.raises(Unproved):
        services.ask_access(ada.account, None, now)
    request = services.ask_access(ada.account, proof(now), now)
    work(now, 2)
    with pytest.raises(Unproved):
        services.read_package(request, ada.account, proof(now - timedelta(minutes=11)), now)
    other = identity.link_customer({"customer": "C-10011"}, "", now)
    with pytest.raises(NotFound):
        services.read_package(request, other, proof(now), now)


def test_a_package_is_sealed_and_gone_after_seven_days(ada: Ada, now: datetime) -> None:
    request = services.ask_access(ada.account, proof(now), now)
    work(now, 2)
    assert queries.request_of(request, ada.account).package_ready
    assert Letter.objects.filter(template="access_ready").count() == 1
    assert not Delivery.objects.filter(request=request).exclude(result=None).exists()
    later = now + timedelta(days=7, seconds=1)
    with pytest.raises(NotFound):
        services.read_package(request, ada.account, proof(later), later)
    services.advance_all(later)
    assert not queries.request_of(request, ada.account).package_ready
    assert not keys.has_key(key_of(request))


def test_a_correction_reaches_every_system_that_lets_it_be_made(
    ada: Ada, database: sa.Engine, worlds: dict[str, World], now: datetime
) -> None:
    request = services.ask_rectification(ada.account, "name", " Ada Byron ", now)
    work(now, 2)
    view = queries.request_of(request, ada.account)
    assert (view.state, view.corrected_field) == (RequestState.COMPLETE, "name")
    assert {step.system for step in view.steps} == {"shop", "desk"}
    assert worlds["desk"].rows["C-1001"]["name"] == "Ada Byron"
    with database.begin() as connection:
        assert connection.exec_driver_sql("SELECT name FROM customers WHERE id = 17").scalar() == "Ada Byron"
    assert not keys.has_key(key_of(request))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "C-1"),
        ("email", "somebody.elses@example.test"),
        ("phone", "somebody.elses@example.test"),
        ("name", " "),
        ("name", "a\nb"),
        ("name", "x" * 201),
    ],
)
def test_what_cannot_be_corrected_is_refused(ada: Ada, now: datetime, field: str, value: str) -> None:
    with pytest.raises(Invalid):
        services.ask_rectification(ada.account, field, value, now)


def test_a_person_is_told_what_she_may_correct(ada: Ada) -> None:
    assert queries.correctable_fields(ada.account) == ["name", "phone"]


def test_a_column_by_which_rows_are_found_is_nobodys_to_correct(ada: Ada) -> None:
    found_by_phone = {**copy.deepcopy(shop.FILE), "subject_key": "customers.phone"}
    inventory.register_system(BRAND, found_by_phone)
    assert queries.correctable_fields(ada.account) == ["name"]


def test_open_requests_are_listed_for_the_officer_by_urgency(ada: Ada, now: datetime) -> None:
    second = services.plan_erasure(ada.account, now + timedelta(days=1)).id
    first = services.ask_access(ada.account, proof(now), now)
    assert [view.id for view in queries.open_requests()] == [first, second]
    assert [view.id for view in queries.recent_requests()] == [second, first]
    assert [view.id for view in queries.requests_of(ada.account)] == [second, first]
