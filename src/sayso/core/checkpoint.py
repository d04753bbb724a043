"""What the log signs: a checkpoint as a signed note (C2SP signed-note, tlog-checkpoint, tlog-cosignature).

The note's text is three lines, origin, size and root; its signatures stand beneath. A plain signature (kind 1)
covers the text; a timed one (kind 4) covers the time as well. The log gives both, a witness adds a timed one.
This module knows the words alone: who holds a key signs, and checks, in `sayso.consent.log`.
"""

import hashlib
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass

from sayso.core.errors import Malformed

PLAIN, TIMED = 1, 4  # kinds of Ed25519 signatures (C2SP signed-note and tlog-cosignature)
LONGEST = 64 * 1024  # characters of a note we would read
_LENGTH = {PLAIN: 64, TIMED: 72}  # bytes of a signature; a timed one begins with eight of time
_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,14})\Z", re.ASCII)
_NAME = re.compile(r"[^\s+\ud800-\udfff]+\Z")  # half of a surrogate pair is written in no UTF-8
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")  # no note carries one but its line ends (C2SP signed-note)


def _malformed(detail: str) -> Malformed:
    return Malformed("malformed_checkpoint", detail, "Fetch the checkpoint again.")


def read_base64(text: str) -> bytes:
    """Read base64 in its one canonical spelling (RFC 4648, section 4).

    Raises `Malformed` with code `malformed_checkpoint`.
    """
    try:
        raw = b64decode(text.encode("ascii"), validate=True)
    except ValueError as broken:
        raise _malformed("A part of it is not base64.") from broken
    if b64encode(raw).decode() != text:
        raise _malformed("A part of it is spelt in another than the canonical way.")
    return raw


def read_number(text: str) -> int:
    """Read a decimal number without leading zeroes, at most fifteen digits.

    Raises `Malformed` with code `malformed_checkpoint`.
    """
    if not _NUMBER.match(text):
        raise _malformed("A part of it is not a number.")
    return int(text)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the log was at one size: the root over its first `size` leaves."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """Give the text that is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key by which a name signs notes, and in which way."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """Give the four bytes by which a signature names its key."""
        named = f"{self.name}\n".encode() + bytes([self.kind]) + self.public
        return hashlib.sha256(named).digest()[:4]

    @property
    def fingerprint(self) -> str:
        """Give the sixteen hexadecimal digits by which the key history and a file of pins name the bare key."""
        return hashlib.sha256(self.public).hexdigest()[:16]

    @property
    def text(self) -> str:
        """Write it as others pin it: `name+id+key`."""
        return f"{self.name}+{self.id.hex()}+{b64encode(bytes([self.kind]) + self.public).decode()}"


def read_verifier_key(text: str) -> VerifierKey:
    """Read a pinned key.

    Raises `Malformed` with code `malformed_checkpoint` for one that is not of our two kinds.
    """
    name, _, rest = text.partition("+")
    named, _, coded = rest.partition("+")
    raw = read_base64(coded)
    if len(raw) != 33 or raw[0] not in _LENGTH or not _NAME.match(name):
        raise _malformed("A pinned key is none that signs checkpoints.")
    key = VerifierKey(name, raw[0], raw[1:])
    if key.id.hex() != named:
        raise _malformed("A pinned key does not carry its own name.")
    return key


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line: who it says it is by, and its bytes after the key's id."""

    name: str
    key_id: bytes
    raw: bytes

    @property
    def line(self) -> str:
        """Write it as it stands beneath a note."""
        return f"— {self.name} {b64encode(self.key_id + self.raw).decode()}\n"


@dataclass(frozen=True, slots=True)
class Note:
    """A checkpoint with its signatures, none of them checked. `body` is the very text they cover."""

    checkpoint: Checkpoint
    body: str
    signatures: tuple[Signature, ...]

    @property
    def text(self) -> str:
        """Write the whole note."""
        return self.body + "\n" + "".join(signature.line for signature in self.signatures)


def _read_signature(line: str) -> Signature:
    mark, _, rest = line.partition(" ")
    name, _, coded = rest.partition(" ")
    raw = read_base64(coded)
    if mark != "—" or not _NAME.match(name) or len(raw) < 5:
        raise _malformed("A line beneath it is no signature.")
    return Signature(name, raw[:4], raw[4:])


def read_note(text: str) -> Note:
    """Read a signed checkpoint.

    Raises `Malformed` with code `malformed_checkpoint`.
    """
    body, gap, beneath = text.partition("\n\n")
    lines = body.split("\n")
    too_few = len(lines) < 3 or not lines[0]
    if len(text) > LONGEST or not gap or not beneath.endswith("\n") or too_few or _CONTROL.search(text):
        raise _malformed("It has not the form of a signed checkpoint.")
    root = read_base64(lines[2])
    if len(root) != 32:
        raise _malformed("Its root is not a hash.")
    signatures = tuple(_read_signature(line) for line in beneath[:-1].split("\n"))
    return Note(Checkpoint(lines[0], read_number(lines[1]), root), body + "\n", signatures)


def names(signature: Signature, key: VerifierKey) -> bool:
    """Tell whether a signature says that it is by a key; then it must hold, or the note is worth nothing."""
    return (signature.name, signature.key_id) == (key.name, key.id)


def has_its_length(signature: Signature, key: VerifierKey) -> bool:
    """Tell whether a signature is as long as one by this kind of key; only then is there something to check."""
    return len(signature.raw) == _LENGTH[key.kind]


def is_timed(signature: Signature) -> bool:
    """Tell by its length whether a signature carries a time."""
    return len(signature.raw) == _LENGTH[TIMED]


def timed_message(body: str, seconds: int) -> bytes:
    """Give what a timed signature covers: its purpose, the time as a POSIX timestamp, and the note's text."""
    return f"cosignature/v1\ntime {seconds}\n{body}".encode()


def time_in(signature: Signature) -> int:
    """Give the POSIX timestamp at the head of a timed signature."""
    return int.from_bytes(signature.raw[:8], "big")
