"""A partner checks tokens by itself: the corpus, and what a list that does not come, or comes late, leads to."""

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sayso_sdk import Question
from sayso_sdk.tokens import Verdict, Verifier, fetch

from sayso.core.status_list import INVALID, pack, write_list
from tests.decisions.corpus import AT, PLACE, SIZE, listed

KEPT = json.loads((Path(__file__).parents[2] / "conformance" / "tokens.json").read_text())
CASES = {case["name"]: case for case in KEPT["cases"]}
GOOD = CASES["the usual token"]
PINS = KEPT["pins"]["usual"]


class World:
    """A partner's surroundings: a calendar, a clock nobody sets, and where the lists come from."""

    def __init__(self, now: float) -> None:
        self.now, self.awake, self.fetched = now, 1000.0, 0
        self.answer: Callable[[], bytes] = GOOD["list"].encode

    def fetch(self, uri: str) -> bytes:
        self.fetched += 1
        return self.answer()

    def pass_(self, seconds: float) -> None:
        self.now += seconds
        self.awake += seconds

    def verifier(self, pins: Any = PINS, audience: str = "brightside") -> Verifier:
        return Verifier(pins, audience, self.fetch, now=lambda: self.now, awake=lambda: self.awake)


def no_answer() -> bytes:
    raise OSError("nobody listens")


def question(choice: str) -> Question:
    return Question(*choice.split("."))


PASS_ON = question(GOOD["choice"])


@pytest.fixture
def world() -> World:
    return World(GOOD["now"])


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_the_sdk_judges_it_as_the_corpus_says(case: dict[str, Any]) -> None:
    world = World(case["now"])
    verifier = world.verifier(KEPT["pins"][case["pins"]], case["audience"])
    asked = question(case["choice"])
    world.answer = case["list"].encode if case["list"] is not None else no_answer
    if case["held"]:  # the list was fetched earlier, and cannot be now; the calendar stood still
        verifier.check(case["token"], asked)
        world.answer, world.awake = no_answer, world.awake + case["held"]
    verdict = verifier.check(case["token"], asked)
    assert (verdict.reason, verdict.permitted) == (case["reason"], case["reason"] == "valid")


def test_a_valid_token_says_whom_it_is_about_and_until_when(world: World) -> None:
    verdict = world.verifier().check(GOOD["token"], PASS_ON)
    assert verdict == Verdict(True, "valid", "ab" * 32, "linen-and-loom", GOOD["now"] + 299)


def test_a_refusal_says_nothing_of_anybody(world: World) -> None:
    assert world.verifier(audience="harbour").check(GOOD["token"], PASS_ON) == Verdict(
        False, "wrong_audience"
    )


def test_a_list_is_fetched_once_for_many_tokens_and_again_after_half_its_time(world: World) -> None:
    verifier = world.verifier()
    assert [verifier.check(GOOD["token"], PASS_ON).reason for _ in range(5)] == ["valid"] * 5
    assert world.fetched == 1
    world.pass_(2)
    assert verifier.check(GOOD["token"], PASS_ON).permitted
    assert world.fetched == 2


def test_a_token_that_does_not_hold_fetches_nothing(world: World) -> None:
    world.verifier().check(CASES["another key"]["token"], PASS_ON)
    world.verifier(audience="harbour").check(GOOD["token"], PASS_ON)
    assert world.fetched == 0


def test_a_list_that_cannot_be_renewed_counts_to_the_end_of_its_time_and_no_longer(world: World) -> None:
    verifier = world.verifier()
    assert verifier.check(GOOD["token"], PASS_ON).permitted
    world.answer = no_answer
    world.pass_(3)
    assert verifier.check(GOOD["token"], PASS_ON).permitted
    world.pass_(3)
    assert verifier.check(GOOD["token"], PASS_ON) == Verdict(False, "list_stale")


def test_a_clock_that_is_set_back_makes_no_list_younger(world: World) -> None:
    verifier = world.verifier()
    verifier.check(GOOD["token"], PASS_ON)
    world.answer = no_answer
    world.pass_(6)
    world.now -= 6
    assert verifier.check(GOOD["token"], PASS_ON).reason == "list_stale"


def test_a_withdrawal_is_obeyed_as_soon_as_the_next_list_is_fetched(world: World) -> None:
    verifier = world.verifier()
    assert verifier.check(GOOD["token"], PASS_ON).permitted
    world.answer = CASES["taken back"]["list"].encode
    world.pass_(2.0)
    assert verifier.check(GOOD["token"], PASS_ON).reason == "revoked"


def test_a_list_signed_earlier_gives_back_nothing_that_was_seen_to_be_taken_back(world: World) -> None:
    verifier = world.verifier()
    taken_back = write_list(pack({PLACE: INVALID}, SIZE))
    world.answer = listed({"iat": AT + 2, "exp": AT + 7, "status_list": taken_back}).encode
    world.pass_(1.0)
    assert verifier.check(GOOD["token"], PASS_ON).reason == "revoked"
    world.answer = listed({"iat": AT + 1, "exp": AT + 6}).encode  # of an edge, or a cache, that is behind
    world.pass_(2.6)
    assert verifier.check(GOOD["token"], PASS_ON).reason == "revoked"
    assert world.fetched == 2
    assert verifier.check(GOOD["token"], PASS_ON).reason == "revoked"
    assert world.fetched == 2  # and it is not asked for at every token
    world.answer = listed({"iat": AT + 4, "exp": AT + 9}).encode
    world.pass_(1.0)
    assert verifier.check(GOOD["token"], PASS_ON).reason == "valid"


def test_an_unreadable_list_takes_no_other_lists_place_and_is_not_asked_for_at_every_token(
    world: World,
) -> None:
    verifier = world.verifier()
    world.answer = b"<html>".strip
    assert [verifier.check(GOOD["token"], PASS_ON).reason for _ in range(3)] == ["list_unreadable"] * 3
    assert world.fetched == 1
    world.answer = GOOD["list"].encode
    world.pass_(1)
    assert verifier.check(GOOD["token"], PASS_ON).permitted


def test_nobody_who_holds_a_good_list_waits_for_a_slow_one(world: World) -> None:
    verifier = world.verifier()
    verifier.check(GOOD["token"], PASS_ON)
    begun, go_on = threading.Event(), threading.Event()

    def slowly() -> bytes:
        begun.set()
        go_on.wait(30)
        return no_answer()

    world.answer = slowly
    world.pass_(3)
    renewing = threading.Thread(target=verifier.check, args=(GOOD["token"], PASS_ON))
    renewing.start()
    assert begun.wait(30)
    assert verifier.check(GOOD["token"], PASS_ON).permitted  # while the other still fetches
    go_on.set()
    renewing.join()


@pytest.mark.parametrize("token", [None, 7, b"a.b.c", "", "a.b.c", "\ud800.b.c", "." * 5000, "é.b.c"])
def test_whatever_is_handed_over_instead_of_a_token_is_no(world: World, token: Any) -> None:
    assert world.verifier().check(token, PASS_ON) == Verdict(False, "malformed")


def test_a_fetcher_that_gives_something_else_gives_no_list(world: World) -> None:
    world.answer = lambda: "a text"  # type: ignore[assignment,return-value]
    assert world.verifier().check(GOOD["token"], PASS_ON) == Verdict(False, "list_unreachable")


@pytest.mark.parametrize(
    "pins",
    [{}, {"issuer": "x"}, {"issuer": "x", "keys": 7}, {"issuer": "x", "keys": ["k"]},
     {"issuer": "x", "keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": "AAAA"}]}],
)  # fmt: skip
def test_pins_that_are_none_are_noticed_at_once(pins: Any) -> None:
    with pytest.raises(ValueError, match="pins"):
        Verifier(pins, "brightside")


def test_an_address_where_nobody_listens_is_no_list() -> None:
    verifier = Verifier(PINS, "brightside", lambda _: fetch("http://127.0.0.1:9/"), now=lambda: GOOD["now"])
    assert verifier.check(GOOD["token"], PASS_ON) == Verdict(False, "list_unreachable")
