"""Places of purpose tokens: taken at random, before the decision that counts, given back, swept, forgotten."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from sayso.consent import services as consent
from sayso.core.choice import read_choice
from sayso.core.errors import NotFound, Unavailable
from sayso.core.purpose_token import ListToken, PurposeToken
from sayso.core.vocabulary import ConsentStatus
from sayso.decisions import gate, queries, services, status, tokens
from sayso.decisions.models import Token, TokenAbout
from sayso.decisions.status import Lists
from sayso.decisions.tokens import Wanted
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import services as identity
from sayso.notices import services as notices
from sayso.notices import store
from tests import linen
from tests.decisions import checking
from tests.linen import LEARN, PASS_ON

BRAND, DB = "linen-and-loom", DjangoDatabase()
WANTED = Wanted({"customer": "C-1001"}, [read_choice(PASS_ON)], "brightside")
YES, NO = ConsentStatus.GIVEN, ConsentStatus.REFUSED


@pytest.fixture
def ada(db: None, now: datetime) -> str:
    notices.publish_notice(linen.document(), "Otto", now)
    account = identity.link_customer({"customer": "C-1001"}, "", now)
    say(account, now, pass_on=YES, learn=YES)
    return account


def say(account: str, at: datetime, base: int = 0, **said: ConsentStatus) -> None:
    answer = linen.answer(store.current(DB, BRAND), base, **said)
    consent.record_for(account, BRAND, answer, at)


def issue(now: datetime, wanted: Wanted = WANTED) -> PurposeToken:
    text = tokens.issue(DB, BRAND, wanted, now).token
    assert text is not None
    read = checking.read_signed_token(text, tokens.public_keys())
    assert isinstance(read, PurposeToken)
    return read


def listed(now: datetime, lists: Lists | None = None, number: int = 0) -> ListToken:
    text = (lists or Lists()).signed(DB, number, now).text
    read = checking.read_signed_list(text, tokens.public_keys())
    assert isinstance(read, ListToken)
    return read


def taken_back(token: PurposeToken, now: datetime) -> bool:
    return listed(now).listed.at(token.index) == 1


def test_a_token_never_outlives_a_permission_it_names(ada: str, now: datetime) -> None:
    almost_over = now + timedelta(days=365) - timedelta(seconds=90)  # consent to pass on lasts twelve months
    assert issue(almost_over).expires - issue(almost_over).issued == 90
    both = Wanted(WANTED.subject, [read_choice(PASS_ON), read_choice(LEARN)], "brightside")
    assert issue(almost_over, both).expires - int(almost_over.timestamp()) == 90
    refused = tokens.issue(DB, BRAND, WANTED, almost_over + timedelta(seconds=90))
    assert (refused.token, refused.decisions[0].reason) == (None, "expired")


def test_a_withdrawal_between_the_two_looks_of_issuing_is_seen_by_the_second(
    ada: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken, looks = tokens._take_place, []

    def taking(*how: Any) -> tokens.Place:
        place = taken(*how)
        looks.append(place)
        say(ada, now, 1, pass_on=NO)
        return place

    monkeypatch.setattr(tokens, "_take_place", taking)
    issued = tokens.issue(DB, BRAND, WANTED, now)
    assert (issued.token, issued.decisions[0].reason, len(looks)) == (None, "withdrawn", 1)
    assert not Token.objects.exists()
    assert not TokenAbout.objects.exists()


def test_a_withdrawal_after_the_second_look_finds_the_token(
    ada: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide, looks = gate.decide, []

    def deciding(*how: Any, **more: Any) -> Any:
        looks.append(decide(*how, **more))
        if len(looks) == 2:
            say(ada, now, 1, pass_on=NO)
        return looks[-1]

    with monkeypatch.context() as patched:
        patched.setattr(gate, "decide", deciding)
        token = issue(now)
    assert taken_back(token, now)


def test_places_are_taken_at_random(ada: str, now: datetime) -> None:
    places = [issue(now).index for _ in range(12)]
    assert len(set(places)) == len(places)
    assert places != sorted(places)
    assert max(places) - min(places) > 1000  # by chance once in ten to the nineteen


def test_a_place_is_given_to_nobody_else_and_a_full_list_is_followed_by_the_next(
    ada: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "SIZE", 1)
    monkeypatch.setattr(status, "SIZE", 8)
    monkeypatch.setattr(tokens, "LISTS", 3)
    made = [issue(now) for _ in range(3)]
    assert [token.uri.rpartition("/")[2] for token in made] == ["0", "1", "2"]
    with pytest.raises(Unavailable) as full:
        issue(now)
    assert (full.value.code, full.value.permanent) == ("status_lists_full", False)
    say(ada, now, 1, pass_on=NO)
    assert [listed(now, number=number).listed.at(0) for number in range(3)] == [1, 1, 1]


def test_a_list_that_does_not_exist_is_not_signed(ada: str, now: datetime) -> None:
    for number in (-1, tokens.LISTS):
        with pytest.raises(NotFound):
            listed(now, number=number)


def test_a_list_is_signed_once_a_second_and_says_what_was_committed_before(ada: str, now: datetime) -> None:
    lists, token = Lists(), issue(now)
    first = lists.signed(DB, 0, now)
    say(ada, now, 1, pass_on=NO)
    assert lists.signed(DB, 0, now + timedelta(seconds=0.9)) is first
    after = listed(now + timedelta(seconds=1), lists)
    assert (after.issued - int(now.timestamp()), after.listed.at(token.index)) == (1, 1)
    assert lists.signed(DB, 0, now) is not first  # a clock that was set back holds no list for long


def test_every_edge_comes_to_the_same_list_whatever_it_had_read_before(ada: str, now: datetime) -> None:
    early, late, token = Lists(), Lists(), issue(now)
    assert listed(now, early).listed.at(token.index) == 0
    say(ada, now, 1, pass_on=NO)
    later = now + timedelta(seconds=2)
    assert listed(later, early).listed == listed(later, late).listed
    assert listed(later, Lists()).listed.at(token.index) == 1


def test_news_older_than_every_token_is_not_read_again(
    ada: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for base in range(1, 4):
        say(ada, now, base, learn=NO)
    issue(now)
    asked: list[str] = []
    still = status._still_permitted
    monkeypatch.setattr(status, "_still_permitted", lambda *how: asked.append("") or still(*how))
    listed(now)
    assert asked == []


def test_an_address_added_ends_the_tokens_from_before_it_and_none_since(ada: str, now: datetime) -> None:
    older = issue(now)
    identity.link_customer({"customer": "C-1001", "email": "ada@example.test"}, "", now)
    newer = issue(now)
    assert (taken_back(older, now), taken_back(newer, now)) == (True, False)


def test_what_expired_is_swept_a_minute_later_and_its_place_is_free_again(ada: str, now: datetime) -> None:
    token = issue(now)
    assert services.sweep_tokens(now + timedelta(minutes=5, seconds=59)) == 0
    say(ada, now, 1, pass_on=NO)
    assert taken_back(token, now)
    assert services.sweep_tokens(now + timedelta(minutes=6, seconds=2)) == 1
    assert not TokenAbout.objects.exists()
    assert not taken_back(token, now)


def test_what_is_kept_of_a_token_says_whom_it_was_given_to_and_neither_subject_nor_signature(
    ada: str, now: datetime
) -> None:
    token = issue(now)
    [held] = queries.tokens_of([ada])
    assert (held.brand, held.audience, held.choices) == (BRAND, "brightside", (PASS_ON,))
    assert held.until == now + timedelta(minutes=5)
    row = Token.objects.values().get()
    assert token.subject not in json.dumps({name: str(value) for name, value in row.items()})
    assert queries.tokens_of(["somebody else"]) == []


def test_forgetting_somebody_ends_her_tokens_and_leaves_nothing_about_her(ada: str, now: datetime) -> None:
    token = issue(now)
    assert services.forget_tokens([ada]) == 1
    assert not TokenAbout.objects.exists()
    assert queries.tokens_of([ada]) == []
    assert taken_back(token, now)


@pytest.fixture
def crowd(ada: str, now: datetime) -> list[str]:
    return [identity.link_customer({"customer": f"C-{number}"}, "", now) for number in range(3000, 3012)]


def test_more_news_than_is_read_at_a_time_is_read_to_the_end(
    crowd: list[str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status, "BATCH", 5)
    token = issue(now)
    for account in crowd:
        say(account, now, pass_on=YES)
    ada = TokenAbout.objects.filter(kind="subject").values_list("name", flat=True).get()
    say(ada, now, 1, pass_on=NO)
    assert taken_back(token, now)
