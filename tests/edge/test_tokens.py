"""Purpose tokens over HTTP: issued for what is permitted now, checked by a partner alone, taken back at once."""

import asyncio
import json
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import pytest
from sayso_sdk import Question
from sayso_sdk.tokens import Verdict, Verifier

from sayso.consent import services as consent
from sayso.core.opt_out import Scope
from sayso.core.vocabulary import ConsentStatus
from sayso.decisions import tokens
from sayso.deployment.django_database import DjangoDatabase
from sayso.edge import service
from sayso.edge.app import Edge
from sayso.identity import keys, store
from sayso.identity import queries as people
from sayso.identity import services as identity
from sayso.notices import services as publishing
from sayso.notices import store as notices
from tests import linen
from tests.decisions.checking import read_signed_list, read_signed_token
from tests.edge.conftest import Caller
from tests.linen import LEARN, NEWSLETTER, PASS_ON

BRAND = "linen-and-loom"
DISCLOSE = {"purpose": "pass_on", "category": "purchases", "operation": "disclose", "recipient": "brightside"}
COUNT = {"purpose": "learn", "category": "purchases"}
ASKED = Question(**DISCLOSE)


@pytest.fixture
def token_key(brand: str, now: datetime) -> str:
    return identity.make_api_key(brand, "shop", {"tokens"}, now)


class Partner:
    """Brightside, with the keys it pinned and the lists as the edge serves them; it remembers none."""

    def __init__(self, edge: Caller) -> None:
        self._edge = edge

    def fetch(self, uri: str) -> bytes:
        status, _, body = self._edge.request("GET", "/v1/status-lists/" + uri.rpartition("/")[2])
        assert status == 200, body
        return body

    def check(self, token: str, audience: str = "brightside", question: Question = ASKED) -> Verdict:
        return Verifier(tokens.public_keys(), audience, self.fetch).check(token, question)


@pytest.fixture
def partner(browser: Caller) -> Partner:
    return Partner(browser)


@pytest.fixture
def ask(browser: Caller, token_key: str) -> Callable[..., tuple[int, dict[str, Any]]]:
    def asking(*questions: dict[str, str], key: str = token_key, **more: Any) -> tuple[int, dict[str, Any]]:
        body = {
            "subject": {"device": browser.device},
            "questions": questions,
            "audience": "brightside",
            **more,
        }
        raw = json.dumps(body).encode()
        status, _, reply = browser.request("POST", "/v1/tokens", raw, authorization=f"Bearer {key}")
        return status, json.loads(reply)

    return asking


Ask = Callable[..., tuple[int, dict[str, Any]]]


def read(token: str) -> Any:
    return read_signed_token(token, tokens.public_keys())


def test_a_token_names_what_is_permitted_and_nothing_else(
    browser: Caller, ask: Ask, partner: Partner
) -> None:
    browser.answer({PASS_ON: "given", LEARN: "refused"})
    status, told = ask(DISCLOSE, COUNT)
    assert status == 200
    reasons = [(one["choice"], one["permitted"], one["reason"]) for one in told["decisions"]]
    assert reasons == [(PASS_ON, True, "given"), (LEARN, False, "refused")]
    assert read(told["token"]).choices == (PASS_ON,)
    assert partner.check(told["token"]).reason == "valid"
    assert partner.check(told["token"], question=Question(**COUNT)).reason == "not_named"


def test_where_nothing_is_permitted_there_is_no_token_and_a_reason(browser: Caller, ask: Ask) -> None:
    assert ask(DISCLOSE)[1] == {
        "token": None,
        "expires_at": None,
        "decisions": [{"choice": PASS_ON, "permitted": False, "reason": "unknown_subject"}],
    }
    browser.answer({PASS_ON: "refused"})
    assert ask(DISCLOSE)[1]["token"] is None


def test_a_token_lives_five_minutes_at_most(browser: Caller, ask: Ask) -> None:
    browser.answer({PASS_ON: "given"})
    told = ask(DISCLOSE)[1]
    token = read(told["token"])
    assert token.expires - token.issued == 300
    assert datetime.fromisoformat(told["expires_at"]) == datetime.fromtimestamp(token.expires, UTC)


def test_two_partners_cannot_tell_that_they_mean_the_same_person(browser: Caller, ask: Ask) -> None:
    browser.answer({PASS_ON: "given"})
    here, again = (read(ask(DISCLOSE)[1]["token"]).subject for _ in range(2))
    there = read(ask(DISCLOSE, audience="harbour")[1]["token"]).subject
    ours = store.subject_of_device(DjangoDatabase(), keys.secret_hash(browser.device))
    assert here == again
    assert len({here, there, ours}) == 3


def test_a_token_for_one_audience_tells_another_nothing(browser: Caller, ask: Ask, partner: Partner) -> None:
    browser.answer({PASS_ON: "given"})
    assert partner.check(ask(DISCLOSE)[1]["token"], "harbour") == Verdict(False, "wrong_audience")


def test_a_withdrawal_takes_the_token_back_in_the_very_next_list(
    browser: Caller, ask: Ask, partner: Partner
) -> None:
    browser.answer({PASS_ON: "given", LEARN: "given"})
    passing, counting = ask(DISCLOSE)[1]["token"], ask(COUNT)[1]["token"]
    assert partner.check(passing).permitted
    browser.answer({PASS_ON: "refused"}, base=1, act="change")
    assert partner.check(passing) == Verdict(False, "revoked")
    assert partner.check(counting, question=Question(**COUNT)).permitted


def test_an_answer_to_something_else_leaves_the_token(browser: Caller, ask: Ask, partner: Partner) -> None:
    browser.answer({PASS_ON: "given"})
    token = ask(DISCLOSE)[1]["token"]
    browser.answer({NEWSLETTER: "refused", LEARN: "given"}, base=1, act="change")
    assert partner.check(token).permitted


def test_of_a_token_for_two_things_nothing_is_left_when_one_of_them_is_withdrawn(
    browser: Caller, ask: Ask, partner: Partner
) -> None:
    browser.answer({PASS_ON: "given", LEARN: "given"})
    token = ask(DISCLOSE, COUNT)[1]["token"]
    browser.answer({LEARN: "refused"}, base=1, act="change")
    assert partner.check(token).reason == "revoked"


def test_a_token_that_was_taken_back_stays_so_although_she_says_yes_again(
    browser: Caller, ask: Ask, partner: Partner
) -> None:
    browser.answer({PASS_ON: "given"})
    token = ask(DISCLOSE)[1]["token"]
    browser.answer({PASS_ON: "refused"}, base=1, act="change")
    assert partner.check(token).reason == "revoked"
    browser.answer({PASS_ON: "given"}, base=2, act="change")
    assert partner.check(token).reason == "revoked"
    assert partner.check(ask(DISCLOSE)[1]["token"]).permitted


@pytest.fixture
def ada(brand: str, now: datetime) -> str:
    """Ada, whom the shop knows by number and address, and who lets it write, learn, and pass on what she bought."""
    account = identity.link_customer({"customer": "C-1001", "email": "ada@example.test"}, "", now)
    published = notices.current(DjangoDatabase(), brand)
    said = linen.answer(published, **dict.fromkeys(("pass_on", "newsletter", "learn"), ConsentStatus.GIVEN))
    consent.record_for(account, brand, said, service.now())
    return account


BY_NUMBER = {"subject": {"customer": "C-1001"}}


def test_a_stop_that_nobody_proved_takes_the_token_back(ada: str, ask: Ask, partner: Partner) -> None:
    write = {"purpose": "newsletter", "category": "contact"}
    letters, counting = (ask(asked, **BY_NUMBER)[1]["token"] for asked in (write, COUNT))
    assert partner.check(letters, question=Question(**write)).permitted
    consent.block("email", "ada@example.test", {Scope.MARKETING}, "page", service.now())
    assert partner.check(letters, question=Question(**write)).reason == "revoked"
    assert partner.check(counting, question=Question(**COUNT)).permitted


def test_a_deletion_takes_the_token_back_from_the_moment_it_begins(
    ada: str, ask: Ask, partner: Partner
) -> None:
    token = ask(DISCLOSE, **BY_NUMBER)[1]["token"]
    consent.mark_erasing([ada], BRAND, service.now())
    assert partner.check(token).reason == "revoked"


def test_an_address_taken_off_the_account_takes_the_token_back(ada: str, ask: Ask, partner: Partner) -> None:
    token = ask(DISCLOSE, **BY_NUMBER)[1]["token"]
    number = next(one.number for one in people.identifiers_of(ada) if one.kind == "customer")
    identity.unlink_identifier(ada, number)
    assert partner.check(token).reason == "revoked"


def device_of(browser: Caller) -> str:
    found = store.subject_of_device(DjangoDatabase(), keys.secret_hash(browser.device))
    assert found is not None
    return found


def test_signing_in_and_out_on_a_browser_takes_its_tokens_back(
    browser: Caller, ada: str, ask: Ask, partner: Partner
) -> None:
    browser.answer({PASS_ON: "given"})
    before = ask(DISCLOSE)[1]["token"]
    identity.start_link(device_of(browser), ada, service.now())
    during = ask(DISCLOSE)[1]["token"]
    assert (partner.check(before).reason, partner.check(during).reason) == ("revoked", "valid")
    identity.end_link(device_of(browser), service.now())
    assert partner.check(during).reason == "revoked"


def test_a_new_notice_takes_back_what_it_asks_anew_and_leaves_the_rest(
    browser: Caller, ask: Ask, partner: Partner
) -> None:
    browser.answer({PASS_ON: "given", LEARN: "given"})
    widened, same = ask(DISCLOSE)[1]["token"], ask(COUNT)[1]["token"]
    longer = linen.document()
    linen.purpose(longer, "pass_on")["choices"][0]["retention"] = {"months": 60}
    publishing.publish_notice(longer, "Otto", service.now())
    assert partner.check(widened).reason == "revoked"
    assert partner.check(same, question=Question(**COUNT)).permitted


def test_a_browsers_signal_gets_no_token_and_takes_one_back(
    browser: Caller, ask: Ask, partner: Partner
) -> None:
    browser.answer({PASS_ON: "given"})
    token = ask(DISCLOSE)[1]["token"]
    assert ask(DISCLOSE, gpc=True)[1]["decisions"][0]["reason"] == "gpc"
    browser.request("GET", "/v1/sites/shop/banner", sayso_device=browser.device, sec_gpc="1")
    assert partner.check(token).reason == "revoked"


def test_the_list_says_what_the_draft_says_and_how_long_it_counts(
    browser: Caller, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAYSO_STATUS_LIST_TTL", "9")
    browser.answer({PASS_ON: "given"})
    token = read(ask(DISCLOSE)[1]["token"])
    number = token.uri.rpartition("/")[2]
    status, heads, body = browser.request("GET", f"/v1/status-lists/{number}")
    listed: Any = read_signed_list(body.decode(), tokens.public_keys())
    assert (status, heads["content-type"]) == (200, "application/statuslist+jwt")
    assert heads["cache-control"] == "public, max-age=1"
    assert (listed.uri, listed.ttl, listed.expires - listed.issued) == (token.uri, 9, 9)
    assert listed.listed.size == tokens.SIZE


def test_a_list_that_is_still_the_same_is_not_sent_twice(browser: Caller, brand: str) -> None:
    async def twice(edge: Edge) -> tuple[Any, Any]:
        first = await browser.send(edge, "GET", "/v1/status-lists/0")
        tag = first[1]["etag"]
        return first, await browser.send(edge, "GET", "/v1/status-lists/0", if_none_match=tag)

    with closing(Edge()) as edge:
        first, second = asyncio.run(twice(edge))
    # A new second may have begun between the two: then it is another list, signed anew.
    assert (first[0], second[0] in (200, 304)) == (200, True)
    assert (second[0] == 304) is (first[1]["etag"] == second[1]["etag"])
    assert second[2] == (b"" if second[0] == 304 else second[2])


def test_an_address_without_a_list_and_another_method_are_refused(browser: Caller, brand: str) -> None:
    for number in ("16", "-1", "x", "0x0", "١", "000000", ""):
        status, _, body = browser.request("GET", f"/v1/status-lists/{number}")
        assert (status, json.loads(body)["code"]) in [(404, "unknown_status_list"), (404, "unknown_address")]
    for method, path in (("GET", "/v1/tokens"), ("POST", "/v1/status-lists/0")):
        assert browser.request(method, path)[0] == 405


def test_a_key_made_for_something_else_gets_no_token(browser: Caller, ask: Ask, server_key: str) -> None:
    browser.answer({PASS_ON: "given"})
    status, told = ask(DISCLOSE, key=server_key)
    assert (status, told["code"]) == (403, "scope_missing")


UNREADABLE: list[tuple[dict[str, Any], str]] = [
    ({"audience": ""}, "invalid_audience"),
    ({"audience": "two words"}, "invalid_audience"),
    ({"audience": 7}, "invalid_audience"),
    ({"audience": "a" * 201}, "invalid_audience"),
    ({"questions": []}, "invalid_question"),
    ({"questions": [DISCLOSE] * 41}, "invalid_question"),
    ({"questions": "all"}, "invalid_question"),
    ({"questions": [7]}, "invalid_question"),
    ({"questions": [{"purpose": "pass_on"}]}, "unknown_choice"),
    ({"subject": {}}, "invalid_subject"),
    ({"subject": None}, "invalid_subject"),
]


def test_what_cannot_be_read_gets_no_token(ask: Ask) -> None:
    for change, code in UNREADABLE:
        status, told = ask(DISCLOSE, **change)
        assert (status, told["code"]) == (422, code), change


def test_a_ttl_that_nobody_could_use_is_named(
    browser: Caller, brand: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for wrong in ("0", "2", "301"):
        monkeypatch.setenv("SAYSO_STATUS_LIST_TTL", wrong)
        status, _, body = browser.request("GET", "/v1/status-lists/0")
        assert (status, json.loads(body)["code"]) == (500, "ttl_out_of_range")
