"""The keeper places every answer once, in the ledger's order, and signs one root for each size."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from sayso.consent.ledger import Submission
from sayso.consent.log import keeper, proving, reading, signing
from sayso.core.checkpoint import read_note
from sayso.core.errors import Conflict
from sayso.core.log_proof import read_proof
from sayso.core.merkle import EMPTY, proves_consistency, proves_inclusion
from sayso.core.values import read_utc
from sayso.deployment import env
from sayso.deployment.database import open_database
from tests.consent.log import DB, kept, say

Submitting = Callable[[object], Submission]


def pins() -> signing.Pins:
    return signing.read_pins(proving.public_keys(DB))


def places() -> list[tuple[int, int]]:
    return [(row[0], row[1]) for row in DB.run("SELECT position, seq FROM consent_leaf ORDER BY position")]


def test_an_empty_log_is_signed_too(brand: str, now: datetime) -> None:
    newest = kept(now)
    assert (newest.size, newest.root) == (0, EMPTY)
    assert signing.see(read_note(newest.note), pins()).by_log


def test_answers_are_placed_in_the_order_of_their_numbers(submission: Submitting, now: datetime) -> None:
    recorded = say(5, submission, now)
    assert kept(now).size == 5
    more = say(2, submission, now)
    assert kept(now).size == 7
    assert places() == [(place, event.seq) for place, event in enumerate([*recorded, *more])]


def test_the_keeper_that_finds_nothing_new_changes_nothing_but_the_time(
    submission: Submitting, now: datetime
) -> None:
    say(3, submission, now)
    first = kept(now)
    assert keeper.tick(DB, now + timedelta(seconds=1.1)) == 0
    assert reading.latest(DB) == first  # still fresh
    second = kept(now + timedelta(seconds=1))
    assert (second.size, second.root) == (first.size, first.root)
    times = [signing.see(read_note(one.note), pins()).signed_at for one in (first, second)]
    assert times == [int(now.timestamp()) + 1, int(now.timestamp()) + 2]
    assert len(DB.run("SELECT size FROM consent_checkpoint")) == 1


def test_a_clock_set_back_takes_no_time_back(submission: Submitting, now: datetime) -> None:
    kept(now + timedelta(hours=1))
    say(1, submission, now)
    newest = kept(now)
    assert newest.size == 1
    assert signing.see(read_note(newest.note), pins()).signed_at == int(now.timestamp()) + 3601


def test_every_answer_is_proved_and_any_two_checkpoints_continue_each_other(
    submission: Submitting, now: datetime
) -> None:
    earlier = []
    for step in range(4):
        recorded = say(3, submission, now)
        earlier.append(kept(now + timedelta(seconds=step)))
    newest = earlier[-1]
    text = reading.proof_of(DB, recorded[0].seq)
    assert text is not None
    proof = read_proof(text)
    leaf = bytes.fromhex(recorded[0].leaf_hash)
    assert proves_inclusion(proof.index, newest.size, leaf, proof.path, newest.root)
    for second in earlier:
        for one in [found for found in earlier if found.size <= second.size]:
            path = reading.consistency(DB, one.size, second.size)
            assert proves_consistency(one.size, second.size, one.root, second.root, path)


def test_an_answer_that_is_not_yet_placed_has_no_proof(submission: Submitting, now: datetime) -> None:
    (event,) = say(1, submission, now)
    assert reading.proof_of(DB, event.seq) is None


def test_a_keeper_that_dies_between_leaf_and_signature_leaves_nothing_half(
    submission: Submitting, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(3, submission, now)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(signing, "sign", dies)
        with pytest.raises(KeyboardInterrupt):
            keeper.tick(DB, now)
    assert places() == []
    assert kept(now).size == 3


def test_many_answers_are_placed_in_several_turns(
    submission: Submitting, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeper, "BATCH", 4)
    say(9, submission, now)
    assert [keeper.tick(DB, now) for _ in range(4)] == [4, 4, 1, 0]


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE consent_leaf SET leaf_hash = '" + "0" * 64 + "' WHERE position = 2",
        "UPDATE consent_node SET hash = '" + "0" * 64 + "' WHERE level = 1 AND position = 0",
        "DELETE FROM consent_leaf WHERE position = 2",
    ],
)
def test_nothing_is_signed_over_a_log_that_was_changed(
    submission: Submitting, now: datetime, attack: str
) -> None:
    say(3, submission, now)
    before = kept(now)
    DB.run(attack)
    say(1, submission, now)
    with pytest.raises(Conflict) as refused:
        kept(now + timedelta(seconds=1))
    assert refused.value.code == "log_broken"
    assert reading.latest(DB) == before


def test_a_second_root_is_never_signed_for_one_size(submission: Submitting, now: datetime) -> None:
    say(2, submission, now)
    before = kept(now)
    with pytest.raises(Conflict) as refused:
        keeper._sign(DB, before.size, lambda *_: bytes(32), before, now)
    assert refused.value.code == "log_broken"
    assert reading.latest(DB) == before


@pytest.mark.django_db(transaction=True)
def test_only_one_keeper_works_at_a_time_on_postgresql(now: datetime) -> None:
    if connection.vendor == "sqlite":
        assert keeper._elected(DB)  # SQLite has one writer anyway
        return
    other = open_database(env.database_url())
    try:
        with other.transaction():
            assert keeper._elected(other)
            with DB.transaction():
                assert not keeper._elected(DB)
                assert keeper.tick(DB, now) == 0
        assert reading.latest(DB) is None
    finally:
        other.close()


def test_a_checkpoint_is_never_a_second_old_while_the_keeper_looks(brand: str, now: datetime) -> None:
    ages = []
    for step in range(40):
        moment = now + timedelta(seconds=step * keeper.LOOK)
        keeper.tick(DB, moment)
        newest = reading.latest(DB)
        assert newest is not None
        ages.append((moment - read_utc(newest.signed_at)).total_seconds())
    assert max(ages) + keeper.LOOK < 1
