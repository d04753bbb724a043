"""A proof that an entry is in the log, as a text that stands alone (C2SP tlog-proof)."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from sayso.core.checkpoint import Note, read_base64, read_note, read_number
from sayso.core.errors import Malformed

FIRST_LINE = "c2sp.org/tlog-proof@v1"
DEEPEST = 64  # hashes on the way from a leaf to the root: enough for any tree


@dataclass(frozen=True, slots=True)
class LogProof:
    """Where an entry stands, the way from it to the root, and the checkpoint that signs the root."""

    index: int
    path: tuple[bytes, ...]
    note: Note


def write_proof(index: int, path: Sequence[bytes], note: str) -> str:
    """Write a proof over a signed checkpoint."""
    hashes = "".join(f"{b64encode(step).decode()}\n" for step in path)
    return f"{FIRST_LINE}\nindex {index}\n{hashes}\n{note}"


def read_proof(text: str) -> LogProof:
    """Read a proof.

    Raises `Malformed`: `malformed_proof`, or `malformed_checkpoint` for what it carries.
    """
    head, _, note = text.partition("\n\n")
    first, *rest = head.split("\n")
    word, _, index = rest[0].partition(" ") if rest else ("", "", "")
    if first != FIRST_LINE or word != "index" or len(rest) > DEEPEST + 1:
        raise Malformed("malformed_proof", "It is no proof from a log.", "Download the receipt again.")
    path = tuple(read_base64(line) for line in rest[1:])
    if any(len(step) != 32 for step in path):
        raise Malformed("malformed_proof", "A step of its proof is no hash.", "Download the receipt again.")
    return LogProof(read_number(index), path, read_note(note))
