"""Check that an entry is in a brand's log: C2SP tlog-proof, tlog-checkpoint, tlog-cosignature; RFC 9162."""

from __future__ import annotations

import hashlib
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PLAIN, TIMED = 1, 4  # kinds of Ed25519 signatures
LATEST = 253_402_300_799  # the end of the year 9999
LONGEST = 64 * 1024  # characters of a checkpoint
_LENGTH = {PLAIN: 64, TIMED: 72}
_NAME = re.compile(r"[^\s+\ud800-\udfff]+\Z")  # half of a surrogate pair is written in no UTF-8
_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,14})\Z", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class Wrong(Exception):
    """Something in a kept file or in the pins is wrong, by its code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the log an entry stands, and who saw it. Times are POSIX timestamps."""

    origin: str
    index: int
    size: int
    signed_at: int | None
    witnesses: tuple[str, ...]
    earliest: int | None


@dataclass(frozen=True, slots=True)
class Key:
    """A pinned key of a log or of a witness."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Give the four bytes by which a signature names it."""
        named = f"{self.name}\n".encode() + bytes([self.kind]) + self.public
        return hashlib.sha256(named).digest()[:4]

    @property
    def fingerprint(self) -> str:
        """Give the name under which it is declared compromised."""
        return hashlib.sha256(self.public).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Pins:
    """Keys of the log and of trusted witnesses, and since when any is compromised."""

    log: tuple[Key, ...]
    witnesses: tuple[Key, ...]
    compromised: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Signature:
    """One line beneath a checkpoint."""

    name: str
    key_id: bytes
    raw: bytes

    @property
    def at(self) -> int:
        """Give the time at the head of a timed signature."""
        return int.from_bytes(self.raw[:8], "big")


@dataclass(frozen=True, slots=True)
class Proof:
    """Where an entry stands, the way from it to the root, and the checkpoint over the root."""

    index: int
    path: tuple[bytes, ...]
    body: str
    origin: str
    size: int
    root: bytes
    signatures: tuple[Signature, ...]


def _base64(text: str) -> bytes:
    try:
        raw = b64decode(text.encode("ascii"), validate=True)
    except ValueError as broken:
        raise Wrong("malformed_checkpoint") from broken
    if b64encode(raw).decode() != text:
        raise Wrong("malformed_checkpoint")
    return raw


def _number(text: str) -> int:
    if not _NUMBER.match(text):
        raise Wrong("malformed_checkpoint")
    return int(text)


def _key(text: object) -> Key:
    name, _, rest = text.partition("+") if isinstance(text, str) else ("", "", "")
    named, _, coded = rest.partition("+")
    raw = _base64(coded)
    if len(raw) != 33 or raw[0] not in _LENGTH or not _NAME.match(name):
        raise Wrong("bad_pins")
    key = Key(name, raw[0], raw[1:])
    if key.id.hex() != named:
        raise Wrong("bad_pins")
    return key


def read_pins(source: object) -> Pins:
    """Read the log's part of pinned keys; raises `Wrong` with bad_pins."""
    told: Mapping[str, Any] = source if isinstance(source, Mapping) else {}
    log, witnesses = told.get("log"), told.get("witnesses")
    lost = {} if told.get("compromised") is None else told["compromised"]
    if not isinstance(lost, Mapping) or not all(type(since) is int for since in lost.values()):
        raise Wrong("bad_pins")
    try:
        every = [
            tuple(_key(one) for one in (listed if isinstance(listed, list) else []))
            for listed in (log, witnesses)
        ]
    except Wrong as broken:
        raise Wrong("bad_pins") from broken
    return Pins(every[0], every[1], lost)


def _signature(line: str) -> Signature:
    mark, _, rest = line.partition(" ")
    name, _, coded = rest.partition(" ")
    raw = _base64(coded)
    if mark != "—" or not _NAME.match(name) or len(raw) < 5:
        raise Wrong("malformed_checkpoint")
    return Signature(name, raw[:4], raw[4:])


def read_proof(text: str) -> Proof:
    """Read a proof; raises `Wrong` with malformed_proof or malformed_checkpoint."""
    head, _, note = text.partition("\n\n")
    first, *rest = head.split("\n")
    word, _, index = rest[0].partition(" ") if rest else ("", "", "")
    if first != "c2sp.org/tlog-proof@v1" or word != "index" or len(rest) > 65:
        raise Wrong("malformed_proof")
    path = tuple(_base64(line) for line in rest[1:])
    if any(len(step) != 32 for step in path):
        raise Wrong("malformed_proof")
    place = _number(index)
    body, gap, beneath = note.partition("\n\n")
    lines = body.split("\n")
    whole = bool(gap) and beneath.endswith("\n") and len(lines) >= 3 and bool(lines[0])
    if len(note) > LONGEST or not whole or _CONTROL.search(note):
        raise Wrong("malformed_checkpoint")
    root = _base64(lines[2])
    if len(root) != 32:
        raise Wrong("malformed_checkpoint")
    size = _number(lines[1])
    signatures = tuple(_signature(line) for line in beneath[:-1].split("\n"))
    return Proof(place, path, body + "\n", lines[0], size, root, signatures)


def _holds(one: Signature, key: Key, body: str) -> bool:
    timed = key.kind == TIMED
    if len(one.raw) != _LENGTH[key.kind] or (timed and one.at > LATEST):
        return False
    message = f"cosignature/v1\ntime {one.at}\n{body}" if timed else body
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(one.raw[8 if timed else 0 :], message.encode())
    except InvalidSignature:
        return False
    return True


def _leads_to_root(proof: Proof, leaf: bytes) -> bool:
    """Tell whether the path leads from the leaf to the root (RFC 9162, 2.1.3.2)."""
    if proof.index >= proof.size:
        return False
    at, last, own = proof.index, proof.size - 1, leaf
    for sibling in proof.path:
        if last == 0:
            return False
        left = at & 1 or at == last
        own = hashlib.sha256(b"\x01" + (sibling + own if left else own + sibling)).digest()
        while left and not at & 1 and at:
            at, last = at >> 1, last >> 1
        at, last = at >> 1, last >> 1
    return last == 0 and own == proof.root


def _least(times: Sequence[int]) -> int | None:
    return min(times, default=None)


def place_of(proof: Proof, leaf: bytes, pins: Pins) -> Place:
    """Check a proof against pinned keys and give the place; raises `Wrong` with what does not hold."""
    if not pins.log:
        raise Wrong("log_not_pinned")
    claims = [
        (key, one)
        for key in (*pins.log, *pins.witnesses)
        for one in proof.signatures
        if (one.name, one.key_id) == (key.name, key.id)
    ]
    held = [(key, one) for key, one in claims if _holds(one, key, proof.body)]
    forged = {key.name for key, one in claims if (key, one) not in held}
    of_log = {key.public for key in pins.log}
    own = [(key, one) for key, one in held if key in pins.log and key.name == proof.origin]
    seen = [(key, one) for key, one in held if key.kind == TIMED and key.public not in of_log]
    witnessed = _least([one.at for _, one in seen])
    plain = [pins.compromised.get(key.fingerprint) for key, _ in own if key.kind == PLAIN]
    if not plain or forged & {key.name for key in pins.log}:
        raise Wrong("bad_checkpoint")
    if forged:
        raise Wrong("forged_witness")
    if not any(since is None or (witnessed is not None and witnessed < since) for since in plain):
        raise Wrong("compromised_log")
    if not _leads_to_root(proof, leaf):
        raise Wrong("not_included")
    timed = [(key, one.at) for key, one in own if key.kind == TIMED]
    believed = [at for key, at in timed if key.fingerprint not in pins.compromised]
    return Place(
        proof.origin,
        proof.index,
        proof.size,
        max((at for _, at in timed), default=None),
        tuple(sorted({key.name for key, _ in seen})),
        _least([*believed, *(one.at for _, one in seen)]),
    )
