"""A row of an older system is read as the brand declared it, or refused with a reason that names no person."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sayso.core.consent import Published
from sayso.core.errors import Invalid
from sayso.core.older_mapping import OlderSystem, read_mapping
from sayso.core.older_row import BadRow, OlderRow, declared_columns, read_row, renamed, value_at
from sayso.core.vocabulary import ConsentStatus
from tests import linen
from tests.linen import LEARN, MONDAY, NEWSLETTER, PURCHASES

GIVEN, REFUSED, UNKNOWN = ConsentStatus.GIVEN, ConsentStatus.REFUSED, ConsentStatus.UNKNOWN
PUBLISHED = linen.publish(linen.document())
MAPPING: dict[str, Any] = {
    "system": "crm",
    "purposes": {"news": NEWSLETTER, "advice": [LEARN, PURCHASES], "survey": []},
    "texts": {"v3": "Send me news."},
}
ROW = {
    "email": "ada@example.test",
    "purpose": "news",
    "answer": "yes",
    "answered_at": "2024-03-01T09:30:00+01:00",
    "text": "v3",
    "source": "checkout",
    "receipt": "r-1",
    "locale": "en",
}


def system(**changed: Any) -> OlderSystem:
    return read_mapping({**MAPPING, **changed}, PUBLISHED)


def read(changed: dict[str, Any] | None = None, now: datetime = MONDAY, **declared: Any) -> OlderRow | BadRow:
    return read_row(7, {**ROW, **(changed or {})}, system(**declared), now)


def good(changed: dict[str, Any] | None = None, **declared: Any) -> OlderRow:
    row = read(changed, **declared)
    assert isinstance(row, OlderRow), row
    return row


def test_a_row_with_evidence_is_a_yes() -> None:
    row = good()
    assert (row.line, row.people, row.answers) == (7, {"email": "ada@example.test"}, {NEWSLETTER: GIVEN})
    assert row.source.at == datetime(2024, 3, 1, 8, 30, tzinfo=UTC)
    assert (row.source.text, row.source.source, row.source.receipt) == ("Send me news.", "checkout", "r-1")
    assert row.source.said == {"news": "yes"}


@pytest.mark.parametrize("lacking", ["answered_at", "text", "source"])
def test_a_row_without_evidence_permits_nothing_and_its_no_counts(lacking: str) -> None:
    assert good({lacking: ""}).answers == {NEWSLETTER: UNKNOWN}
    assert good({lacking: None, "answer": "no"}).answers == {NEWSLETTER: REFUSED}


@pytest.mark.parametrize("nothing", ["NULL", "null", r"\N", "None", "nan", " NaN ", "<NA>", float("nan")])
def test_a_word_for_nothing_is_neither_evidence_nor_a_name(nothing: object) -> None:
    for lacking in ("answered_at", "text", "source"):
        assert good({lacking: nothing}).answers == {NEWSLETTER: UNKNOWN}
    assert good({"until": nothing}).answers == {NEWSLETTER: GIVEN}
    assert good({"customer": nothing}).people == {"email": "ada@example.test"}
    bad = read({"customer": nothing, "email": nothing})
    assert isinstance(bad, BadRow)
    assert bad.code == "nobody_named"


def test_what_a_brand_declares_for_every_row_is_evidence_where_a_row_has_none_of_its_own() -> None:
    declared = {"text": "v3", "source": "paper form"}
    row = good({"text": "", "source": ""}, declared=declared)
    assert (row.answers[NEWSLETTER], row.source.source, row.source.text) == (
        GIVEN,
        "paper form",
        "Send me news.",
    )
    assert good({"answered_at": ""}, declared=declared).answers == {NEWSLETTER: UNKNOWN}


def test_a_mapping_changes_nothing_of_which_row_it_is() -> None:
    assert good().source.row == good(texts={"v3": "Other words."}, declared={"source": "web"}).source.row
    assert good().source.row != good({"answer": "no"}).source.row


def test_an_older_purpose_may_be_several_choices_and_two_of_them_one() -> None:
    assert good({"purpose": "advice"}).answers == {LEARN: GIVEN, PURCHASES: GIVEN}
    both = {"news": LEARN, "advice": LEARN}
    for first, second in (("yes", "no"), ("no", "yes")):
        assert good({"said": {"news": first, "advice": second}}, purposes=both).answers == {LEARN: REFUSED}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"email": ""}, "nobody_named"),
        ({"email": "ada"}, "bad_email"),
        ({"email": "@example.test"}, "bad_email"),
        ({"email": "a" * 300 + "@example.test"}, "unreadable"),
        ({"email": ["ada@example.test"]}, "unreadable"),
        ({"customer": "C\x001"}, "unreadable"),
        ({"device": "cookie-1"}, "bad_device"),
        ({"purpose": ""}, "no_purpose"),
        ({"said": {}}, "no_purpose"),
        ({"purpose": "phone"}, "unknown_purpose"),
        ({"answer": "maybe"}, "unknown_answer"),
        ({"answer": None}, "unknown_answer"),
        ({"answered_at": "yesterday"}, "bad_time"),
        ({"answered_at": 10**30}, "bad_time"),
        ({"answered_at": "2024-03-01 09:30"}, "no_time_zone"),
        ({"answered_at": "2036-03-01T09:30:00Z"}, "in_the_future"),
        ({"until": "soon"}, "bad_time"),
        ({"text": "x" * 5000}, "unreadable"),
    ],
)
def test_a_bad_row_says_why_and_what_to_do_and_nothing_of_her(changed: dict[str, Any], code: str) -> None:
    row = read(changed)
    assert isinstance(row, BadRow)
    assert (row.line, row.code, row.fatal) == (7, code, True)
    assert row.remedy.endswith(".")
    assert "ada" not in row.reason + row.remedy
    assert "example.test" not in row.reason + row.remedy


def test_a_purpose_may_be_left_out_on_purpose() -> None:
    row = read({"purpose": "survey"})
    assert isinstance(row, BadRow)
    assert (row.code, row.fatal) == ("left_out", False)


@pytest.mark.parametrize(
    ("written", "zone"),
    [
        ("2024-03-01T09:30:00Z", None),
        ("2024-03-01 10:30", "Europe/Berlin"),
        (1709285400, None),
        ("1709285400", None),
        (1709285400000, None),
        (1709285400.0, None),
        (datetime(2024, 3, 1, 9, 30, tzinfo=UTC), None),
    ],
)
def test_a_time_is_read_however_it_is_written(written: object, zone: str | None) -> None:
    assert good({"answered_at": written}, timezone=zone).source.at == datetime(2024, 3, 1, 9, 30, tzinfo=UTC)


@pytest.mark.parametrize("written", [0, "1970-01-01T00:00:00Z", "1970-01-01 00:00", "0001-01-01T00:00:00Z"])
def test_what_programs_write_for_no_time_is_none(written: object) -> None:
    row = good({"answered_at": written}, timezone="Europe/Berlin")
    assert row.source.at is None
    assert set(row.answers.values()) == {ConsentStatus.UNKNOWN}


def test_a_day_is_read_as_its_beginning() -> None:
    assert good({"answered_at": date(2024, 3, 1)}, timezone="UTC").source.at == datetime(
        2024, 3, 1, tzinfo=UTC
    )


def test_columns_stand_where_the_mapping_says() -> None:
    mapped = system(columns={"email": "who.mail", "answer": "optin"})
    record = {"who": {"mail": "ada@example.test"}, "optin": "yes", "purpose": "news", "email": "other"}
    fields = renamed(record, mapped)
    assert (fields["email"], fields["answer"], fields["purpose"]) == ("ada@example.test", "yes", "news")
    assert declared_columns(record, mapped) == {"email": "ada@example.test", "answer": "yes"}
    assert value_at({"who": "Ada"}, "who.mail") is None
    assert value_at({"who.mail": 1}, "who.mail") == 1


def test_words_are_the_brands_own() -> None:
    mapped = {"given": [True, "Ja", 1], "refused": [False, "Nein", 0]}
    for word, meaning in (("YES", GIVEN), (" ja ", GIVEN), ("1", GIVEN), ("no", REFUSED), ("false", REFUSED)):
        assert good({"answer": word}, answers=mapped).answers == {NEWSLETTER: meaning}
    assert isinstance(read({"answer": "subscribed"}, answers=mapped), BadRow)


@pytest.mark.parametrize(
    "wrong",
    [
        {"system": "CRM 2019"},
        {"system": None},
        {"purposes": {}},
        {"purposes": {"news": "newsletter"}},
        {"purposes": {"news": "newsletter.contact.sell.nobody"}},
        {"purposes": {"orders": linen.ORDERS}},
        {"purposes": {"news": {"yes": LEARN}}},
        {"purposes": {"news": [1]}},
        {"columns": {"mail": "email"}},
        {"columns": ["email"]},
        {"texts": {"v3": 3}},
        {"declared": {"answered_at": "2024-03-01T09:30:00Z"}},
        {"answers": {"maybe": ["x"]}},
        {"answers": {"given": "yes"}},
        {"answers": {"given": ["x"], "refused": ["X"]}},
        {"timezone": "Europe/Nowhere"},
        {"colums": {}},
    ],
)
def test_a_wrong_mapping_is_refused_with_what_is_wrong(wrong: dict[str, Any]) -> None:
    with pytest.raises(Invalid) as refused:
        system(**wrong)
    assert refused.value.code in {"invalid_mapping", "unknown_choice"}


def test_what_needs_a_statement_of_its_own_is_not_part_of_a_wider_yes() -> None:
    source = linen.document()
    linen.purpose(source, "learn")["explicit"] = True
    explicit: Published = linen.publish(source)
    alone = {**MAPPING, "purposes": {"advice": LEARN}}
    assert read_mapping(alone, explicit).purposes == {"advice": (LEARN,)}
    with pytest.raises(Invalid, match="statement of its own"):
        read_mapping({**MAPPING, "purposes": {"advice": [LEARN, PURCHASES]}}, explicit)


def test_yaml_of_numbers_and_dates_is_read_as_texts_or_refused() -> None:
    numbered = {1: NEWSLETTER, "news": LEARN}
    assert set(system(purposes=numbered).purposes) == {"1", "news"}
    assert good({"purpose": "1"}, purposes=numbered).answers == {NEWSLETTER: GIVEN}
    with pytest.raises(Invalid):
        system(texts={"v3": date(2024, 1, 1)})


def test_two_declarations_have_two_names() -> None:
    assert system().hash == system().hash != system(timezone="UTC").hash
    assert system().notice == PUBLISHED.notice.version
    assert isinstance(read(now=MONDAY - timedelta(days=4000)), BadRow)
