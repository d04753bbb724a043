"""Sign receipts, and check them with pinned keys only. No Django: checking works offline."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from secrets import randbits, token_hex
from typing import Any

import jwt
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sayso.consent.ledger import Recorded
from sayso.core.consent import Published
from sayso.core.errors import SaysoError
from sayso.core.purpose import Part, Purpose
from sayso.core.receipt import Facts, answered, process, receipt
from sayso.core.values import canonical, read_json, read_utc, utc_text
from sayso.deployment import env, secrets

ALGORITHM = "EdDSA"  # RFC 8037; the key type below pins it to Ed25519
TYPE = "sayso-receipt+jws"
LONGEST = 256 * 1024  # bytes of a receipt we would read
IN_LOG_WITHIN = timedelta(minutes=10)  # what a receipt promises; the log keeper takes a second
MOST_EXACT = 2**53 - 1  # the largest whole number that a browser reads exactly
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")


@dataclass(frozen=True, slots=True)
class Verified:
    """A receipt that holds: its content, and the key that signed it by its name in the pins and by its hash."""

    content: dict[str, Any]
    key_id: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A receipt that does not hold, and why."""

    code: str
    reason: str


NOT_CANONICAL = Rejected("not_canonical", "It is not written in the one way that receipts are.")


def _raw(public: Ed25519PublicKey) -> bytes:
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(public: Ed25519PublicKey) -> str:
    """Give the name of a key: the first 16 hexadecimal digits of its hash."""
    return hashlib.sha256(_raw(public)).hexdigest()[:16]


def write_key(raw: bytes) -> str:
    """Write the 32 bytes of a public key as files of pins do: base64url without padding."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def public_keys(key: Ed25519PrivateKey | None = None) -> dict[str, Any]:
    """Give the deployment's receipt keys for pinning: `{"keys": {key id: base64url of 32 bytes}}`."""
    public = (key or secrets.load().receipt_key()).public_key()
    return {"typ": TYPE, "keys": {key_id(public): write_key(_raw(public))}}


def _pseudonym(event: Recorded) -> str:
    return hmac.digest(bytes.fromhex(event.evidence["salt"]), event.subject.encode(), "sha256").hex()[:32]


@lru_cache(maxsize=8)  # a batch is recorded at one moment
def _in_log_by(recorded_at: str) -> str:
    return utc_text(read_utc(recorded_at) + IN_LOG_WITHIN)


def facts_of(event: Recorded) -> Facts:
    """Give what the receipt of a recorded event is about."""
    evidence = event.evidence
    return Facts(
        event=event.event,
        seq=event.seq,
        version=event.version,
        answers=event.answers,
        outcome=event.outcome,
        recorded_at=event.recorded_at,
        leaf_hash=event.leaf_hash,
        salt=evidence["salt"],
        commitment=event.commitment,
        in_log_by=_in_log_by(event.recorded_at),
        voucher=evidence["voucher"],
        method=f"{evidence['surface']}, {evidence['layout']}, {evidence['act']}",
        locale=evidence["locale"],
        text_hash=evidence["text_hash"],
        pseudonym=_pseudonym(event),
        address=env.text("SAYSO_WEB_ADDRESS"),
    )


# What differs between two receipts under one notice beside the answers; nothing of it needs escaping in JSON.
_OWN = ("event", "recorded_at", "leaf_hash", "salt", "commitment", "in_log_by", "pseudonym")
_BLANKS = {name: token_hex(16) for name in _OWN}
_BLANK_SEQ = randbits(60)
_FILLED_BY = {blank: name for name, blank in _BLANKS.items()} | {str(_BLANK_SEQ): "seq"}
_BLANK = re.compile("|".join(_FILLED_BY).encode())
_ANSWERED = (
    b'"dpv:hasProcess":[]'  # where the answers stand; no text holds it, as quotes in texts are escaped
)
_FORMS = 4096  # kept; one is as long as what it is the form of
_forms: dict[tuple[str, ...], list[bytes]] = {}


def _form(key: tuple[str, ...], facts: Facts, write: Callable[[Facts], Any]) -> list[bytes]:
    """Give a part of a receipt as everybody has it of whom `key` is true, cut where each has something of her own.

    Pieces of text and names of `_OWN` (or `seq`) take turns: writing each receipt anew took most of an
    answer's time.
    """
    if (known := _forms.get(key)) is None:
        text = canonical(write(replace(facts, **_BLANKS, seq=_BLANK_SEQ)))  # type: ignore[arg-type]  # all texts
        names = [_FILLED_BY[each.decode()].encode() for each in _BLANK.findall(text)]
        known = [piece for pair in zip(_BLANK.split(text), [*names, b""], strict=True) for piece in pair]
        if len(_forms) >= _FORMS:
            _forms.clear()
        _forms[key] = known
    return known


def _filled(form: list[bytes], own: Mapping[bytes, bytes]) -> bytes:
    pieces = iter(form)
    return b"".join([piece + own[name] for piece, name in zip(pieces, pieces, strict=True)])


def payload_of(published: Published, facts: Facts) -> bytes:
    """Give the exact bytes of a receipt: what `canonical` makes of its content."""
    notice = published.notice
    if not facts.locale:  # a no that was put back after a restore: the journal keeps no language
        facts = replace(facts, locale=notice.locales[0])
    own = {name.encode(): getattr(facts, name).encode() for name in _OWN}
    own |= {b"seq": str(facts.seq).encode(), b"": b""}

    def whole(blank: Facts) -> dict[str, Any]:
        return receipt(published, replace(blank, answers={}, outcome={}))

    def said(purpose: Purpose, part: Part) -> bytes:
        choice = part.choice.id
        came_to = (facts.answers[choice], facts.outcome[choice])
        key = ("process", facts.version, facts.locale, facts.method, choice, *came_to)
        return _filled(_form(key, facts, lambda blank: process(notice, purpose, part, blank)), own)

    told = (facts.locale, facts.text_hash, facts.method, facts.voucher, facts.address)
    form = _form(("whole", facts.version, *told), facts, whole)
    head, _, tail = _filled(form, own).partition(_ANSWERED)
    processes = b",".join([said(purpose, part) for purpose, part in answered(notice, facts)])
    return b"%b%b%b]%b" % (head, _ANSWERED[:-1], processes, tail)


def sign(event: Recorded, published: Published) -> str:
    """Give the signed receipt of an event as a compact JWS over exact bytes. Same event, same receipt."""
    return sign_payload(payload_of(published, facts_of(event)), TYPE)


@lru_cache(maxsize=8)
def _signer(seed: bytes, typ: str) -> tuple[Ed25519PrivateKey, bytes]:
    """Give the key of a seed and the head of what it signs as a type."""
    key = Ed25519PrivateKey.from_private_bytes(seed)
    headers = {"typ": typ, "kid": key_id(key.public_key())}
    return key, jwt.api_jws.encode(b"", key, algorithm=ALGORITHM, headers=headers).partition(".")[0].encode()


def sign_payload(payload: bytes, typ: str) -> str:
    """Sign exact bytes with the deployment's key as a compact JWS of a type; each type passes for no other."""
    key, head = _signer(secrets.load().receipt, typ)
    signed = b"%b.%b" % (head, urlsafe_b64encode(payload).rstrip(b"="))
    return (signed + b"." + urlsafe_b64encode(key.sign(signed)).rstrip(b"=")).decode()


def _unpack(text: str) -> bytes | None:
    """Read base64url in its one canonical spelling (RFC 7515, section 2); None for any other."""
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return None
    return raw if urlsafe_b64encode(raw).decode().rstrip("=") == text else None


def _pinned(pins: object, name: str) -> Ed25519PublicKey | None:
    """Give a pinned key. Raises `ValueError` for one that is none."""
    held = pins.get("keys") if isinstance(pins, Mapping) else None
    found = held.get(name) if isinstance(held, Mapping) else None
    if not isinstance(found, str):
        return None
    return Ed25519PublicKey.from_public_bytes(_unpack(found) or b"")


@dataclass(frozen=True, slots=True)
class _Parts:
    """A compact JWS taken apart: its header, exact payload and signature, and the bytes that were signed."""

    header: Mapping[str, Any]
    payload: bytes
    signature: bytes
    signed: bytes


def _take_apart(token: str) -> _Parts | None:
    """Read a compact JWS strictly; None when it is none. Nothing is checked yet."""
    if not _COMPACT.match(token):
        return None
    head, payload, signature = (_unpack(part) for part in token.split("."))
    if head is None or payload is None or signature is None:
        return None
    try:
        header = read_json(head)
    except SaysoError:
        return None
    if not isinstance(header, dict) or not isinstance(header.get("kid"), str):
        return None
    return _Parts(header, payload, signature, token.rpartition(".")[0].encode())


def is_plain(value: object) -> bool:
    """Tell whether a value reads alike everywhere: no fractions, and no number that a browser would round."""
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


def _content(payload: bytes) -> Any:
    """Read a payload that is written in the one way that receipts are; None for any other."""
    try:
        content = read_json(payload)
        return content if canonical(content) == payload else None
    except (SaysoError, ValueError, RecursionError):
        return None


def verify(token: str, pins: object, typ: str = TYPE, longest: int = LONGEST) -> Verified | Rejected:
    """Check a receipt, or what was signed as another type, against pinned keys kept from an earlier day.

    Keys inside the receipt are never looked at: its header names algorithm, type and key, and nothing else.
    Gives the reason when it does not hold.
    """
    if len(token) > longest:
        return Rejected("too_large", "The receipt is larger than any we sign.")
    parts = _take_apart(token)
    if parts is None:
        return Rejected("malformed", "This is not a signed receipt.")
    kid = str(parts.header["kid"])
    if parts.header != {"alg": ALGORITHM, "typ": typ, "kid": kid}:
        return Rejected("wrong_type", "It is signed as something else than it claims to be.")
    try:
        key = _pinned(pins, kid)
    except ValueError:
        return Rejected("bad_pins", "The pinned key cannot be read.")
    if key is None:
        return Rejected("foreign_key", "It is signed with a key that is not among the pinned ones.")
    try:
        key.verify(parts.signature, parts.signed)
    except InvalidSignature:
        return Rejected("bad_signature", "The signature does not fit: the receipt was changed.")
    content = _content(parts.payload)
    if content is None:
        # A key twice could be read as one thing here and as another there.
        return NOT_CANONICAL
    return Verified(content, kid, key_id(key))
