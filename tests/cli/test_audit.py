"""Whoever follows the log is told, by exit code and in words, when it was rewritten behind everybody's back."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sayso.cli import auditing
from sayso.cli.auditing import Look, Stored
from sayso.consent import services
from sayso.consent.ledger import Submission, body_hash_of
from sayso.consent.log import proving, signing
from sayso.core.checkpoint import Checkpoint, Note, read_note
from sayso.core.consent import Answer
from sayso.core.errors import Unavailable
from sayso.deployment import secrets as deployed
from sayso.identity import keys
from sayso.notices import services as notices
from tests import linen
from tests.consent.log import DB, kept, say

PINNED: Callable[[], signing.Pins] = lambda: signing.read_pins(proving.public_keys(DB))  # noqa: E731


@pytest.fixture
def submission(db: None, now: datetime) -> Callable[[Answer], Submission]:
    notices.publish_notice(linen.document(), "Otto", now)
    device = keys.secret_hash(secrets.token_urlsafe(32))
    return lambda said: Submission("linen-and-loom", said, body_hash_of(said.event.encode()), device=device)


@pytest.fixture
def last(submission: Callable[[Answer], Submission], now: datetime) -> Note:
    """Record six answers, keep the log, and give the checkpoint an auditor kept."""
    say(6, submission, now)
    return read_note(kept(now).note)


def look(now: datetime, before: Note | None, seconds: float = 2, rows: bool = True) -> Look:
    return auditing.look(Stored(DB), PINNED(), before, DB if rows else None, now + timedelta(seconds=seconds))


def codes(looked: Look) -> set[str]:
    return {found.code for found in looked.findings}


def test_a_log_that_grew_holds_and_nobody_is_named_as_its_witness(
    last: Note, submission: Callable[[Answer], Submission], now: datetime
) -> None:
    say(3, submission, now)
    kept(now + timedelta(seconds=1))
    lines = auditing.lines_of(look(now, last))
    assert lines[0].startswith("HOLDS    localhost:8701/log, 9 entries, signed 2026-05-04T09:00:02")
    assert lines[1:] == [
        "         9 answers as they were recorded, 0 erased by right",
        "         Not independently witnessed.",
    ]


def _witnessed(last: Note, key: Ed25519PrivateKey, root: bytes | None = None) -> str:
    """Give the checkpoint with a witness's signature, of this root or of another that our key signed too."""
    point = Checkpoint(last.checkpoint.origin, last.checkpoint.size, root or last.checkpoint.root)
    made = signing.sign(point, deployed.load().checkpoint_key(), 1)
    seen = signing.cosign(made.body, "witness.example/w1", key, 1)
    return Note(made.checkpoint, made.body, (*made.signatures, seen)).text


def _seen_by(last: Note, now: datetime, own: Ed25519PrivateKey, witnessed: str) -> Look:
    pins = signing.Pins(PINNED().log, (signing.verifier_keys("witness.example/w1", own)[1],))
    source = Shown(Stored(DB).checkpoint(), witnessed)
    return auditing.look(source, pins, last, None, now + timedelta(seconds=3))


def test_a_witness_who_is_pinned_is_named_and_how_far_it_saw(
    last: Note, submission: Callable[[Answer], Submission], now: datetime
) -> None:
    own, foreign = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    say(3, submission, now)
    kept(now + timedelta(seconds=1))
    looked = _seen_by(last, now, own, _witnessed(last, own))
    assert auditing.lines_of(looked)[-1].strip() == "Witnessed by witness.example/w1, up to entry 6."
    unknown = _seen_by(last, now, foreign, _witnessed(last, own))
    assert auditing.lines_of(unknown)[-1].strip() == "Not independently witnessed."


def test_a_witness_who_was_shown_another_log_gives_it_away(last: Note, now: datetime) -> None:
    own = Ed25519PrivateKey.generate()
    assert codes(_seen_by(last, now, own, _witnessed(last, own, bytes(32)))) == {"forked"}


ATTACKS = {
    "rewritten": "UPDATE consent_event SET answers = replace(answers, 'given', 'refused')",
    "removed": "DELETE FROM consent_event WHERE seq = (SELECT min(seq) FROM consent_event)",
    "changed_root": "UPDATE consent_checkpoint SET root = '" + "0" * 64 + "'",
}


@pytest.mark.parametrize("code", ATTACKS)
def test_a_database_changed_by_hand_fails(last: Note, now: datetime, code: str) -> None:
    DB.run(ATTACKS[code])
    looked = look(now, last)
    assert codes(looked) == {code}
    assert all(line.startswith(f"FAILED   {code}: ") for line in auditing.lines_of(looked))


def test_an_erasure_by_right_passes(last: Note, now: datetime) -> None:
    (subject,) = {row[0] for row in DB.run("SELECT subject FROM consent_event")}
    services.forget_subjects([str(subject)], now)
    kept(now + timedelta(seconds=1))
    assert codes(look(now, last)) == set()


def _signed(size: int, root: bytes, now: datetime, origin: str = "localhost:8701/log") -> str:
    key = deployed.load().checkpoint_key()
    return signing.sign(Checkpoint(origin, size, root), key, int(now.timestamp()) + 2).text


class Shown:
    """A log that shows this auditor what its operator likes."""

    def __init__(self, note: str, witnessed: str | None = None) -> None:
        self.note, self._witnessed = note, witnessed

    def keys(self) -> object:
        return proving.public_keys(DB)

    def checkpoint(self) -> str:
        return self.note

    def witnessed(self) -> str | None:
        return self._witnessed

    def consistency(self, first: int, second: int) -> list[bytes]:
        return Stored(DB).consistency(first, second)


def shown(note: str, last: Note, now: datetime) -> set[str]:
    return codes(auditing.look(Shown(note), PINNED(), last, None, now + timedelta(seconds=3)))


def test_a_log_that_shows_another_past_is_caught_though_its_own_key_signed_it(
    last: Note, now: datetime
) -> None:
    size, root = last.checkpoint.size, last.checkpoint.root
    assert shown(_signed(size, root, now), last, now) == set()
    assert shown(_signed(size, bytes(32), now), last, now) == {"forked"}
    assert shown(_signed(size + 1, bytes(32), now), last, now) == {"forked"}
    assert shown(_signed(size - 1, bytes(32), now), last, now) == {"backwards"}
    assert shown(_signed(size, root, now, "elsewhere.example/log"), last, now) >= {"forked"}
    assert shown(_signed(size, root, now - timedelta(seconds=30)), last, now) == {"backwards"}


def test_a_checkpoint_that_a_pinned_key_did_not_sign_fails(last: Note, now: datetime) -> None:
    foreign = signing.sign(last.checkpoint, Ed25519PrivateKey.generate(), int(now.timestamp()) + 2)
    assert shown(foreign.text, last, now) == {"bad_signature"}
    assert shown("nonsense", last, now) == {"bad_checkpoint"}


def test_a_keeper_that_stopped_is_noticed(last: Note, now: datetime) -> None:
    assert codes(look(now, last, seconds=50)) == set()
    assert codes(look(now, last, seconds=70)) == {"stale"}


def test_the_last_checkpoint_is_kept_whole(last: Note, tmp_path: Path) -> None:
    file = tmp_path / "new" / "audit.checkpoint"
    assert auditing.read_last(file) is None
    auditing.keep_last(file, last)
    assert auditing.read_last(file) == last
    assert [one.name for one in file.parent.iterdir()] == ["audit.checkpoint"]


def test_a_log_that_does_not_answer_is_no_verdict() -> None:
    with pytest.raises(Unavailable) as refused:
        auditing.Public("http://localhost:9/log").checkpoint()
    assert refused.value.code == "log_unreachable"
