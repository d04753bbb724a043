"""A purpose token says little, for five minutes, to one recipient. How it is judged: conformance/tokens.json."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sayso.core.decision import Decision, Reason
from sayso.core.purpose_token import (
    Flaw,
    ListToken,
    PurposeToken,
    expiry,
    judge_list,
    judge_token,
    nameable,
    read_status_list,
    read_token,
    write_status_list,
    write_token,
)
from sayso.core.status_list import pack
from tests.linen import MONDAY, PASS_ON, PURCHASES

AT = int(MONDAY.timestamp())
TOKEN = PurposeToken(
    "https://p.example", "brightside", "ab", "linen", (PASS_ON,), AT, AT + 300, "https://e/0", 5
)
LIST = ListToken("https://e/0", AT, AT + 5, 5, pack({3: 1}, 16))


def yes(until: datetime | None = None, choice: str = PASS_ON) -> Decision:
    return Decision(choice, True, Reason.GIVEN, until)


def test_a_token_and_a_list_are_read_as_they_were_written() -> None:
    assert read_token(write_token(TOKEN)) == TOKEN
    assert read_status_list(write_status_list(LIST)) == LIST


def test_a_token_ends_after_five_minutes_or_with_the_first_permission_it_names() -> None:
    assert expiry([yes(), yes(MONDAY + timedelta(days=1))], AT) == AT + 300
    assert expiry([yes(), yes(MONDAY + timedelta(seconds=42.9))], AT) == AT + 42


def test_only_what_is_permitted_for_a_second_more_is_named() -> None:
    almost_over = yes(MONDAY + timedelta(seconds=0.9), PURCHASES)
    assert nameable([yes(), almost_over, Decision(PURCHASES, False, Reason.REFUSED)], AT) == [yes()]


NO_CLAIMS: dict[str, object] = {
    "nothing": None,
    "a list": [1],
    "no status": {name: part for name, part in write_token(TOKEN).items() if name != "status"},
    "a status that is a text": write_token(TOKEN) | {"status": "valid"},
    "a status without a list": write_token(TOKEN) | {"status": {"status_list": 5}},
    "choices that are numbers": write_token(TOKEN) | {"choices": [1]},
    "an empty audience": write_token(TOKEN) | {"aud": ""},
    "a number too large for other readers": write_token(TOKEN) | {"iat": 1 << 53},
}


@pytest.mark.parametrize("claims", NO_CLAIMS.values(), ids=NO_CLAIMS)
def test_what_is_no_token_is_not_read(claims: object) -> None:
    assert read_token(claims) is None


@pytest.mark.parametrize("changed", [{"sub": ""}, {"ttl": "5"}, {"iat": True}, {"status_list": {}}])
def test_what_is_no_status_list_is_not_read(changed: dict[str, Any]) -> None:
    assert read_status_list(write_status_list(LIST) | changed) is None


def test_a_list_of_claims_is_no_status_list() -> None:
    assert read_status_list([1]) is None


def test_the_first_thing_that_is_wrong_is_the_one_that_is_told() -> None:
    now = datetime.fromtimestamp(AT + 400, UTC)
    assert judge_token(TOKEN, TOKEN.issuer, "harbour", PASS_ON, now) is Flaw.WRONG_AUDIENCE
    assert judge_token(TOKEN, TOKEN.issuer, "brightside", PASS_ON, now) is Flaw.EXPIRED
    assert judge_token(TOKEN, TOKEN.issuer, "brightside", PASS_ON, MONDAY) is None


def test_a_list_counts_as_old_by_the_calendar_or_by_how_long_it_was_held() -> None:
    lasting = replace(LIST, expires=AT + 600)
    assert judge_list(TOKEN, lasting, MONDAY + timedelta(seconds=5), 5.0) is None
    assert judge_list(TOKEN, lasting, MONDAY + timedelta(seconds=6), 0.0) is Flaw.LIST_STALE
    assert judge_list(TOKEN, lasting, MONDAY, 5.1) is Flaw.LIST_STALE


def test_a_place_that_is_taken_back_is_no() -> None:
    assert judge_list(replace(TOKEN, index=3), LIST, MONDAY, 0.0) is Flaw.REVOKED
    assert judge_list(replace(TOKEN, index=16), LIST, MONDAY, 0.0) is Flaw.OUT_OF_RANGE
