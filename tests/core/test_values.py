"""Small values: canonical bytes, identifiers, times, durations, choices, errors."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from sayso.core.choice import Choice, read_choice
from sayso.core.duration import Duration, read_duration
from sayso.core.errors import (
    STATUS,
    Conflict,
    Invalid,
    Malformed,
    SaysoError,
    TooLarge,
    Unavailable,
    problem,
    status_of,
)
from sayso.core.merkle import leaf_hash
from sayso.core.values import canonical, content_hash, new_id, read_event_id, read_json, read_utc, utc_text
from sayso.core.vocabulary import Operation

A_UUID = "3f0c7a52-8d41-4c3e-9b6f-0d2e1a7c5b94"


def test_canonical_bytes_do_not_depend_on_the_order_of_keys() -> None:
    assert canonical({"b": 1, "a": "é"}) == '{"a":"é","b":1}'.encode()
    assert content_hash({"b": 1, "a": 2}) == content_hash({"a": 2, "b": 1})


@pytest.mark.parametrize(
    "raw", [b"{", b"\xff", b'{"a": NaN}', b'{"a": 1e999}', b"[-1e999]", b'{"a":1,"a":2}', b"[" * 100_000]
)
def test_json_that_is_not_strict_is_refused(raw: bytes) -> None:
    with pytest.raises(Malformed):
        read_json(raw)


def test_strict_json_is_read() -> None:
    assert read_json(b'{"a": [1, null]}') == {"a": [1, None]}


@pytest.mark.parametrize("text", [None, 7, "", "x", "{" + A_UUID + "}", A_UUID.replace("-", "")])
def test_an_event_needs_a_proper_identifier(text: object) -> None:
    with pytest.raises(Invalid):
        read_event_id(text)


def test_an_event_identifier_has_one_spelling() -> None:
    made = new_id()
    assert read_event_id(made.upper()) == made


def test_moments_are_written_in_utc_and_read_back() -> None:
    taipei = datetime(2026, 5, 4, 17, 0, tzinfo=timezone(timedelta(hours=8)))
    assert utc_text(taipei) == "2026-05-04T09:00:00.000000Z"
    assert read_utc(utc_text(taipei)) == taipei


@pytest.mark.parametrize(
    "source", ["P", "24M", "P1H", "", "P1M ", {}, {"months": "2"}, {"hours": 3}, {"days": -1}, None, 3]
)
def test_what_is_no_duration_is_refused(source: object) -> None:
    with pytest.raises(Invalid):
        read_duration(source)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("P2Y", Duration(24, 0)),
        ("P1Y6M2W3D", Duration(18, 17)),
        ({"years": 6}, Duration(72, 0)),
        ({"days": 30}, Duration(0, 30)),
    ],
)
def test_durations_are_read_as_text_or_table(source: object, expected: Duration) -> None:
    assert read_duration(source) == expected
    assert read_duration(read_duration(source).iso) == expected


def test_a_month_after_the_last_of_january_is_the_last_of_february() -> None:
    start = datetime(2027, 1, 31, tzinfo=UTC)
    assert read_duration("P1M").after(start) == datetime(2027, 2, 28, tzinfo=UTC)
    assert read_duration("P12M1D").after(start) == datetime(2028, 2, 1, tzinfo=UTC)
    assert Duration(1, 2).rough_days == pytest.approx(32.436875)


def test_a_choice_is_written_as_four_names() -> None:
    choice = Choice("learn", "purchases", Operation.SHARE_ADS, "brightside")
    assert read_choice(choice.id) == choice


@pytest.mark.parametrize(
    "text", ["", "a.b.use", "a.b.use.self.more", "a.b.lend.self", "A.b.use.self", "a..use.self"]
)
def test_what_is_no_choice_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_choice(text)


def test_every_error_has_a_status_and_a_remedy() -> None:
    assert status_of(TooLarge("too_large", "x", "y")) == 413
    assert status_of(SaysoError("odd", "x", "y")) == 500
    assert status_of(Unavailable("busy", "x", "y")) == STATUS[Unavailable] == 503
    assert not Unavailable("busy", "x", "y").permanent
    told = problem(Conflict("event_reused", "It was used.", "Use another."))
    assert told["status"] == 409
    assert told["type"] == "urn:sayso:problem:event_reused"
    assert told["remedy"] == "Use another."


def test_a_leaf_is_hashed_with_its_prefix() -> None:
    # RFC 9162, 2.1.1: the hash of the empty leaf.
    assert leaf_hash(b"").hex() == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
