"""Check a receipt that a customer kept, offline, with keys that you pinned on an earlier day.

Nothing here asks Sayso: whoever doubts the server can still check. `sayso verify` and the page /verify judge
alike; `conformance/receipts.json` holds all three to it.
"""

from __future__ import annotations

import hashlib
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from sayso_sdk import log_proof
from sayso_sdk.log_proof import Place, Wrong

TYPE = "sayso-receipt+jws"
LONGEST = 256 * 1024  # bytes of a receipt
LARGEST = 512 * 1024  # bytes of a kept file: receipt, proof and checkpoint
MOST_EXACT = 2**53 - 1  # the largest whole number that everybody reads alike
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt that holds: what it says, the pinned key that signed it, and its place in the log.

    Without a place it is a promise: its entry is to be in the log by `content["sayso:log"]["inLogBy"]`.
    """

    content: dict[str, Any]
    key_id: str
    place: Place | None


@dataclass(frozen=True, slots=True)
class Refused:
    """A receipt that does not hold, by the code that `sayso verify` gives too."""

    code: str


def check(kept: bytes, pins: object) -> Receipt | Refused:
    """Check a kept file, or the signed text alone, against pinned keys as `GET /v1/keys` gives them.

    Add `witnesses` that you trust to the pins, and take `compromised` from a newer answer than your keys: a
    receipt signed with a compromised key counts only under an earlier checkpoint. Never raises for what is
    wrong with the file or the pins.
    """
    try:
        return _check(kept, pins)
    except Wrong as wrong:
        return Refused(wrong.code)


def canonical(value: object) -> bytes:
    """Write JSON the one way that receipts are: sorted keys, no spaces, UTF-8.

    Raises `ValueError` for what two readers could take for two things.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def _no_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise Wrong("duplicate_key")
    return read


def _read_json(raw: bytes, code: str) -> Any:
    def refuse(_: str) -> Any:
        raise Wrong(code)

    try:
        read = json.loads(raw.decode(), object_pairs_hook=_no_twice, parse_constant=refuse)
        canonical(read)  # half of a surrogate pair can be written in JSON, and in no UTF-8
    except (ValueError, RecursionError) as broken:
        raise Wrong(code) from broken
    except Wrong as twice:
        raise Wrong(twice.code if code == "malformed_json" else code) from twice
    return read


def _unpack(text: str, code: str) -> bytes:
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as broken:
        raise Wrong(code) from broken
    if urlsafe_b64encode(raw).decode().rstrip("=") != text:
        raise Wrong(code)
    return raw


def _read_file(kept: bytes) -> tuple[str, str | None]:
    if len(kept) > LARGEST:
        raise Wrong("too_large")
    text = kept.decode("utf-8-sig", "replace").strip(" \t\r\n")
    if not text.startswith("{"):
        return text, None
    found = _read_json(text.encode(), "malformed_json")
    proof = found.get("proof")
    return str(found.get("receipt", "")), None if proof is None else str(proof)


def _pinned(pins: object, name: str) -> bytes:
    held = pins.get("keys") if isinstance(pins, Mapping) else None
    found = held.get(name) if isinstance(held, Mapping) else None
    if not isinstance(found, str):
        raise Wrong("foreign_key")
    raw = _unpack(found, "bad_pins")
    if len(raw) != 32:
        raise Wrong("bad_pins")
    return raw


def _is_plain(value: object) -> bool:
    waiting = [value]  # and no function that calls itself: what was signed may go deeper than that can
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, float) or (isinstance(one, int) and abs(one) > MOST_EXACT):
            return False
    return True


def _signed(token: str, pins: object) -> tuple[Any, str, bytes]:
    """Check the signature; give what was signed, the key's name in the pins, and the key."""
    if len(token) > LONGEST:
        raise Wrong("too_large")
    if not _COMPACT.match(token):
        raise Wrong("malformed")
    head, payload, signature = (_unpack(part, "malformed") for part in token.split("."))
    header = _read_json(head, "malformed")
    kid = header.get("kid") if isinstance(header, dict) else None
    if not isinstance(kid, str):
        raise Wrong("malformed")
    if header != {"alg": "EdDSA", "typ": TYPE, "kid": kid}:
        raise Wrong("wrong_type")
    key = _pinned(pins, kid)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, token.rpartition(".")[0].encode())
    except InvalidSignature as changed:
        raise Wrong("bad_signature") from changed
    content = _read_json(payload, "not_canonical")
    if not _is_plain(content) or canonical(content) != payload:
        raise Wrong("not_canonical")
    return content, kid, key


def _leaf_of(content: Any) -> bytes:
    """Compute the entry of the log that a receipt's own words make."""
    try:
        log, record = content["sayso:log"], content["dpv:hasRecordOfActivity"]
        said = {one["dct:identifier"]: one["dpv:hasConsentStatus"] for one in record["dpv:hasProcess"]}
        told = [
            "answer",
            log["seq"],
            record["dpv:hasDataController"]["dct:identifier"],
            record["dpv:hasNotice"]["dct:identifier"],
            {choice: status["sayso:said"] for choice, status in said.items()},
            {choice: status["dct:title"] for choice, status in said.items()},
            content["dct:created"],
            log["commitment"],
        ]
        # Identifiers that are no texts, or of a depth of their own, can be signed, and make no entry.
        return hashlib.sha256(b"\x00" + canonical(told)).digest()
    except (KeyError, TypeError, AttributeError, RecursionError) as broken:
        raise Wrong("malformed_receipt") from broken


def _check(kept: bytes, source: object) -> Receipt | Refused:
    token, proof = _read_file(kept)
    content, kid, key = _signed(token, source)
    leaf = _leaf_of(content)
    if content["sayso:log"].get("leafHash") != leaf.hex():
        raise Wrong("wrong_entry")
    read = None if proof is None else log_proof.read_proof(proof)
    pins = log_proof.read_pins(source)
    place = None if read is None else log_proof.place_of(read, leaf, pins)
    since = pins.compromised.get(hashlib.sha256(key).hexdigest()[:16])
    earliest = place.earliest if place else None
    if since is not None and (earliest is None or earliest >= since):
        raise Wrong("compromised_key")
    return Receipt(content, kid, place)
