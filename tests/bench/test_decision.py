"""The policy that all engines are measured on, and a quick run of ours without the peers."""

from contextlib import contextmanager

import pytest

from bench.decision import heart, in_process, ours
from bench.decision.engine import Engine, disagreements
from bench.decision.policy import SHAPES, Pattern, make_policy, name_of, questions
from bench.programs import Missing

POLICY = make_policy(64, 2_000)


@pytest.mark.parametrize("choices", SHAPES)
def test_a_policy_lists_as_many_choices_as_it_says(choices: int) -> None:
    purposes, categories, recipients = make_policy(choices, 10).shape
    assert purposes * categories * recipients == choices


def test_the_questions_are_no_walk_over_yeses_alone() -> None:
    asked = questions(POLICY, 2_000)
    said = [POLICY.permits(*question) for question in asked]
    assert 400 < sum(said) < 1_600
    assert any(POLICY.pattern_of(question[0]) is None for question in asked)
    assert any(not POLICY.listed(*question[1:]) for question in asked)
    assert any((pattern := POLICY.pattern_of(question[0])) and pattern.minor for question in asked)


def test_the_same_seed_asks_the_same() -> None:
    assert questions(POLICY, 50) == questions(make_policy(64, 2_000), 50)


def test_the_plain_rules_of_the_heart_say_what_the_policy_says() -> None:
    heart.check_the_rules(POLICY, questions(POLICY, 500))


def test_a_policy_the_rules_contradict_is_not_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    everybody_refused = Pattern((0,) * 4, minor=False)
    monkeypatch.setattr(heart, "standing", lambda policy, pattern: _standing(policy, everybody_refused))
    with pytest.raises(RuntimeError, match="the plain rules say"):
        heart.check_the_rules(POLICY, questions(POLICY, 200))


_standing = heart.standing


def test_a_bitset_says_of_a_purpose_what_the_policy_says() -> None:
    for pattern in POLICY.patterns:
        bits = POLICY.bits(pattern)
        assert [bool(bits >> purpose & 1) for purpose in range(4)] == [
            POLICY.purpose_permitted(pattern, purpose) for purpose in range(4)
        ]


@contextmanager
def _always(policy, asked):
    yield Engine(lambda *question: True, lambda question: question)


@contextmanager
def _absent(policy, asked):
    raise Missing("it is not installed")
    yield


@contextmanager
def _right(policy, asked):
    yield Engine(policy.permits, lambda question: question)


def test_ours_is_measured_beside_a_peer_that_agrees_and_others_are_errors_without_figures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ours, "has_gate", lambda: False)
    monkeypatch.setattr(in_process, "CHECKED", 200)
    monkeypatch.setattr(in_process, "CLOCKED", 500)
    peers = {"redis": _right, "cedarpy": _always, "pycasbin": _absent}
    policy = make_policy(64, 500)
    rows = {row.id: row for row in in_process.compare(policy, peers, seconds=0.02, rounds=3, count=500)}
    own = rows["decision-64-rate"]
    assert own.ours is not None
    assert own.ours > 0
    assert "the plain rules" in own.what
    assert rows["decision-64-redis"].ratio is not None
    assert "answers are not the policy's" in rows["decision-64-cedarpy"].error
    assert (rows["decision-64-pycasbin"].error, rows["decision-64-pycasbin"].ratio) == (
        "it is not installed",
        None,
    )


def test_an_engine_that_gives_another_answer_is_counted() -> None:
    asked = questions(POLICY, 300)
    wrong = Engine(POLICY.permits, lambda question: (name_of(0), *question[1:]))
    assert disagreements(Engine(POLICY.permits, lambda question: question), POLICY, asked) == 0
    assert disagreements(wrong, POLICY, asked) > 0
