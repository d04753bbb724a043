"""Whoever writes into the database behind the ledger's back is seen; whoever erases by right is not accused."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from sayso.consent import models, services
from sayso.consent.ledger import Recorded, Submission
from sayso.consent.log import checking
from sayso.core.duration import Duration
from sayso.deployment.database import Row
from tests.consent.log import DB, codes, kept, say, swept

Submitting = Callable[[object], Submission]
NOTHING: set[str] = set()


@pytest.fixture
def recorded(submission: Submitting, now: datetime) -> list[Recorded]:
    """Record five answers of one person and keep the log."""
    events = say(5, submission, now)
    kept(now)
    return events


def test_an_honest_ledger_agrees_with_its_log(recorded: list[Recorded], now: datetime) -> None:
    result = swept(now)
    assert result.findings == []
    assert (result.size, result.answers, result.erased) == (5, 5, 0)


REWRITES = {
    "an answer": "UPDATE consent_event SET answers = replace(answers, 'refused', 'given') WHERE seq = {second}",
    "what it came to": "UPDATE consent_event SET outcome = replace(outcome, 'withdrawn', 'given') WHERE seq = {second}",
    "no JSON": "UPDATE consent_event SET answers = 'yes' WHERE seq = {second}",
    "the time": "UPDATE consent_event SET recorded_at = '2020-01-01T00:00:00.000000Z' WHERE seq = {second}",
    "the notice": "UPDATE consent_event SET version = 'sha256:0' WHERE seq = {second}",
    "what is sealed": "UPDATE consent_event SET sealed ="
    " (SELECT sealed FROM consent_event WHERE seq = {first}) WHERE seq = {second}",
    "whose it is": "UPDATE consent_event SET subject = 'somebody else' WHERE seq = {second}",
    "its event": "UPDATE consent_event SET event = 'another' WHERE seq = {second}",
    "the commitment": "UPDATE consent_event SET commitment = '" + "0" * 64 + "' WHERE seq = {second}",
}


@pytest.mark.parametrize("attack", REWRITES)
def test_a_rewritten_answer_is_seen_whatever_was_rewritten(
    recorded: list[Recorded], now: datetime, attack: str
) -> None:
    DB.run(REWRITES[attack].format(first=recorded[0].seq, second=recorded[1].seq))
    assert codes(now) == {"rewritten"}


def test_a_removed_answer_is_seen(recorded: list[Recorded], now: datetime) -> None:
    DB.run("DELETE FROM consent_event WHERE seq = %s", [recorded[2].seq])
    assert codes(now) == {"removed"}


def test_the_last_answers_removed_with_their_entries_are_seen_by_what_was_signed(
    recorded: list[Recorded], now: datetime
) -> None:
    DB.run("DELETE FROM consent_event WHERE seq = %s", [recorded[-1].seq])
    DB.run("DELETE FROM consent_leaf WHERE seq = %s", [recorded[-1].seq])
    assert codes(now) == {"removed"}


def test_two_answers_exchanged_are_seen(recorded: list[Recorded], now: datetime) -> None:
    first, second = recorded[1].seq, recorded[2].seq
    for old, new in ((first, -1), (second, first), (-1, second)):
        DB.run("UPDATE consent_event SET seq = %s WHERE seq = %s", [new, old])
    assert codes(now) == {"rewritten"}
    for old, new in ((first, -1), (second, first), (-1, second)):
        DB.run("UPDATE consent_leaf SET seq = %s WHERE seq = %s", [new, old])
    assert "exchanged" in codes(now)


def test_an_answer_put_in_between_is_seen(recorded: list[Recorded], now: datetime) -> None:
    own = models.Event.objects.get(seq=recorded[1].seq)
    between = recorded[1].seq + 1  # the number that its news took
    models.Event.objects.create(
        **{field.attname: getattr(own, field.attname) for field in own._meta.fields}
        | {"seq": between, "event": "00000000-0000-4000-8000-000000000000"}
    )
    assert codes(now) == {"inserted"}


def test_a_rewriter_who_also_mends_leaf_and_tree_contradicts_what_was_signed(
    recorded: list[Recorded], now: datetime
) -> None:
    other = "0" * 64
    DB.run("UPDATE consent_leaf SET leaf_hash = %s WHERE seq = %s", [other, recorded[4].seq])
    assert codes(now) == {"rewritten", "changed_root"}


def test_a_changed_node_and_a_lost_one_are_seen(recorded: list[Recorded], now: datetime) -> None:
    DB.run("UPDATE consent_node SET hash = %s WHERE level = 2", ["0" * 64])
    assert codes(now) == {"changed_root"}
    DB.run("DELETE FROM consent_node WHERE level = 2")
    assert codes(now) == {"changed_root"}


def test_an_answer_that_is_not_logged_in_time_is_a_broken_promise(
    recorded: list[Recorded], submission: Submitting, now: datetime
) -> None:
    say(1, submission, now)
    assert codes(now) == NOTHING
    assert codes(now + timedelta(minutes=11)) == {"late"}


@pytest.fixture
def erased(recorded: list[Recorded], now: datetime) -> list[Recorded]:
    """Erase the person, and keep the log."""
    assert services.forget_subjects([recorded[0].subject], now) == 5
    kept(now + timedelta(seconds=1))
    return recorded


def test_a_lawful_erasure_stands_in_the_log_and_accuses_nobody(erased: list[Recorded], now: datetime) -> None:
    result = swept(now)
    assert result.findings == []
    assert (result.size, result.answers, result.erased) == (6, 0, 5)


def test_an_erasure_before_the_keeper_came_is_logged_all_the_same(
    submission: Submitting, now: datetime
) -> None:
    events = say(2, submission, now)
    services.forget_subjects([events[0].subject], now)
    assert kept(now).size == 3
    assert codes(now) == NOTHING


def test_a_long_log_is_audited_without_reading_its_tombstones_over_and_over(
    submission: Submitting, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(4):
        services.forget_subjects([say(3, submission, now)[0].subject], now)
    kept(now)
    seen, real = list[int](), DB.run

    def counted(sql: str, values: Sequence[Any] = ()) -> list[Row]:
        rows = real(sql, values)
        seen.extend(row[0] for row in rows if "consent_tombstone" in sql)
        return rows

    monkeypatch.setattr(DB, "run", counted)
    monkeypatch.setattr(checking, "BATCH", 2)
    result = swept(now)
    assert (result.findings, result.size, result.erased) == ([], 16, 12)
    assert len(seen) == 2 * 4  # for what it covers, and as an entry itself


ATTACKS_ON_EVIDENCE = {
    "rewritten": "UPDATE consent_evidence SET answers = replace(answers, 'refused', 'given') WHERE seq = {second}",
    "removed": "DELETE FROM consent_evidence WHERE seq = {second}",
}


@pytest.mark.parametrize("code", ATTACKS_ON_EVIDENCE)
def test_what_is_kept_as_evidence_is_held_to_the_log_as_well(
    erased: list[Recorded], now: datetime, code: str
) -> None:
    DB.run(ATTACKS_ON_EVIDENCE[code].format(second=erased[1].seq))
    assert codes(now) == {code}


@pytest.mark.parametrize(
    ("attack", "code"),
    [
        ("UPDATE consent_tombstone SET at = '2020-01-01T00:00:00.000000Z'", "rewritten"),
        ("UPDATE consent_tombstone SET covers = '[]'", "rewritten"),
        ("DELETE FROM consent_tombstone", "removed"),
    ],
)
def test_a_tombstone_itself_is_held_to_the_log(
    erased: list[Recorded], now: datetime, attack: str, code: str
) -> None:
    DB.run(attack)
    assert code in codes(now)


def test_the_end_of_retention_is_lawful_at_its_date_and_not_before(
    erased: list[Recorded], now: datetime
) -> None:
    assert services.end_retention(now + timedelta(days=100)) == 0
    end = Duration(months=36, days=1).after(now)
    assert services.end_retention(end) == 5
    assert not models.Evidence.objects.exists()
    kept(end)
    assert codes(end) == NOTHING


def test_retention_that_ends_early_is_seen(erased: list[Recorded], now: datetime) -> None:
    DB.run("UPDATE consent_evidence SET keep_until = %s", ["2026-05-05T00:00:00.000000Z"])
    assert services.end_retention(now + timedelta(days=2)) == 5
    kept(now + timedelta(days=2))
    assert codes(now + timedelta(days=2)) == {"removed"}
