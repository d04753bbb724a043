"""`sayso import answers`: an older system's file is taken whole, once, and proves what it says or permits nothing."""

import csv
import importlib
import io
import json
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from sayso.cli.main import main as program
from sayso.cli.older import command, telling
from sayso.consent import importing as consenting
from sayso.consent import models as consent
from sayso.consent import queries, services
from sayso.core.older_answer import read_provenance
from sayso.core.vocabulary import ConsentStatus
from sayso.identity import importing
from sayso.identity import models as identity
from sayso.identity import queries as people
from sayso.identity import services as accounts
from sayso.notices import queries as published
from sayso.notices import services as notices
from tests import linen
from tests.linen import LEARN, NEWSLETTER

pytestmark = pytest.mark.django_db(transaction=True)
BRAND = "linen-and-loom"
NOW = datetime.now(UTC)
COLUMNS = ("email", "customer", "purpose", "answer", "answered_at", "text", "source", "receipt")
YES = ("ada@example.test", "C-1001", "news", "yes", "2026-03-01T09:30:00Z", "v3", "checkout", "r-1")
NO = ("", "C-1001", "advice", "no", "", "", "", "")
BARE = ("", "C-1002", "news", "yes", "2026-03-01T09:30:00Z", "", "", "")
MAPPING = f"""
system: crm
purposes:
  news: {NEWSLETTER}
  advice: {LEARN}
texts:
  v3: Send me news once a month.
"""
Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def brand(now: datetime) -> None:
    notices.publish_notice(linen.document(), "Otto", now)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    (tmp_path / "crm.yaml").write_text(MAPPING)

    def make(*rows: tuple[str, ...], name: str = "crm.csv", columns: tuple[str, ...] = COLUMNS) -> Path:
        path = tmp_path / name
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([columns, *rows])
        return path

    return make


def imports(path: Path, *words: str) -> Result:
    mapping = ["--mapping", str(path.parent / "crm.yaml")] if "--mapping" not in words else []
    return CliRunner().invoke(program, ["import", "answers", str(path), *mapping, *words])


def stands(customer: str, choice: str) -> ConsentStatus:
    subject = people.account_by("customer", customer)
    assert subject
    return queries.answered(subject, BRAND, NOW).statuses[choice]


def rejected(path: Path) -> list[dict[str, str]]:
    with path.with_name(path.name + ".rejects.csv").open() as file:
        return list(csv.DictReader(file))


def everything() -> list[Any]:
    return [
        list(table.objects.order_by("pk").values())
        for table in (consent.Event, consent.Standing, identity.Subject, identity.Identifier)
    ]


def test_a_yes_is_taken_with_its_evidence_and_a_no_without(write: Write) -> None:
    done = imports(write(YES, NO, BARE))
    assert done.exit_code == 0, done.output
    assert stands("C-1001", NEWSLETTER) is ConsentStatus.GIVEN
    assert stands("C-1001", LEARN) is ConsentStatus.REFUSED
    assert stands("C-1002", NEWSLETTER) is ConsentStatus.UNKNOWN
    for told in (
        "3  answers recorded",
        "1  choices permitted",
        "1  choices refused",
        "1  choices without evidence",
    ):
        assert told in done.output
    subject = people.account_by("email", "ada@example.test")
    assert subject == people.account_by("customer", "C-1001")
    event = next(each for each in queries.history_of([subject], BRAND) if NEWSLETTER in each.answers)  # type: ignore[list-item]
    kept = read_provenance(event.evidence["imported"])
    assert (kept.system, kept.text, kept.source, kept.receipt) == (
        "crm", "Send me news once a month.", "checkout", "r-1",
    )  # fmt: skip
    assert (event.evidence["voucher"], event.evidence["text_hash"][:7]) == ("import", "sha256:")
    unknown = next(each for each in consent.Event.objects.all() if "unknown" in each.answers)
    assert json.loads(unknown.outcome) == {NEWSLETTER: "unknown"}


def test_her_receipt_and_her_address_are_as_sealed_as_any(write: Write) -> None:
    imports(write(YES))
    subject = people.account_by("customer", "C-1001")
    assert subject
    event = queries.history_of([subject], BRAND)[0]
    assert queries.receipt_of([subject], event.event)
    assert {row.vouched_by for row in identity.Identifier.objects.all()} == {"import"}
    stored = str(everything())
    assert "ada@example.test" not in stored
    assert "checkout" not in stored


def test_the_same_file_twice_changes_nothing(write: Write) -> None:
    path = write(YES, NO, BARE, YES)
    imports(path)
    before = everything()
    again = imports(path)
    assert again.exit_code == 0
    assert "3  answers that were there already" in again.output
    assert everything() == before


def test_importing_again_undoes_nothing_she_said_since(write: Write) -> None:
    path = write(YES, NO)
    imports(path)
    subject = people.account_by("customer", "C-1001")
    assert subject
    rev = queries.answered(subject, BRAND, NOW).rev
    said = {LEARN: ConsentStatus.GIVEN, NEWSLETTER: ConsentStatus.REFUSED}
    voucher = linen.Voucher.ACCOUNT
    answer = services.centre_answer(BRAND, said, rev, "choose", voucher, "en")
    services.record_for(subject, BRAND, answer, NOW)
    imports(path)
    imports(write(YES, NO, BARE, name="longer.csv"))
    assert stands("C-1001", LEARN) is ConsentStatus.GIVEN
    assert stands("C-1001", NEWSLETTER) is ConsentStatus.WITHDRAWN


def test_one_bad_row_stops_a_file_that_is_taken_whole(write: Write) -> None:
    path = write(YES, ("", "", *NO[2:]), ("", "C-1", "survey", *NO[3:]))
    done = imports(path)
    assert done.exit_code == 1
    assert "nothing was imported" in done.output
    assert everything() == [[], [], [], []]
    assert [(row["line"], row["code"]) for row in rejected(path)] == [
        ("3", "nobody_named"),
        ("4", "unknown_purpose"),
    ]
    assert all(row["reason"] and row["remedy"] for row in rejected(path))


def test_per_line_takes_what_can_be_taken_and_lists_the_rest(write: Write) -> None:
    path = write(YES, ("", "", *NO[2:]), BARE)
    done = imports(path, "--per-line")
    assert done.exit_code == 1
    assert "2  answers recorded" in done.output
    assert [row["line"] for row in rejected(path)] == ["3"]


def test_a_dry_run_says_what_would_be_and_changes_nothing(write: Write) -> None:
    done = imports(write(YES, NO, BARE), "--dry-run")
    assert done.exit_code == 0
    assert "3 rows can be" in done.output
    assert "1  rows lack source\n           1  rows lack text" in done.output
    assert everything() == [[], [], [], []]
    assert not consent.ImportRun.objects.exists()
    assert imports(write(("", "", *NO[2:])), "--dry-run").exit_code == 1


def test_who_was_erased_is_not_imported_again(write: Write) -> None:
    imports(write(YES))
    subject = people.account_by("customer", "C-1001")
    assert subject
    accounts.suppress(subject, NOW)
    services.forget_subjects([subject], NOW)
    accounts.forget([subject])
    path = write(YES, BARE, name="again.csv")
    done = imports(path)
    assert done.exit_code == 0
    assert people.account_by("customer", "C-1001") is None
    assert [(row["line"], row["code"]) for row in rejected(path)] == [("2", "erased")]


def test_a_row_that_is_left_out_is_on_disk_before_the_next_is_looked_at(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    imports(write(YES))
    subject = people.account_by("customer", "C-1001")
    assert subject
    accounts.suppress(subject, NOW)
    services.forget_subjects([subject], NOW)
    accounts.forget([subject])
    path, listed = write(YES, BARE, name="again.csv"), dict[int, list[str]]()

    def look(bar: telling.Bar, line: int) -> None:
        if path.with_name(path.name + ".rejects.csv").exists():
            listed[line] = [row["line"] for row in rejected(path)]

    monkeypatch.setattr(telling.Bar, "at", look)
    monkeypatch.setattr(command, "BATCH", 1)
    assert imports(path, "--per-line").exit_code == 0
    assert listed == {2: ["2"], 3: ["2"]}


def test_another_mapping_of_the_same_row_is_told_and_changes_nothing(write: Write) -> None:
    path = write(BARE)
    imports(path)
    (path.parent / "crm.yaml").write_text(MAPPING + "declared: {text: v3, source: web form}\n")
    done = imports(path)
    assert stands("C-1002", NEWSLETTER) is ConsentStatus.UNKNOWN
    assert [row["code"] for row in rejected(path)] == ["imported_otherwise"]
    assert done.exit_code == 0
    (path.parent / "crm.yaml").write_text(
        MAPPING.replace("system: crm", "system: crm-again") + "declared: {text: v3, source: web form}\n"
    )
    imports(path)
    assert stands("C-1002", NEWSLETTER) is ConsentStatus.GIVEN


def test_an_address_of_another_account_stays_there_and_its_no_counts_for_both(write: Write) -> None:
    imports(write(("ada@example.test", "", "news", *YES[3:])))
    both = ("ada@example.test", "C-1001", "news", "no", "2026-04-01T00:00:00Z", "", "", "r-2")
    yes = ("ada@example.test", "C-1001", "advice", *YES[3:])
    imports(write(both, yes, name="both.csv"))
    address = people.account_by("email", "ada@example.test")
    assert address != people.account_by("customer", "C-1001")
    assert queries.answered(address, BRAND, NOW).statuses[NEWSLETTER] is ConsentStatus.WITHDRAWN
    assert queries.answered(address, BRAND, NOW).statuses[LEARN] is ConsentStatus.UNKNOWN
    assert stands("C-1001", NEWSLETTER) is ConsentStatus.REFUSED
    assert stands("C-1001", LEARN) is ConsentStatus.GIVEN


def test_a_browser_is_found_by_its_secret_and_by_nothing_else(write: Write) -> None:
    browser = secrets.token_urlsafe(32)
    columns = ("device", "customer", *COLUMNS[2:])
    path = write((browser, "", *YES[2:]), (browser, "C-1001", *NO[2:]), columns=columns)
    assert imports(path).exit_code == 0, path
    subject = people.device_subject(browser)
    found = queries.answered(subject, BRAND, NOW).statuses
    assert (found[NEWSLETTER], found[LEARN]) == (ConsentStatus.GIVEN, ConsentStatus.REFUSED)
    assert stands("C-1001", NEWSLETTER) is ConsentStatus.UNKNOWN


def test_lines_of_json_are_read_and_broken_ones_named(write: Write) -> None:
    path = write().with_name("crm.jsonl")
    good = json.dumps(dict(zip(COLUMNS, YES, strict=True)))
    path.write_bytes(
        b"\xef\xbb\xbf" + "\n".join([good, "", "{", "[]", '{"a": "\\ud800"}', "x" * 1_000_002, good]).encode()
    )
    done = imports(path, "--per-line")
    assert "1  answers recorded" in done.output, done.output
    assert [row["line"] for row in rejected(path)] == ["3", "4", "5", "6"]


def test_a_column_of_parquet_is_read_as_what_it_is(write: Write) -> None:
    arrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    path = write().with_name("crm.parquet")
    fields = dict(zip(COLUMNS, YES, strict=True)) | {"answered_at": datetime(2026, 3, 1, 9, 30, tzinfo=UTC)}
    parquet.write_table(arrow.Table.from_pylist([fields, fields | {"customer": ""} | {"email": ""}]), path)
    done = imports(path, "--per-line")
    assert "1  answers recorded" in done.output, done.output
    assert [row["line"] for row in rejected(path)] == ["2"]
    assert stands("C-1001", NEWSLETTER) is ConsentStatus.GIVEN


def test_parquet_without_its_extra_says_what_to_install(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    path = write().with_name("crm.parquet")
    path.write_bytes(b"PAR1")
    done = imports(path)
    assert done.exit_code == 2
    assert "sayso[parquet]" in done.output


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("crm.csv", b"email,answer\n\xff,yes\n", "UTF-8"),
        ("crm.csv", b"", "column names"),
        ("crm.csv", b"email,email\na,b\n", "column names"),
        ("crm.csv", b'email,answer\n"a,b\n', "is no CSV"),
        ("crm.csv", b"email,answer\n" + b"x," * 500_001, "a line is too long"),
        ("crm.parquet", b"PAR1 and nothing", "no Parquet"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(
    write: Write, name: str, content: bytes, code: str
) -> None:
    path = write().with_name(name)
    path.write_bytes(content)
    done = imports(path)
    assert done.exit_code == 2, done.output
    assert code in done.output
    assert everything() == [[], [], [], []]


def test_a_file_of_parquet_that_is_torn_is_refused_whole(write: Write) -> None:
    arrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    path = write().with_name("crm.parquet")
    parquet.write_table(arrow.Table.from_pylist([dict(zip(COLUMNS, YES, strict=True))]), path)
    raw = path.read_bytes()
    path.write_bytes(raw[:4] + b"\xff" * 40 + raw[44:])  # its end still names the columns
    done = imports(path)
    assert done.exit_code == 2, done.output
    assert "no Parquet" in done.output
    assert everything() == [[], [], [], []]


def test_semicolons_and_uneven_rows(write: Write) -> None:
    path = write()
    path.write_text("customer;purpose;answer\nC-1001;advice;no\n\nC-1001;advice;no;more\n")
    done = imports(path, "--per-line")
    assert "1  answers recorded" in done.output
    assert [(row["line"], row["code"]) for row in rejected(path)] == [("4", "bad_fields")]


def test_without_a_mapping_purposes_are_our_own_choices(write: Write) -> None:
    path = write(("", "C-1001", LEARN, *YES[3:]))
    done = CliRunner().invoke(program, ["import", "answers", str(path)])
    assert done.exit_code == 0, done.output
    assert stands("C-1001", LEARN) is ConsentStatus.GIVEN


def test_an_export_with_purposes_of_its_own_is_not_guessed_at() -> None:
    path = Path(__file__).parent.parent / "data" / "older" / "c15t.jsonl"
    done = CliRunner().invoke(program, ["import", "answers", str(path)])
    assert done.exit_code == 2
    assert "Say with --mapping" in done.output
    assert everything() == [[], [], [], []]


def test_it_must_be_clear_whose_customers_they_are(write: Write, now: datetime) -> None:
    path = write(YES)
    assert "Run `sayso apply` first" in imports(path, "--brand", "nobody").output
    other = linen.document()
    other["brand"] = "other-brand"
    notices.publish_notice(other, "Otto", now)
    assert "add --brand with one of: linen-and-loom, other-brand" in imports(path).output
    assert imports(path, "--brand", BRAND).exit_code == 0


def test_the_same_file_is_an_answer_to_each_brand_it_is_taken_over_for(write: Write, now: datetime) -> None:
    other = linen.document()
    other["brand"] = "other-brand"
    notices.publish_notice(other, "Otto", now)
    path = write(YES, NO)
    for brand in (BRAND, "other-brand"):
        done = imports(path, "--brand", brand)
        assert "2  answers recorded" in done.output
        subject = people.account_by("customer", "C-1001")
        assert queries.answered(subject, brand, NOW).statuses[LEARN] is ConsentStatus.REFUSED  # type: ignore[arg-type]


def test_who_has_no_number_is_not_everybody_who_has_none(write: Write) -> None:
    ada, ben = (
        (f"{name}@example.test", "NULL", "news", said, *YES[4:])
        for name, said in (("ada", "no"), ("ben", "yes"))
    )
    assert imports(write(ada, ben)).exit_code == 0
    said = {
        name: queries.answered(people.account_by("email", f"{name}@example.test"), BRAND, NOW).statuses
        for name in ("ada", "ben")
    }
    assert said["ada"][NEWSLETTER] is ConsentStatus.REFUSED
    assert said["ben"][NEWSLETTER] is ConsentStatus.GIVEN


def test_the_notice_may_be_an_earlier_one(write: Write, now: datetime) -> None:
    first = published.current(BRAND).notice.version
    notices.publish_notice(linen.second(), "Otto", now + timedelta(days=1))
    path = write(YES)
    (path.parent / "crm.yaml").write_text(MAPPING + f"notice: {first}\n")
    assert f"under notice {first}" in imports(path).output
    assert consent.Event.objects.get().version == first


def test_what_c15t_exported_is_recognised(write: Write) -> None:
    path = write().with_name("consents.jsonl")
    path.write_text((Path(__file__).parent.parent / "data" / "older" / "c15t.jsonl").read_text())
    mapping = path.with_name("c15t.yaml")
    mapping.write_text(f"system: c15t\npurposes: {{pur_news: {NEWSLETTER}, pur_learn: {LEARN}}}\n")
    done = imports(path, "--per-line", "--mapping", str(mapping))
    assert "from c15t" in done.output
    assert stands("C-1001", NEWSLETTER) is ConsentStatus.GIVEN
    assert stands("C-1001", LEARN) is ConsentStatus.REFUSED
    assert stands("C-1003", NEWSLETTER) is ConsentStatus.UNKNOWN
    assert [row["code"] for row in rejected(path)] == ["nobody_named"]


def test_where_c15t_kept_no_place_a_word_for_nothing_is_none(write: Write) -> None:
    mapping = write().with_name("c15t.yaml")
    mapping.write_text(f"system: c15t\npurposes: {{pur_news: {NEWSLETTER}}}\n")
    columns = (
        "subjectId",
        "externalId",
        "givenAt",
        "purposeIds",
        "policyId",
        "consentAction",
        "uiSource",
        "domain",
    )
    row = ("sub_1", "C-1001", "2026-03-01T09:30:00Z", '["pur_news"]', "pol_1", "custom")
    path = write((*row, "NULL", "NULL"), columns=columns)
    assert "rows lack source" in imports(path, "--mapping", str(mapping), "--dry-run").output
    imports(path, "--mapping", str(mapping))
    assert stands("C-1001", NEWSLETTER) is ConsentStatus.UNKNOWN


def test_what_fides_exported_is_recognised(write: Write) -> None:
    path = write().with_name("report.csv")
    path.write_text((Path(__file__).parent.parent / "data" / "older" / "fides.csv").read_text())
    mapping = path.with_name("fides.yaml")
    mapping.write_text(f"system: fides\npurposes: {{Newsletter: {NEWSLETTER}, Analytics: {LEARN}}}\n")
    done = imports(path, "--per-line", "--mapping", str(mapping))
    assert "from fides" in done.output
    subject = people.account_by("email", "ada@example.test")
    assert queries.answered(subject, BRAND, NOW).statuses[NEWSLETTER] is ConsentStatus.GIVEN
    assert queries.answered(subject, BRAND, NOW).statuses[LEARN] is ConsentStatus.REFUSED
    assert stands("C-1003", NEWSLETTER) is ConsentStatus.UNKNOWN
    assert [row["code"] for row in rejected(path)] == ["unknown_answer", "nobody_named"]


def test_a_list_of_rejects_writes_over_nothing_else(write: Write) -> None:
    path = write(("", "", *NO[2:]))
    before = path.read_bytes()
    done = imports(path, "--rejects", str(path))
    assert done.exit_code == 2
    assert "something else" in done.output
    assert path.read_bytes() == before


def test_progress_is_one_line_and_says_how_long_still() -> None:
    assert (
        telling.told("importing", 500, 1000, 500, 5.0) == "importing 500 of 1,000 lines  100 rows/s  5 s left"
    )
    assert telling.told("importing", 0, 1000, 0, 0.0) == "importing 0 of 1,000 lines  0 rows/s"
    assert "16 min 40 s left" in telling.told("importing", 0, 1_000_000, 1000, 1.0)


def test_somebody_who_is_erased_meanwhile_is_not_made_anew(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    hers, looks = ("customer", importing.keys.lookup("customer", "C-1001")), list[int]()

    def look(_names: set[tuple[str, str]]) -> set[tuple[str, str]]:
        looks.append(len(looks))
        return {hers} if len(looks) > 1 else set()

    monkeypatch.setattr(importing, "_erased", look)
    path = write(YES)
    assert imports(path).exit_code == 0
    assert people.account_by("customer", "C-1001") is None
    assert [row["code"] for row in rejected(path)] == ["erased"]


def test_somebody_who_signs_in_meanwhile_is_found_and_not_made_twice(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = importing._accounts
    arrived: list[str] = []

    def look(names: set[tuple[str, str]]) -> dict[tuple[str, str], str]:
        found = looked(names)
        if not arrived:
            arrived.append("C-1001")
            identity.Identifier.objects.create(
                subject=identity.Subject.objects.create(id="hers", kind="account", created_at=NOW),
                kind="customer",
                lookup=importing.keys.lookup("customer", "C-1001"),
                sealed=b"",
                vouched_by="server_key",
                added_at=NOW,
            )
        return found

    monkeypatch.setattr(importing, "_accounts", look)
    assert imports(write(YES)).exit_code == 0
    assert identity.Identifier.objects.filter(kind="customer").count() == 1


def test_an_earlier_run_that_was_broken_off_is_told(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(YES, NO, BARE)
    monkeypatch.setattr(command, "BATCH", 1)
    monkeypatch.setattr(command, "PAUSE", 0.0)
    take_over = consenting.take_over

    def broken_off(rows: Any, published: Any, run: str, line: int, now: datetime) -> Any:
        if line == 3:
            raise KeyboardInterrupt
        return take_over(rows, published, run, line, now)

    monkeypatch.setattr(consenting, "take_over", broken_off)
    done = imports(path)
    assert (done.exit_code, "--resume goes on there" in done.output) == (130, True)
    monkeypatch.setattr(consenting, "take_over", take_over)
    assert "goes on after line 2" in imports(path, "--resume").output
    consent.ImportRun.objects.update(line=2)
    assert "an earlier run came to line 2" in imports(path).output
    assert consent.Event.objects.count() == 3


class Terminal(io.StringIO):
    """Somebody who watches."""

    def isatty(self) -> bool:
        return True


def test_progress_is_shown_to_who_watches_and_to_nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "_EVERY", 0.0)
    watched, piped = Terminal(), io.StringIO()
    for to in (watched, piped):
        bar = telling.Bar("importing", 1000, 0, to)
        bar.at(500)
        bar.at(1000)
        bar.close()
    assert "importing 500 of 1,000 lines" in watched.getvalue()
    assert watched.getvalue().endswith("\r"), "the line is left empty"
    assert piped.getvalue() == ""
