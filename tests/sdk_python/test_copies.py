"""What a copy answers is what the rows say, however they are packed; and a lease is never longer than its poll."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sayso_sdk import SaysoProblem
from sayso_sdk.replica import clock
from sayso_sdk.replica.copies import Copy
from sayso_sdk.replica.events import Event, Events
from sayso_sdk.replica.lease import Lease
from sayso_sdk.replica.patterns import Pattern, pack, unpack
from sayso_sdk.replica.rows import Rows
from sayso_sdk.replica.wire import read_head, read_row

from tests.sdk_python.wire import CHOICES, DIGITS, HEAD, PERMITTING, REASONS, STRANGER, name

CODES = st.text(DIGITS[: len(REASONS)], min_size=len(CHOICES), max_size=len(CHOICES))
NOW = int(clock.now() + clock.ahead())
UNTIL = st.sampled_from([0, 1, NOW - 60, NOW + 3600, (1 << 36) - 1])
ROW = st.tuples(CODES, st.one_of(st.just(""), CODES), UNTIL)
KINDS = ("customer", "email")


def plainly(rows: list[Any], place: int, gpc: bool) -> tuple[bool, str]:
    """Answer by the letter of the wire: the oracle."""
    silent = ("not_answered", "unknown_subject")
    said = []
    for codes, signal, until in rows or [(STRANGER, HEAD["signal_stranger"], 0)]:
        reason = REASONS[DIGITS.index(((signal or codes) if gpc else codes)[place])]
        if until and until <= NOW and reason in ("given", "renewed"):
            reason = "expired"
        said.append((reason in PERMITTING, reason))
    refused = sorted((one for one in said if not one[0]), key=lambda one: one[1] in silent)
    return (refused or said)[0]


@given(
    st.lists(st.one_of(st.none(), ROW), min_size=1, max_size=2),
    st.integers(0, len(CHOICES) - 1),
    st.booleans(),
)
def test_a_copy_answers_by_the_letter_of_the_wire(rows: list[Any], place: int, gpc: bool) -> None:
    head = read_head(HEAD | {"epoch": "e", "version": "v"})
    copy = Copy(head, Rows(head), 10)
    named = {kind: "ada@example.test" for kind, _ in zip(KINDS, rows, strict=False)}
    for (kind, value), held in zip(named.items(), rows, strict=True):
        if held is not None:
            copy.store.put([read_row([name(kind, value), *held, False], copy.store.patterns)])
    listed = copy.asked[tuple(CHOICES[place].split("."))]  # type: ignore[index]
    made = copy.answer(copy.names.of(named), listed, clock.now(), gpc)  # type: ignore[arg-type]
    assert made is not None
    assert (made.permitted, made.reason) == plainly([held for held in rows if held], place, gpc)
    assert made.choice == CHOICES[place]


@given(st.binary(min_size=3, max_size=3), st.binary(min_size=3, max_size=3), st.booleans())
def test_a_pattern_is_read_as_it_was_written(codes: bytes, signal: bytes, minor: bool) -> None:
    pattern = Pattern(codes, signal, minor)
    assert unpack(3)(pack(pattern)) == pattern


def test_a_clock_that_is_set_back_revives_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    head = read_head(HEAD | {"epoch": "e", "version": "v"})
    copy = Copy(head, Rows(head), 10)
    copy.store.put([read_row([name("customer", "C-1"), "0000", "", NOW - 1, False], copy.store.patterns)])
    monkeypatch.setattr(clock, "ahead", lambda: -1e9)
    copy.renew(clock.now() + 60)
    listed = copy.asked[("newsletter", "contact", "use", "self")]
    made = copy.answer(copy.names.of({"customer": "C-1"}), listed, clock.now(), False)
    assert made is not None
    assert made.reason == "expired"


# The lease


def test_a_lease_counts_from_the_sending_of_the_poll() -> None:
    lease = Lease(5)
    lease.answered(sent=100.0, watermark=7)
    assert lease.until(applied=7) == 105


def test_a_lease_begins_only_when_all_is_applied_that_was_known() -> None:
    lease = Lease(5)
    lease.answered(sent=100.0, watermark=7)
    assert lease.until(applied=6) == 0
    assert lease.until(applied=7) == 105


def test_a_poll_that_is_answered_late_shortens_nothing() -> None:
    lease = Lease(5)
    lease.answered(sent=101.0, watermark=7)
    lease.answered(sent=100.0, watermark=7)
    assert lease.until(applied=7) == 106
    lease.answered(sent=99.0, watermark=9)
    assert lease.until(applied=9) == 106


def test_a_watermark_that_is_not_reached_within_a_lease_is_overdue() -> None:
    lease = Lease(5)
    assert not lease.overdue(1000.0)
    lease.answered(sent=100.0, watermark=7)
    assert not lease.overdue(105.0)
    assert lease.overdue(105.5)
    lease.forget()
    assert not lease.overdue(105.5)
    assert lease.until(applied=7) == 0


def test_polls_that_wait_are_bounded() -> None:
    lease = Lease(5)
    for sent in range(1000):
        lease.answered(float(sent), 1)
    assert lease.until(applied=1) == 999 + 5


# The stream

STREAM = (
    b': hello\n\nevent: row\r\nid: 1\r\ndata: ["a"]\r\n\r\nevent: seq\ndata:1\n\n'
    b"data: a\ndata: b\n\nevent: seq\n\n"
)
FOUND = [Event("row", '["a"]'), Event("seq", "1"), Event("message", "a\nb")]


@given(st.lists(st.integers(0, len(STREAM)), max_size=6))
def test_events_are_the_same_wherever_the_stream_is_cut(places: list[int]) -> None:
    cuts = [0, *sorted(places), len(STREAM)]
    events = Events()
    found = [event for start, end in pairwise(cuts) for event in events.read(STREAM[start:end])]
    assert found == FOUND


@pytest.mark.parametrize("more", [b"data: \xff\n\n", b"data: x" * 200_000, b"data: xxxxxxx\n" * 150_000])
def test_what_is_no_text_or_never_ends_is_refused(more: bytes) -> None:
    with pytest.raises(SaysoProblem, match="unreadable"):
        Events().read(more)


@pytest.mark.parametrize(
    "until", [float("inf"), float("-inf"), float("nan"), 10**400, 1 << 36, -1, None, [], "x"]
)
def test_a_row_until_no_moment_is_unreadable(until: Any) -> None:
    head = read_head(HEAD | {"epoch": "e", "version": "v"})
    with pytest.raises(SaysoProblem, match="unreadable"):
        read_row([name("customer", "C-1"), STRANGER, "", until, False], Rows(head).patterns)


@pytest.mark.parametrize(
    "change", [{"lease": 10**400}, {"lease": float("inf")}, {"names": []}, {"choices": 7}]
)
def test_a_head_beyond_reading_is_unreadable(change: dict[str, Any]) -> None:
    with pytest.raises(SaysoProblem, match="unreadable"):
        read_head(HEAD | {"epoch": "e", "version": "v"} | change)


@pytest.mark.parametrize("row", [[], {}, None, 7])
def test_a_row_of_another_shape_is_unreadable(row: Any) -> None:
    with pytest.raises(SaysoProblem, match="unreadable"):
        read_row(row, Rows(read_head(HEAD | {"epoch": "e", "version": "v"})).patterns)
