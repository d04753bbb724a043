"""Check a file that a person kept: the receipt, its entry in the log, and who signed the log. Offline."""

from dataclasses import dataclass
from typing import Any

from sayso.consent import receipts
from sayso.consent.log import history, reading, signing, witnessing
from sayso.consent.log.history import Role
from sayso.consent.log.signing import Pins
from sayso.consent.receipts import Rejected, Verified
from sayso.core.errors import SaysoError
from sayso.core.log_proof import LogProof, read_proof
from sayso.core.merkle import proves_inclusion
from sayso.core.receipt import leaf_of
from sayso.core.values import read_json
from sayso.deployment.database import Database

__all__ = ["Held", "Rejected"]
LARGEST = 512 * 1024  # bytes of a kept file we would read: receipt, proof and checkpoint


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the log an entry was proved to be, under which signed size, and who saw it beside the log.

    `signed_at` is a POSIX timestamp, None where the log gave no time; `earliest` is the first moment at which
    a key that was nobody else's stood under it.
    """

    origin: str
    index: int
    size: int
    signed_at: int | None
    witnesses: tuple[str, ...]
    earliest: int | None


@dataclass(frozen=True, slots=True)
class Held:
    """A kept file that holds. Without a place the receipt is a promise: in the log by `in_log_by`."""

    content: dict[str, Any]
    key_id: str
    in_log_by: str
    place: Place | None


def public_keys(db: Database) -> dict[str, Any]:
    """Give every key to pin: of receipts as `keys`, and of the log as `log`, the way C2SP writes them.

    Keys that signed in earlier years are among them. `witnesses` are those the brand names, and `compromised`
    says from when on a key may have been in other hands; each is there only when there is something to tell.
    """
    newest, earlier = reading.latest(db), history.listed(db)
    name = newest.origin if newest else signing.origin()
    told = {**receipts.public_keys(), "log": signing.public_keys(name)}
    for key in earlier:
        if key.role is Role.RECEIPT:
            told["keys"].setdefault(key.id, receipts.write_key(key.public))
        else:
            told["log"] += [text for text in signing.written(name, key.public) if text not in told["log"]]
    more = {
        "witnesses": [key.text for key in witnessing.configured()],
        "compromised": history.compromised(db),
    }
    return told | {part: value for part, value in more.items() if value}


def witnesses_of(db: Database, proof: str) -> tuple[str, ...]:
    """Name the deployment's own witnesses whose signatures hold under a proof."""
    return signing.see(read_proof(proof).note, signing.read_pins(public_keys(db))).witnesses


def _read(raw: bytes) -> tuple[str, str | None]:
    """Read a kept file: the compact receipt itself, or the JSON the pages give, with or without a proof."""
    text = raw.decode("utf-8-sig", "replace").strip(" \t\r\n")
    if not text.startswith("{"):
        return text, None
    found = read_json(text.encode())
    proof = found.get("proof")
    return str(found.get("receipt", "")), None if proof is None else str(proof)


def _place(proof: LogProof, leaf: str, pins: Pins) -> Place | Rejected:
    point, seen = proof.note.checkpoint, signing.see(proof.note, pins)
    if not pins.log:
        return Rejected("log_not_pinned", "No key of the log is among the pinned ones.")
    if {key.name for key in pins.log}.intersection(seen.forged) or not (seen.by_log or seen.lost):
        return Rejected("bad_checkpoint", "The log's checkpoint is not signed with a pinned key of the log.")
    if seen.forged:
        return Rejected("forged_witness", f"The signature under the name of {seen.forged[0]} does not hold.")
    if seen.lost:
        return Rejected("compromised_log", "The log's key was compromised, and no witness saw it before.")
    if not proves_inclusion(proof.index, point.size, bytes.fromhex(leaf), proof.path, point.root):
        return Rejected("not_included", "The proof does not lead from this answer to the signed root.")
    return Place(point.origin, proof.index, point.size, seen.signed_at, seen.witnesses, seen.earliest)


def _pins(source: object) -> Pins | Rejected:
    try:
        return signing.read_pins(source)
    except SaysoError as broken:
        return Rejected("bad_pins", broken.detail)


def _is_lost(signed: Verified, pins: Pins, place: Place | None) -> bool:
    since = pins.compromised.get(signed.fingerprint)
    earliest = place.earliest if place else None
    return since is not None and (earliest is None or earliest >= since)


def _check(raw: bytes, source: object) -> Held | Rejected:
    token, proof = _read(raw)
    signed, pins = receipts.verify(token, source), _pins(source)
    if isinstance(signed, Rejected):
        return signed
    if not receipts.is_plain(signed.content):
        return receipts.NOT_CANONICAL
    leaf, log = leaf_of(signed.content), signed.content["sayso:log"]
    if log.get("leafHash") != leaf:
        return Rejected("wrong_entry", "What it says is not what its entry in the log says.")
    proved = None if proof is None else read_proof(proof)
    if isinstance(pins, Rejected):
        return pins
    place = None if proved is None else _place(proved, leaf, pins)
    if isinstance(place, Rejected):
        return place
    if _is_lost(signed, pins, place):
        return Rejected("compromised_key", "Its key was compromised, and no earlier checkpoint covers it.")
    return Held(signed.content, signed.key_id, str(log.get("inLogBy", "")), place)


def check(raw: bytes, pins: object) -> Held | Rejected:
    """Check a kept file against pinned keys: `{"keys": …, "log": […], "witnesses": […], "compromised": {…}}`.

    First the receipt's signature, then that its own words make the entry, then that the entry is in the log
    that a pinned key signed, and last that none of these keys was in other hands by then. Gives the reason when
    any of it does not hold.
    """
    if len(raw) > LARGEST:
        return Rejected("too_large", "The file is larger than any we give.")
    try:
        return _check(raw, pins)
    except SaysoError as broken:
        return Rejected(broken.code, broken.detail)
