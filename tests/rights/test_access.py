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
from sayso.consent import importing
from sayso.consent import services as consent
from sayso.core.errors import Invalid, NotFound, Unproved
from sayso.core.older_answer import Provenance
from sayso.core.older_row import OlderRow
from sayso.core.opt_out import Scope
from sayso.core.request import RequestState
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.fulfilment.models import Delivery
from sayso.identity import keys
from sayso.identity import services as identity
from sayso.identity.proofing.passkey import services as passkeys
from sayso.inventory import services as inventory
from sayso.messages.models import Letter
from sayso.notices import queries as published
from sayso.notices import services as notices
from sayso.rights import queries, services
from sayso.rights.models import key_of
from tests import linen
from tests.changes.conftest import work as tell
from tests.connectors import shop
from tests.rights.conftest import BRAND, Ada, counted, proof, says
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


def test_a_package_holds_her_devices_as_she_calls_them(ada: Ada, now: datetime) -> None:
    identity.name_device(ada.account, ada.device, "The tablet in the kitchen", now)
    data = json.loads(fetched(ada, now).read("data.json"))
    [row] = data["sayso"]["devices"]["rows"]
    assert row["your_name_for_it"] == "The tablet in the kitchen"
    assert row["joined"] == row["since"] == "2026-05-04T09:00:00.000000Z"


def test_a_package_tells_of_opt_outs_and_of_the_signal_seen(ada: Ada, now: datetime) -> None:
    consent.block("email", "ada@example.test", {Scope.MARKETING}, "page", now)
    consent.block("email", "ben@example.test", {Scope.SELL}, "page", now)
    consent.heed_signal([ada.account], BRAND, now)
    data = json.loads(fetched(ada, now).read("data.json"))["sayso"]
    stopped = [(row["identifier"], row["stopped"], row["said_on"]) for row in data["opt_outs"]["rows"]]
    assert stopped == [("email", "marketing", "page")]
    assert [row["answer"] for row in data["answers"]["rows"]] == ["signal"]


def test_a_package_holds_the_names_and_dates_of_her_passkeys_and_how_many_codes_are_left(
    ada: Ada, now: datetime
) -> None:
    person = identity.person_for("ada@example.test", now)
    assert identity.sign_in(person, "ada@example.test", now) == ada.account
    codes = passkeys.add(person, "Ada's phone", {}, now)
    passkeys.use_code(person, codes[0], now)
    data = json.loads(fetched(ada, now).read("data.json"))["sayso"]
    at = "2026-05-04T09:00:00.000000Z"
    assert data["passkeys"]["rows"] == [{"name": "Ada's phone", "added_at": at, "last_used_at": ""}]
    assert data["recovery_codes"]["rows"] == [{"made_at": at, "made": 10, "left": 9, "last_used_at": at}]


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


def test_a_package_holds_what_an_older_system_kept_of_her_answers(ada: Ada, now: datetime) -> None:
    kept = Provenance(
        "crm", {"news": "yes"}, "sha256:row", now - timedelta(days=9), "Send me news.", "checkout", "r-1"
    )
    row = OlderRow(2, {"customer": "C-1001"}, {linen.NEWSLETTER: ConsentStatus.GIVEN}, kept)
    importing.begin("run", BRAND, "crm", now)
    importing.take_over([row], published.current(BRAND), "run", 2, now)
    [row_of] = json.loads(fetched(ada, now).read("data.json"))["sayso"]["answers"]["rows"]
    assert {row_of[name] for name in ("vouched_by", "older_system", "told", "source", "older_receipt")} == {
        "import", "crm", "Send me news.", "checkout", "r-1",
    }  # fmt: skip
    assert (row_of["older_answer"], row_of["answered_at"]) == ("news: yes", "2026-04-25T09:00:00.000000Z")


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


def test_the_officers_queue_goes_by_urgency_and_tells_open_late_and_done_apart(
    ada: Ada, now: datetime
) -> None:
    second = services.plan_erasure(ada.account, now + timedelta(days=1)).id
    first = services.ask_access(ada.account, proof(now), now)
    later = now + timedelta(days=60)

    def listed(which: str, at: datetime = now) -> list[str]:
        return [view.id for view in queries.queue(which, 1, at)]

    assert listed("open") == [first, second]
    assert (listed("late"), listed("done")) == ([], [])
    assert listed("late", later) == [first, second]
    work(now, 2)
    assert (listed("open"), listed("done")) == ([second], [first])
    assert queries.queue_counts(later) == {"open": 1, "late": 1, "done": 1}
    assert [view.id for view in queries.requests_of(ada.account)] == [second, first]


def test_a_long_queue_comes_in_pages(ada: Ada, now: datetime) -> None:
    days = [now + timedelta(days=day) for day in range(5)]
    made = [services.ask_access(ada.account, proof(day), day) for day in days]
    pages = [[view.id for view in queries.queue("open", page, now, size=2)] for page in (1, 2, 3, 4)]
    assert pages == [made[:2], made[2:4], made[4:], []]


def test_the_officer_is_told_which_deadlines_nobody_read() -> None:
    unread = queries.unread_deadlines()
    assert unread
    assert not any(row.verified for row in unread)


def test_a_package_holds_how_often_her_data_was_used_day_by_day(ada: Ada, now: datetime) -> None:
    counted(ada, now)
    data = json.loads(fetched(ada, now).read("data.json"))["sayso-uses"]["uses"]["rows"]
    rows = [(row["day"], row["choice"], row["system"], row["what"], row["times"]) for row in data]
    assert rows == [
        ("2026-05-04", linen.LEARN, "the shop", "used", 14),
        ("2026-05-04", linen.PASS_ON, "the shop", "held back", 3),
    ]
