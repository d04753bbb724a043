"""Check a file that a person kept: the receipt, its entry in the log, and who signed the log. Offline."""

from dataclasses import dataclass
from typing import Any

from sayso.consent import receipts
from sayso.consent.log import reading, signing
from sayso.consent.receipts import Rejected, Verified
from sayso.core.errors import SaysoError
from sayso.core.log_proof import LogProof, read_proof
from sayso.core.merkle import proves_inclusion
from sayso.core.receipt import leaf_of
from sayso.core.values import read_json
from sayso.deployment.database import Database

__all__ = ["Held", "Rejected"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the log an entry was proved to be, under which signed size, and who saw it beside the log.

    `signed_at` is a POSIX timestamp, None where the log gave no time.
    """

    origin: str
    index: int
    size: int
    signed_at: int | None
    witnesses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """A kept file that holds. Without a place the receipt is a promise: in the log by `in_log_by`."""

    content: dict[str, Any]
    key_id: str
    in_log_by: str
    place: Place | None


def public_keys(db: Database) -> dict[str, Any]:
    """Give every key to pin: of receipts as `keys`, and of the log as `log`, the way C2SP writes them."""
    newest = reading.latest(db)
    name = newest.origin if newest else signing.origin()
    return {**receipts.public_keys(), "log": signing.public_keys(name)}


def _read(raw: bytes) -> tuple[str, str | None]:
    """Read a kept file: the compact receipt itself, or the JSON the pages give, with or without a proof."""
    text = raw.decode("utf-8", "replace").strip()
    if not text.startswith("{"):
        return text, None
    found = read_json(raw.strip())
    proof = found.get("proof")
    return str(found.get("receipt", "")), None if proof is None else str(proof)


def _place(proof: LogProof, leaf: str, source: object) -> Place | Rejected:
    try:
        pins = signing.read_pins(source)
    except SaysoError as broken:
        return Rejected("bad_pins", broken.detail)
    point, seen = proof.note.checkpoint, signing.see(proof.note, pins)
    if not pins.log:
        return Rejected("log_not_pinned", "No key of the log is among the pinned ones.")
    if not seen.by_log:
        return Rejected("bad_checkpoint", "The log's checkpoint is not signed with a pinned key of the log.")
    if not proves_inclusion(proof.index, point.size, bytes.fromhex(leaf), proof.path, point.root):
        return Rejected("not_included", "The proof does not lead from this answer to the signed root.")
    return Place(point.origin, proof.index, point.size, seen.signed_at, seen.witnesses)


def _check(raw: bytes, pins: object) -> Held | Rejected:
    token, proof = _read(raw)
    signed = receipts.verify(token, pins)
    if not isinstance(signed, Verified):
        return signed
    leaf, log = leaf_of(signed.content), signed.content["sayso:log"]
    if log.get("leafHash") != leaf:
        return Rejected("wrong_entry", "What it says is not what its entry in the log says.")
    place = None if proof is None else _place(read_proof(proof), leaf, pins)
    if isinstance(place, Rejected):
        return place
    return Held(signed.content, signed.key_id, str(log.get("inLogBy", "")), place)


def check(raw: bytes, pins: object) -> Held | Rejected:
    """Check a kept file against pinned keys: `{"keys": …, "log": […], "witnesses": […]}`.

    First the receipt's signature, then that its own words make the entry, then that the entry is in the log
    that a pinned key signed. Gives the reason when any of it does not hold.
    """
    try:
        return _check(raw, pins)
    except SaysoError as broken:
        return Rejected(broken.code, broken.detail)
