"""A purpose token: what one recipient may do with one person's data, for five minutes at most.

A brand hands it to a partner, who checks it by itself: a JWT (RFC 7519) signed by the deployment, for one
audience, and a place in a status list (IETF Token Status List) that says whether it was taken back. This
module knows the claims and how they are judged; who holds a key signs in `sayso.decisions`, and the SDK checks.
Why a token does not hold is a value. Times are whole POSIX seconds, as JWTs have them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sayso.core.decision import Decision
from sayso.core.status_list import VALID, StatusList, read_list, write_list

TYPE = "sayso-token+jwt"
LIST_TYPE = "statuslist+jwt"  # as the draft names it
LONGEST = timedelta(minutes=5)
SKEW = timedelta(
    seconds=5
)  # by which the issuer's clock may be ahead of the verifier's; nothing else is excused


class Flaw(StrEnum):
    """Why a token is refused. The SDK's verifier gives the same codes."""

    MALFORMED = "malformed"
    WRONG_TYPE = "wrong_type"
    FOREIGN_KEY = "foreign_key"
    BAD_SIGNATURE = "bad_signature"
    WRONG_ISSUER = "wrong_issuer"
    WRONG_AUDIENCE = "wrong_audience"
    NOT_YET = "not_yet"
    TOO_LONG = "too_long"
    EXPIRED = "expired"
    NOT_NAMED = "not_named"
    LIST_UNREACHABLE = "list_unreachable"
    LIST_UNREADABLE = "list_unreadable"
    LIST_FOREIGN = "list_foreign"
    LIST_STALE = "list_stale"
    OUT_OF_RANGE = "out_of_range"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class PurposeToken:
    """What a token says. `subject` is the person's name towards this audience alone.

    `uri` and `index` are its place in a status list.
    """

    issuer: str
    audience: str
    subject: str
    brand: str
    choices: tuple[str, ...]
    issued: int
    expires: int
    uri: str
    index: int


@dataclass(frozen=True, slots=True)
class ListToken:
    """A status list as it is signed: under its own address, for `ttl` seconds from when it was issued."""

    uri: str
    issued: int
    expires: int
    ttl: int
    listed: StatusList


def nameable(decisions: Iterable[Decision], issued: int) -> list[Decision]:
    """List what a token issued now may name: what is permitted, and for a second more at least."""
    return [one for one in decisions if one.permitted and expiry([one], issued) > issued]


def expiry(permitted: Iterable[Decision], issued: int) -> int:
    """Give when a token ends: after five minutes, and never after a permission that it names."""
    ends = [int(one.valid_until.timestamp()) for one in permitted if one.valid_until]
    return min([issued + int(LONGEST.total_seconds()), *ends])


def write_token(token: PurposeToken) -> dict[str, Any]:
    """Write a token's claims."""
    return {
        "iss": token.issuer,
        "aud": token.audience,
        "sub": token.subject,
        "brand": token.brand,
        "choices": list(token.choices),
        "iat": token.issued,
        "exp": token.expires,
        "status": {"status_list": {"idx": token.index, "uri": token.uri}},
    }


def write_status_list(listed: ListToken) -> dict[str, Any]:
    """Write a status list's claims."""
    return {
        "sub": listed.uri,
        "iat": listed.issued,
        "exp": listed.expires,
        "ttl": listed.ttl,
        "status_list": write_list(listed.listed),
    }


def _texts(values: Sequence[object]) -> bool:
    return all(isinstance(value, str) and value for value in values)


def _whole(values: Sequence[object]) -> bool:
    # A yes is a number to Python; 1.0 is one to JSON; beyond 2^53 readers disagree (RFC 8259, section 6).
    return all(type(value) is int and 0 <= value < 1 << 53 for value in values)


def read_token(claims: object) -> PurposeToken | None:
    """Read a token's claims; None for what does not say what a token says."""
    if not isinstance(claims, Mapping):
        return None
    status = claims.get("status")
    place = status.get("status_list") if isinstance(status, Mapping) else None
    place = place if isinstance(place, Mapping) else {}
    choices = claims.get("choices")
    texts = [*(claims.get(name) for name in ("iss", "aud", "sub", "brand")), place.get("uri")]
    numbers = [claims.get("iat"), claims.get("exp"), place.get("idx")]
    if not isinstance(choices, list) or not _texts([*texts, *choices]) or not _whole(numbers):
        return None
    issuer, audience, subject, brand, uri = map(str, texts)
    issued, expires, index = (int(number) for number in numbers if isinstance(number, int))
    return PurposeToken(issuer, audience, subject, brand, tuple(choices), issued, expires, uri, index)


def read_status_list(claims: object) -> ListToken | None:
    """Read a status list's claims; None for what is none. `ttl` and `exp` are ours to demand."""
    if not isinstance(claims, Mapping) or not _texts([claims.get("sub")]):
        return None
    numbers = [claims.get(name) for name in ("iat", "exp", "ttl")]
    listed = read_list(claims.get("status_list"))
    if listed is None or not _whole(numbers):
        return None
    issued, expires, ttl = (int(number) for number in numbers if isinstance(number, int))
    return ListToken(str(claims["sub"]), issued, expires, ttl, listed)


def judge_token(token: PurposeToken, issuer: str, audience: str, choice: str, now: datetime) -> Flaw | None:
    """Say what is wrong with a signed token, apart from whether it was taken back; None when nothing is.

    `choice` is what is to be done. A clock that is behind the issuer's is excused by `SKEW`; an end is an end.
    """
    moment, skew = now.timestamp(), SKEW.total_seconds()
    found = {
        Flaw.WRONG_ISSUER: token.issuer != issuer,
        Flaw.WRONG_AUDIENCE: token.audience != audience,
        Flaw.NOT_YET: token.issued > moment + skew,
        Flaw.TOO_LONG: token.expires - token.issued > LONGEST.total_seconds(),
        Flaw.EXPIRED: token.expires <= moment,
        Flaw.NOT_NAMED: choice not in token.choices,
    }
    return next((flaw for flaw, wrong in found.items() if wrong), None)


def judge_list(token: PurposeToken, listed: ListToken, now: datetime, held: float) -> Flaw | None:
    """Say what a signed status list has against a token; None when it says that the token holds.

    `held` is for how many seconds, on a clock nobody sets, the list has been held since it was asked for. A
    list older than its `ttl` says nothing any more, by that clock or by the calendar.
    """
    moment, skew = now.timestamp(), SKEW.total_seconds()
    status = listed.listed.at(token.index)
    old = max(held, moment - listed.issued) > listed.ttl
    found = {
        Flaw.LIST_FOREIGN: listed.uri != token.uri,
        Flaw.LIST_STALE: old or listed.expires <= moment or listed.issued > moment + skew,
        Flaw.OUT_OF_RANGE: status is None,
        Flaw.REVOKED: status != VALID,
    }
    return next((flaw for flaw, wrong in found.items() if wrong), None)
