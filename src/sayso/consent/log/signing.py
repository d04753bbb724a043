"""Sign checkpoints with the log's own key, and check them with pinned keys only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sayso.core.checkpoint import (
    PLAIN,
    TIMED,
    Checkpoint,
    Note,
    Signature,
    VerifierKey,
    has_its_length,
    names,
    read_verifier_key,
    time_in,
    timed_message,
)
from sayso.core.errors import Malformed
from sayso.deployment import env, secrets

LATEST = 253_402_300_799  # the end of the year 9999 as a POSIX timestamp: what calendars can write


def origin() -> str:
    """Give the name a new log of this deployment takes: its address without the scheme."""
    return f"{urlsplit(env.text('SAYSO_EDGE_ADDRESS')).netloc}/log"


def verifier_keys(name: str, key: Ed25519PrivateKey) -> tuple[VerifierKey, VerifierKey]:
    """Give the public halves by which a log's plain and timed signatures are checked."""
    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return VerifierKey(name, PLAIN, raw), VerifierKey(name, TIMED, raw)


def written(name: str, public: bytes) -> list[str]:
    """Write a key of a log for pinning, as C2SP does: once for its plain and once for its timed signatures."""
    return [VerifierKey(name, kind, public).text for kind in (PLAIN, TIMED)]


def public_keys(name: str) -> list[str]:
    """Give this deployment's public halves for pinning, as C2SP writes them."""
    return [key.text for key in verifier_keys(name, secrets.load().checkpoint_key())]


def cosign(body: str, name: str, key: Ed25519PrivateKey, seconds: int) -> Signature:
    """Give a timed signature of a checkpoint: at that time it was the latest its signer knew of this log."""
    stamped = seconds.to_bytes(8, "big") + key.sign(timed_message(body, seconds))
    return Signature(name, verifier_keys(name, key)[1].id, stamped)


def sign(checkpoint: Checkpoint, key: Ed25519PrivateKey, seconds: int) -> Note:
    """Sign a checkpoint as its log does: once plainly, and once with the time (a POSIX timestamp)."""
    body = checkpoint.text
    plain = Signature(checkpoint.origin, verifier_keys(checkpoint.origin, key)[0].id, key.sign(body.encode()))
    return Note(checkpoint, body, (plain, cosign(body, checkpoint.origin, key, seconds)))


def holds(signature: Signature, key: VerifierKey, body: str) -> bool:
    """Tell whether a signature is by a key, over this text and, where it is a timed one, over its time."""
    timed = key.kind == TIMED
    if not has_its_length(signature, key) or (timed and time_in(signature) > LATEST):
        return False
    message = timed_message(body, time_in(signature)) if timed else body.encode()
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature.raw[8 if timed else 0 :], message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass(frozen=True, slots=True)
class Pins:
    """Public keys somebody kept from an earlier day: the log's, and those of the witnesses she trusts.

    `compromised` tells, by fingerprint, from which POSIX timestamp on a key may have been in other hands.
    """

    log: tuple[VerifierKey, ...]
    witnesses: tuple[VerifierKey, ...] = ()
    compromised: Mapping[str, int] = field(default_factory=dict)


def _keys(listed: object) -> Iterable[VerifierKey]:
    for text in listed if isinstance(listed, list) else []:
        if not isinstance(text, str):
            raise Malformed("malformed_checkpoint", "A pinned key is no text.", "Pin the keys again.")
        yield read_verifier_key(text)


def _compromised(told: object) -> Mapping[str, int]:
    listed = {} if told is None else told
    if not isinstance(listed, Mapping) or not all(type(since) is int for since in listed.values()):
        raise Malformed("malformed_checkpoint", "`compromised` names no times.", "Pin the keys again.")
    return {str(name): since for name, since in listed.items()}


def read_pins(source: object) -> Pins:
    """Read the log's part of a file of pinned keys: `log`, `compromised` and, by whoever trusts some, `witnesses`.

    Raises `Malformed` with code `malformed_checkpoint`.
    """
    told: Mapping[str, Any] = source if isinstance(source, Mapping) else {}
    witnesses = tuple(_keys(told.get("witnesses")))
    return Pins(tuple(_keys(told.get("log"))), witnesses, _compromised(told.get("compromised")))


@dataclass(frozen=True, slots=True)
class Seen:
    """What holds of a checkpoint.

    `by_log` says that its log signed it, with a key that was the log's alone. `signed_at` is when it says it
    did, at the latest; `earliest` the first moment at which anybody who can be believed had seen it (both POSIX
    timestamps). `witnesses` names who else signed it. `forged` names pinned keys that stand under it and did
    not sign it: one is enough to refuse the whole (C2SP signed-note). `lost` says that the log's key signed it
    after that key was compromised, or nobody can show before.
    """

    by_log: bool
    signed_at: int | None
    witnesses: tuple[str, ...]
    earliest: int | None = None
    forged: tuple[str, ...] = ()
    lost: bool = False


def _claims(note: Note, pins: Pins) -> Iterable[tuple[VerifierKey, Signature]]:
    every = [(key, one) for key in (*pins.log, *pins.witnesses) for one in note.signatures]
    return [(key, one) for key, one in every if names(one, key)]


def see(note: Note, pins: Pins) -> Seen:
    """Check a checkpoint's signatures. A witness who holds the log's own key is no witness."""
    claims = _claims(note, pins)
    held = [(key, one) for key, one in claims if holds(one, key, note.body)]
    forged = {key.name for key, one in claims if (key, one) not in held}
    of_log = {key.public for key in pins.log}
    own = [(key, one) for key, one in held if key in pins.log and key.name == note.checkpoint.origin]
    independent = [
        (key, one)
        for key, one in held
        if key in pins.witnesses and key.kind == TIMED and key.public not in of_log
    ]
    witnessed = min((time_in(one) for _, one in independent), default=None)

    def is_sound(key: VerifierKey) -> bool:
        since = pins.compromised.get(key.fingerprint)
        return since is None or (witnessed is not None and witnessed < since)

    plain = [key for key, _ in own if key.kind == PLAIN]
    timed = [(key, time_in(one)) for key, one in own if key.kind == TIMED]
    believed = [at for key, at in timed if key.fingerprint not in pins.compromised]
    by_log = any(is_sound(key) for key in plain)
    return Seen(
        by_log,
        max((at for _, at in timed), default=None),
        tuple(sorted({key.name for key, _ in independent})),
        min([*believed, *([] if witnessed is None else [witnessed])], default=None),
        tuple(sorted(forged)),
        bool(plain) and not by_log,
    )
