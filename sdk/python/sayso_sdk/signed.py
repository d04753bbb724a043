"""Read what a pinned key signed: a compact JWS with Ed25519, of one type, in the one way it is written."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\Z")


class Refused(Exception):
    """A code of what is wrong, on its way to a verdict."""


def unfold(text: str) -> bytes:
    """Read base64url without its padding. Raises ValueError."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _exactly(text: str) -> bytes:
    """Read base64url in its one spelling (RFC 7515, section 2). Raises ValueError."""
    raw = unfold(text)
    if urlsafe_b64encode(raw).decode().rstrip("=") != text:
        raise ValueError("another spelling")
    return raw


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise ValueError("a key stands twice")
    return read


def _object(raw: bytes) -> dict[str, Any]:
    """Read a JSON object strictly. Raises ValueError."""
    try:
        read = json.loads(raw.decode(), object_pairs_hook=_once)
    except RecursionError as deep:
        raise ValueError("nested too deeply") from deep
    if not isinstance(read, dict):
        raise ValueError("no object")
    return read


def _canonical(value: object) -> bytes:
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def read_keys(pins: Mapping[str, Any]) -> dict[str, Ed25519PublicKey]:
    """Read the Ed25519 keys of a JWK Set (RFC 7517, RFC 8037), by their names.

    Raises KeyError, TypeError, AttributeError or ValueError for what is none.
    """
    listed = [key for key in pins["keys"] if (key.get("kty"), key.get("crv")) == ("OKP", "Ed25519")]
    return {str(key["kid"]): Ed25519PublicKey.from_public_bytes(unfold(key["x"])) for key in listed}


def opened(text: str, typ: str, keys: Mapping[str, Ed25519PublicKey], largest: int) -> dict[str, Any]:
    """Read the claims that a pinned key signed as one type (RFC 7515). Keys inside the text are never looked at.

    `largest` is in characters. Raises Refused with `malformed`, `wrong_type`, `foreign_key` or `bad_signature`.
    """
    if not isinstance(text, str) or len(text) > largest or not _COMPACT.match(text):
        raise Refused("malformed")
    try:
        head, payload, signature = (_exactly(part) for part in text.split("."))
        header = _object(head)
    except ValueError:
        raise Refused("malformed") from None
    name = header.get("kid")
    if not isinstance(name, str):
        raise Refused("malformed")
    if header != {"alg": "EdDSA", "typ": typ, "kid": name}:  # an extension is something we know nothing of
        raise Refused("wrong_type")
    key = keys.get(name)
    if key is None:
        raise Refused("foreign_key")
    try:
        key.verify(signature, text.rpartition(".")[0].encode())
    except InvalidSignature:
        raise Refused("bad_signature") from None
    return _claims(payload)


def _claims(payload: bytes) -> dict[str, Any]:
    try:
        claims = _object(payload)
        # Written in another way it could be read as one thing here and as another there.
        if _canonical(claims) == payload:
            return claims
    except ValueError:
        pass
    raise Refused("malformed")
