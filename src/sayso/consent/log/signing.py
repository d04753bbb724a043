"""Sign checkpoints with the log's own key, and check them with pinned keys only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
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
    is_by,
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


def _holds(signature: Signature, key: VerifierKey, body: str) -> bool:
    timed = key.kind == TIMED
    if timed and time_in(signature) > LATEST:
        return False
    message = timed_message(body, time_in(signature)) if timed else body.encode()
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature.raw[8 if timed else 0 :], message)
    except InvalidSignature:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Pins:
    """Public keys somebody kept from an earlier day: the log's, and those of the witnesses she trusts."""

    log: tuple[VerifierKey, ...]
    witnesses: tuple[VerifierKey, ...] = ()


def _keys(listed: object) -> Iterable[VerifierKey]:
    for text in listed if isinstance(listed, list) else []:
        if not isinstance(text, str):
            raise Malformed("malformed_checkpoint", "A pinned key is no text.", "Pin the keys again.")
        yield read_verifier_key(text)


def read_pins(source: object) -> Pins:
    """Read the log's part of a file of pinned keys: `log` and, by whoever trusts some, `witnesses`.

    Raises `Malformed` with code `malformed_checkpoint`.
    """
    told: Mapping[str, Any] = source if isinstance(source, Mapping) else {}
    return Pins(tuple(_keys(told.get("log"))), tuple(_keys(told.get("witnesses"))))


@dataclass(frozen=True, slots=True)
class Seen:
    """What holds of a checkpoint: that its log signed it, when at the latest, and who else saw it."""

    by_log: bool
    signed_at: int | None
    witnesses: tuple[str, ...]


def see(note: Note, pins: Pins) -> Seen:
    """Check a checkpoint's signatures. A witness who holds the log's own key is no witness."""
    held = [
        (key, signature)
        for key in (*pins.log, *pins.witnesses)
        for signature in note.signatures
        if is_by(signature, key) and _holds(signature, key, note.body)
    ]
    own = {key for key in pins.log if key.name == note.checkpoint.origin}
    of_log = {key.public for key in pins.log}
    times = [time_in(signature) for key, signature in held if key in own and key.kind == TIMED]
    independent = {
        key.name
        for key, _ in held
        if key in pins.witnesses and key.kind == TIMED and key.public not in of_log
    }
    by_log = any(key in own and key.kind == PLAIN for key, _ in held)
    return Seen(by_log, max(times, default=None), tuple(sorted(independent)))
