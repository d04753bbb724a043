"""The folder of a witness: its key, what it signed last of each log, and what was held against one."""

import fcntl
import json
import os
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sayso.consent.log import signing
from sayso.core.checkpoint import Note, VerifierKey, read_note, read_verifier_key
from sayso.core.errors import Conflict, Invalid, Malformed
from sayso.core.values import read_json

BUSY = "Another witness works in this folder."


def write_whole(file: Path, text: str) -> None:
    """Write a file whole or not at all, and durably: what was signed is remembered after a power cut too."""
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    partial.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@dataclass(frozen=True, slots=True)
class Witness:
    """Who witnesses: a name, a key, and the folder where both and everything signed are kept."""

    home: Path
    name: str
    key: Ed25519PrivateKey

    @property
    def verifier_key(self) -> VerifierKey:
        """Give the public half, as others pin it."""
        return signing.verifier_keys(self.name, self.key)[1]

    def _file(self, origin: str, kind: str) -> Path:
        return self.home / f"{sha256(origin.encode()).hexdigest()[:16]}.{kind}"

    def signed_file(self, origin: str) -> Path:
        """Name the file of the last checkpoint signed of one log; anybody may be shown it."""
        return self._file(origin, "checkpoint")

    def evidence_file(self, origin: str) -> Path:
        """Name the file of what one log showed against itself."""
        return self._file(origin, "evidence.json")

    def last(self, origin: str) -> Note | None:
        """Give the last checkpoint signed of one log.

        Raises `Malformed` when the file holds something else: a witness who forgot signs nothing.
        """
        file = self.signed_file(origin)
        return read_note(file.read_text()) if file.exists() else None


def open_witness(home: Path, name: str) -> Witness:
    """Open a witness's folder, with a new key the first time; the name and the key then stay together.

    Raises `Invalid` with code `invalid_witness` without a name at first, or with another one later.
    """
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = home / "witness.key"
    if not file.exists():
        if not name:
            raise Invalid(
                "invalid_witness", "A new witness has no name.", "Give --name, such as example.org/w1."
            )
        seed = b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode()
        write_whole(file, json.dumps({"name": name, "seed": seed}))
    kept = read_json(file.read_bytes())
    if name and kept["name"] != name:
        remedy = "Give each witness a folder of its own."
        raise Invalid("invalid_witness", f"The witness in this folder is {kept['name']}.", remedy)
    own = Witness(home, kept["name"], Ed25519PrivateKey.from_private_bytes(b64decode(kept["seed"])))
    _need_a_name(own)
    return own


def _need_a_name(own: Witness) -> None:
    try:
        read_verifier_key(own.verifier_key.text)
    except Malformed as broken:
        remedy = "Give --name without spaces and plus signs, such as example.org/w1."
        raise Invalid("invalid_witness", "That name is none that signs checkpoints.", remedy) from broken


@contextmanager
def alone_in(home: Path) -> Iterator[None]:
    """Hold a witness's folder: two that sign from one memory could sign two pasts.

    Raises `Conflict` with code `witness_busy` while another holds it.
    """
    with (home / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as busy:
            raise Conflict("witness_busy", BUSY, "Stop it, or give this one another --home.") from busy
        yield
