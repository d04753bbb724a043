"""Sign receipts, and check them with pinned keys only. No Django: checking works offline."""

import hashlib
import hmac
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from secrets import randbits, token_hex
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sayso.consent.ledger import Recorded
from sayso.core.consent import Published
from sayso.core.errors import SaysoError
from sayso.core.receipt import Facts, receipt
from sayso.core.values import canonical, read_json, read_utc, utc_text
from sayso.deployment import env, secrets

ALGORITHM = "EdDSA"  # RFC 8037; the key type below pins it to Ed25519
TYPE = "sayso-receipt+jws"
LONGEST = 256 * 1024  # bytes of a receipt we would read
IN_LOG_WITHIN = timedelta(minutes=10)  # what a receipt promises; the log keeper takes a second
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")


@dataclass(frozen=True, slots=True)
class Verified:
    """A receipt that holds: its content and the key that signed it."""

    content: dict[str, Any]
    key_id: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A receipt that does not hold, and why."""

    code: str
    reason: str


def _raw(public: Ed25519PublicKey) -> bytes:
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


def key_id(public: Ed25519PublicKey) -> str:
    """Give the name of a key: the first 16 hexadecimal digits of its hash."""
    return hashlib.sha256(_raw(public)).hexdigest()[:16]


def public_keys(key: Ed25519PrivateKey | None = None) -> dict[str, Any]:
    """Give the deployment's receipt keys for pinning: `{"keys": {key id: base64url of 32 bytes}}`."""
    public = (key or secrets.load().receipt_key()).public_key()
    return {"typ": TYPE, "keys": {key_id(public): urlsafe_b64encode(_raw(public)).decode().rstrip("=")}}


def _pseudonym(event: Recorded) -> str:
    return hmac.digest(bytes.fromhex(event.evidence["salt"]), event.subject.encode(), "sha256").hex()[:32]


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
        in_log_by=utc_text(read_utc(event.recorded_at) + IN_LOG_WITHIN),
        voucher=evidence["voucher"],
        method=f"{evidence['surface']}, {evidence['layout']}, {evidence['act']}",
        locale=evidence["locale"],
        text_hash=evidence["text_hash"],
        pseudonym=_pseudonym(event),
        address=env.text("SAYSO_WEB_ADDRESS"),
    )


# What differs between two receipts of people who answered alike; nothing of it needs escaping in JSON.
_OWN = ("event", "recorded_at", "leaf_hash", "salt", "commitment", "in_log_by", "pseudonym")
_BLANKS = {name: token_hex(16) for name in _OWN}
_BLANK_SEQ = randbits(60)
_FILLED_BY = {blank: name for name, blank in _BLANKS.items()} | {str(_BLANK_SEQ): "seq"}
_BLANK = re.compile("|".join(_FILLED_BY).encode())
_FORMS = 64  # kept; a form is as long as a receipt
_forms: OrderedDict[tuple[Any, ...], list[bytes]] = OrderedDict()


def _form(published: Published, facts: Facts) -> list[bytes]:
    """Give the receipt of everybody who answered like this, cut where each has something of her own.

    Pieces of text and names of `_OWN` (or `seq`) take turns: building the whole anew took most of an answer's time.
    """
    told = (facts.locale, facts.text_hash, facts.method, facts.voucher, facts.address)
    key = (facts.version, *told, *facts.answers.items(), *facts.outcome.values())
    if (known := _forms.get(key)) is None:
        blank = replace(facts, **_BLANKS, seq=_BLANK_SEQ)  # type: ignore[arg-type]  # names, all of them texts
        text = canonical(receipt(published, blank))
        names = [_FILLED_BY[each.decode()].encode() for each in _BLANK.findall(text)]
        known = [piece for pair in zip(_BLANK.split(text), [*names, b""], strict=True) for piece in pair]
        _forms[key] = known
        while len(_forms) > _FORMS:
            _forms.popitem(last=False)
    return known


def payload_of(published: Published, facts: Facts) -> bytes:
    """Give the exact bytes of a receipt: what `canonical` makes of its content."""
    own = {name.encode(): getattr(facts, name).encode() for name in _OWN}
    own |= {b"seq": str(facts.seq).encode(), b"": b""}
    pieces = iter(_form(published, facts))
    return b"".join(piece + own[name] for piece, name in zip(pieces, pieces, strict=True))


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


def _pinned(pins: object, name: object) -> Ed25519PublicKey | None:
    found = pins.get("keys", {}).get(name) if isinstance(pins, Mapping) else None
    if not isinstance(found, str):
        return None
    return Ed25519PublicKey.from_public_bytes(urlsafe_b64decode(found + "=" * (-len(found) % 4)))


def verify(token: str, pins: object, typ: str = TYPE, longest: int = LONGEST) -> Verified | Rejected:
    """Check a receipt, or what was signed as another type, against pinned keys kept from an earlier day.

    Keys inside the receipt are never looked at. Gives the reason when it does not hold.
    """
    if len(token) > longest:
        return Rejected("too_large", "The receipt is larger than any we sign.")
    try:
        header = jwt.get_unverified_header(token) if _COMPACT.match(token) else None
    except jwt.InvalidTokenError:
        header = None
    if header is None:
        return Rejected("malformed", "This is not a signed receipt.")
    if header.get("alg") != ALGORITHM or header.get("typ") != typ:
        return Rejected("wrong_type", "It is signed as something else than it claims to be.")
    try:
        key = _pinned(pins, header.get("kid"))
    except ValueError:
        return Rejected("bad_pins", "The pinned key cannot be read.")
    if key is None:
        return Rejected("foreign_key", "It is signed with a key that is not among the pinned ones.")
    try:
        payload = jwt.api_jws.decode(token, key, algorithms=[ALGORITHM])
        content = read_json(payload)
    except jwt.InvalidTokenError:
        return Rejected("bad_signature", "The signature does not fit: the receipt was changed.")
    except SaysoError:
        content = None
    if content is None or canonical(content) != payload:
        # A key twice, or a number in two spellings, could be read as one thing here and as another there.
        return Rejected("not_canonical", "It is not written in the one way that receipts are.")
    return Verified(content, str(header["kid"]))
