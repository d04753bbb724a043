"""Check a purpose token by the server's own rules: pinned keys, a status list, and nothing else.

The server checks none itself; the SDK does, and is held to what this comes to.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sayso.consent import receipts
from sayso.consent.receipts import Verified
from sayso.core.purpose_token import (
    LIST_TYPE,
    TYPE,
    Flaw,
    ListToken,
    PurposeToken,
    judge_list,
    judge_token,
    read_status_list,
    read_token,
)

LARGEST_TOKEN, LARGEST_LIST = 16 * 1024, 2 * 1024 * 1024  # characters we would read


def _pinned(pins: object) -> dict[str, Any]:
    """Give the keys of a JWK Set the way receipts pin theirs."""
    listed = pins.get("keys", []) if isinstance(pins, Mapping) else []
    ours = [key for key in listed if (key.get("kty"), key.get("crv")) == ("OKP", "Ed25519")]
    return {"keys": {key["kid"]: key["x"] for key in ours}}


def _opened(text: str, typ: str, pins: object, largest: int) -> object | Flaw:
    signed = receipts.verify(text, _pinned(pins), typ, largest)
    if isinstance(signed, Verified):
        return signed.content
    known = {flaw.value: flaw for flaw in (Flaw.WRONG_TYPE, Flaw.FOREIGN_KEY, Flaw.BAD_SIGNATURE)}
    return known.get(signed.code, Flaw.MALFORMED)


def read_signed_token(text: str, pins: object) -> PurposeToken | Flaw:
    """Read a token that a pinned key signed. `pins` is what `GET /v1/token-keys` gave on an earlier day."""
    claims = _opened(text, TYPE, pins, LARGEST_TOKEN)
    return claims if isinstance(claims, Flaw) else read_token(claims) or Flaw.MALFORMED


def read_signed_list(text: str, pins: object) -> ListToken | Flaw:
    """Read a status list that a pinned key signed."""
    claims = _opened(text, LIST_TYPE, pins, LARGEST_LIST)
    found = None if isinstance(claims, Flaw) else read_status_list(claims)
    return found or Flaw.LIST_UNREADABLE


def check(
    text: str,
    pins: Mapping[str, Any],
    audience: str,
    choice: str,
    listed: str | None,
    now: datetime,
    held: float = 0.0,
) -> PurposeToken | Flaw:
    """Say what a token permits, or why it does not permit `choice` to this audience.

    `listed` is the status list as it was fetched, None where it could not be, and `held` for how many seconds.
    """
    token = read_signed_token(text, pins)
    if isinstance(token, Flaw):
        return token
    if flaw := judge_token(token, str(pins.get("issuer")), audience, choice, now):
        return flaw
    if listed is None:
        return Flaw.LIST_UNREACHABLE
    status = read_signed_list(listed, pins)
    if isinstance(status, Flaw):
        return status
    return judge_list(token, status, now, held) or token
