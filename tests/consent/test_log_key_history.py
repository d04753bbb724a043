"""The keys that sign have a history in the log itself; what was lost is declared there, and proofs heed it."""

import dataclasses
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from sayso.consent.ledger import Submission
from sayso.consent.log import history, keeper, proving, reading, signing, witnessing
from sayso.consent.log.history import Role
from sayso.core.checkpoint import Note, read_note
from sayso.core.errors import SaysoError
from sayso.core.log_proof import read_proof
from sayso.deployment import secrets
from sayso.outbox import store as outbox
from tests.consent import corpus
from tests.consent.log import DB, codes, kept, say

Submitting = Callable[[object], Submission]


@pytest.fixture
def begun(brand: str, now: datetime) -> dict[str, history.SigningKey]:
    """Let the keeper enter the keys; the keys by what they sign."""
    assert keeper.note_keys(DB, now)
    return {key.role: key for key in history.listed(DB)}


def test_the_keys_that_sign_are_entries_of_the_log(
    begun: dict[str, history.SigningKey], now: datetime
) -> None:
    assert set(begun) == set(Role)
    assert begun[Role.RECEIPT].id in proving.public_keys(DB)["keys"]
    keeper.note_keys(DB, now + timedelta(days=1))
    assert kept(now).size == len(Role)
    assert codes(now) == set()


def test_another_key_ends_the_one_before_and_both_can_still_be_pinned(
    begun: dict[str, history.SigningKey], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = dataclasses.replace(secrets.load(), receipt=bytes(32), checkpoint=bytes([1]) * 32)
    monkeypatch.setattr(secrets, "load", lambda: held)
    later = now + timedelta(days=1)
    keeper.note_keys(DB, later)
    listed = history.listed(DB)
    assert [(key.role, bool(key.until)) for key in listed].count((Role.RECEIPT, True)) == 1
    told = proving.public_keys(DB)
    assert begun[Role.RECEIPT].id in told["keys"]
    assert len(told["keys"]) == 2
    assert len(signing.read_pins(told).log) == 4


def test_a_key_that_signs_again_after_its_end_is_not_listed_twice(
    begun: dict[str, history.SigningKey], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = dataclasses.replace(secrets.load(), receipt=bytes(32))
    with monkeypatch.context() as other:
        other.setattr(secrets, "load", lambda: held)
        keeper.note_keys(DB, now + timedelta(days=1))
    keeper.note_keys(DB, now + timedelta(days=2))
    found = [key for key in history.listed(DB) if key.public == begun[Role.RECEIPT].public]
    assert [(key.begun, key.until) for key in found] == [(begun[Role.RECEIPT].begun, "")]


@pytest.mark.parametrize(
    "attack", ["UPDATE consent_keynews SET since = '2020'", "UPDATE consent_keynews SET act = 'x'"]
)
def test_a_history_changed_by_hand_is_seen(
    begun: dict[str, history.SigningKey], now: datetime, attack: str
) -> None:
    kept(now)
    DB.run(attack)
    assert codes(now) == {"rewritten"}


def test_news_of_a_loss_that_was_hushed_up_is_seen(
    begun: dict[str, history.SigningKey], now: datetime
) -> None:
    history.declare_compromised(DB, begun[Role.RECEIPT].id, now, now)
    kept(now)
    assert codes(now) == set()
    DB.run("DELETE FROM consent_keynews WHERE act = 'compromised'")
    assert codes(now) == {"removed"}


def test_news_of_a_loss_that_nobody_declared_is_seen(
    begun: dict[str, history.SigningKey], submission: Submitting, now: datetime
) -> None:
    gap = outbox.take(DB, 1)
    say(1, submission, now)
    kept(now)
    DB.run(
        "INSERT INTO consent_keynews (seq, act, role, public, since, at, leaf_hash)"
        " SELECT %s, 'compromised', role, public, since, at, leaf_hash FROM consent_keynews WHERE role = 'receipt'",
        [gap],
    )
    assert codes(now) == {"inserted"}


def test_a_loss_is_told_to_whoever_pins_keys_and_can_only_move_back(
    begun: dict[str, history.SigningKey], now: datetime
) -> None:
    lost = begun[Role.RECEIPT].id
    assert "compromised" not in proving.public_keys(DB)
    for days in (2, 3, 1):
        history.declare_compromised(DB, lost, now + timedelta(days=days), now + timedelta(days=5))
    since = int((now + timedelta(days=1)).timestamp())
    assert proving.public_keys(DB)["compromised"] == {lost: since}


def test_what_cannot_be_declared_is_refused(begun: dict[str, history.SigningKey], now: datetime) -> None:
    for key, since, code in (
        ("00" * 8, now, "unknown_key"),
        (begun[Role.RECEIPT].id, now + timedelta(seconds=1), "not_yet"),
    ):
        with pytest.raises(SaysoError) as refused:
            history.declare_compromised(DB, key, since, now)
        assert refused.value.code == code


def _cosign(note: str, seconds: int) -> None:
    """Let the witness of the corpus sign a checkpoint, as if it had posted it."""
    key = signing.verifier_keys(corpus.WITNESS, corpus.WITNESSING)[1]
    one = signing.cosign(read_note(note).body, corpus.WITNESS, corpus.WITNESSING, seconds)
    read = read_note(note)
    assert witnessing.keep(DB, Note(read.checkpoint, read.body, (one,)), [(key, one)]) == 1


def _size(seq: int) -> int:
    proof = reading.proof_of(DB, seq)
    assert proof is not None
    return read_proof(proof).note.checkpoint.size


def test_a_proof_stands_on_the_first_checkpoint_that_a_witness_saw(
    begun: dict[str, history.SigningKey], submission: Submitting, now: datetime
) -> None:
    (first,) = say(1, submission, now)
    early = kept(now)
    say(1, submission, now)
    seen = kept(now + timedelta(minutes=1))
    say(1, submission, now)
    kept(now + timedelta(minutes=2))
    assert _size(first.seq) == early.size
    _cosign(seen.note, int((now + timedelta(minutes=3)).timestamp()))
    assert _size(first.seq) == seen.size
    history.declare_compromised(
        DB, begun[Role.RECEIPT].id, now + timedelta(seconds=30), now + timedelta(days=1)
    )
    assert _size(first.seq) == early.size  # signed before the key was lost
    history.declare_compromised(
        DB, begun[Role.CHECKPOINT].id, now + timedelta(days=1), now + timedelta(days=1)
    )
    assert _size(first.seq) == seen.size  # the log's own word is worth nothing now


def test_a_quiet_log_keeps_the_first_time_it_signed_a_size(submission: Submitting, now: datetime) -> None:
    (event,) = say(1, submission, now)
    kept(now)
    assert "2026" in kept(now + timedelta(days=2)).signed_at
    proof = reading.proof_of(DB, event.seq)
    assert proof is not None
    seen = signing.see(read_proof(proof).note, signing.read_pins(proving.public_keys(DB)))
    assert seen.signed_at == int(now.timestamp()) + 1
