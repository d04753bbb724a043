"""Check purpose tokens without asking Sayso about anybody: pinned keys, and a status list that all tokens share.

    verifier = Verifier(pins, audience="brightside")      # pins: what GET /v1/token-keys gave, kept in a file
    verdict = verifier.check(token, Question("pass_on", "purchases", "disclose", "brightside"))
    if verdict.permitted:
        ...

`check` never raises: whatever is unclear, old or unreachable is no, with the reason. The times of token and list
are the issuer's: keep this machine's clock right to the second.
"""

from __future__ import annotations

import re
import threading
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from sayso_sdk.signed import Refused, opened, read_keys, unfold
from sayso_sdk.values import Question
from sayso_sdk.whole import PLAIN, whole

TYPE, LIST_TYPE = "sayso-token+jwt", "statuslist+jwt"
LONGEST = 300  # seconds a token may live
SKEW = 5  # seconds by which the issuer's clock may be ahead of ours; no end is put off by it
LARGEST_TOKEN, LARGEST_LIST = 16 * 1024, 2 * 1024 * 1024  # characters we would read
LARGEST_INFLATED = 1 << 20  # bytes
PAUSE = 1.0  # seconds between two tries to fetch a list that did not come
TIMEOUT = httpx.Timeout(2.0, connect=1.0)
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*\Z")

Fetch = Callable[[str], bytes]


@dataclass(frozen=True)
class Verdict:
    """Whether the one thing that was asked may be done, and why.

    `reason` is `valid`, or the code of what is wrong. A valid token also says `subject`, the person's name towards
    this audience alone, its `brand` and, in POSIX seconds, when it `expires`.
    """

    permitted: bool
    reason: str
    subject: str = ""
    brand: str = ""
    expires: int = 0


@dataclass(frozen=True)
class _Held:
    """A list as it was fetched: its claims, its statuses, and when it was asked for on a clock nobody sets."""

    uri: str
    issued: int
    expires: int
    ttl: int
    bits: int
    raw: bytes
    asked: float

    def at(self, index: int) -> int | None:
        """Give the status at a place, or None beyond the end."""
        if index >= len(self.raw) * 8 // self.bits:
            return None
        place, shift = divmod(index * self.bits, 8)
        return self.raw[place] >> shift & (1 << self.bits) - 1


def awake() -> float:
    """Give the seconds since this machine was started, its sleep included where it can be told."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


def fetch(uri: str) -> bytes:
    """Fetch a status list over HTTP: two seconds, no redirects, two megabytes. Raises httpx.HTTPError."""
    with httpx.stream(
        "GET", uri, headers=PLAIN, timeout=TIMEOUT, follow_redirects=False, trust_env=False
    ) as reply:
        if reply.status_code != httpx.codes.OK:
            raise httpx.HTTPError(f"status {reply.status_code}")
        return whole(reply, LARGEST_LIST)


def _whole(values: Sequence[object]) -> bool:
    # A yes is a number to Python; 1.0 is one to JSON; beyond 2^53 readers disagree.
    return all(type(value) is int and 0 <= value < 1 << 53 for value in values)


def _texts(values: Sequence[object]) -> bool:
    return all(isinstance(value, str) and value for value in values)


def _part(source: object, name: str) -> Mapping[str, Any]:
    found = source.get(name) if isinstance(source, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _complete(claims: Mapping[str, Any]) -> bool:
    place, choices = _part(_part(claims, "status"), "status_list"), claims.get("choices")
    texts = [*(claims.get(name) for name in ("iss", "aud", "sub", "brand")), place.get("uri")]
    numbers = [claims.get("iat"), claims.get("exp"), place.get("idx")]
    return isinstance(choices, list) and _texts([*texts, *choices]) and _whole(numbers)


def _inflated(text: object) -> bytes | None:
    if not isinstance(text, str) or not _BASE64URL.match(text) or len(text) % 4 == 1:
        return None
    inflating = zlib.decompressobj()
    try:
        raw = inflating.decompress(unfold(text), LARGEST_INFLATED + 1)
    except zlib.error:
        return None
    whole = inflating.eof and not inflating.unused_data
    return raw if whole and len(raw) <= LARGEST_INFLATED else None


def _read_list(claims: Mapping[str, Any], asked: float) -> _Held:
    listed = _part(claims, "status_list")
    bits, raw = listed.get("bits"), _inflated(listed.get("lst"))
    numbers = [claims.get(name) for name in ("iat", "exp", "ttl")]
    wide = type(bits) is int and bits in (1, 2, 4, 8)
    if raw is None or not wide or not _whole(numbers) or not _texts([claims.get("sub")]):
        raise Refused("list_unreadable")
    return _Held(claims["sub"], claims["iat"], claims["exp"], claims["ttl"], listed["bits"], raw, asked)


class Verifier:
    """Checks purpose tokens for one audience. Keep one for the life of the process; threads may share it.

    `pins` is what `GET /v1/token-keys` gave on an earlier day; keys inside a token are never looked at. `audience`
    is the name that brands put into tokens for you. `fetch` gives the body of an address or raises; `now` (POSIX
    seconds) and `awake` (seconds that nobody sets) are for tests. Raises ValueError for pins that are none.
    """

    def __init__(
        self,
        pins: Mapping[str, Any],
        audience: str,
        fetch: Fetch = fetch,
        *,
        now: Callable[[], float] = time.time,
        awake: Callable[[], float] = awake,
    ) -> None:
        try:
            self._issuer, self._keys = str(pins["issuer"]), read_keys(pins)
        except (KeyError, TypeError, AttributeError, ValueError) as wrong:
            raise ValueError("These are no pins: keep what GET /v1/token-keys gives.") from wrong
        self._audience, self._fetch, self._now, self._awake = audience, fetch, now, awake
        self._held: dict[str, _Held] = {}
        self._missed: dict[str, tuple[float, str]] = {}
        self._fetching = threading.Lock()

    def check(self, token: str, question: Question) -> Verdict:
        """Say whether a token permits one thing right now. Never raises; `reason` says why not."""
        try:
            claims = self._signed(token)
            self._judge(claims, question.choice)
            place = claims["status"]["status_list"]
            self._judge_list(self._list(place["uri"]), place["uri"], place["idx"])
        except Refused as refused:
            return Verdict(False, str(refused))
        return Verdict(True, "valid", claims["sub"], claims["brand"], claims["exp"])

    def _signed(self, token: str) -> dict[str, Any]:
        claims = opened(token, TYPE, self._keys, LARGEST_TOKEN)
        if not _complete(claims):
            raise Refused("malformed")
        return claims

    def _judge(self, claims: Mapping[str, Any], choice: str) -> None:
        now = self._now()
        found = {
            "wrong_issuer": claims["iss"] != self._issuer,
            "wrong_audience": claims["aud"] != self._audience,
            "not_yet": claims["iat"] > now + SKEW,
            "too_long": claims["exp"] - claims["iat"] > LONGEST,
            "expired": claims["exp"] <= now,
            "not_named": choice not in claims["choices"],
        }
        _refuse(found)

    def _judge_list(self, held: _Held, uri: str, index: int) -> None:
        now, status = self._now(), held.at(index)
        found = {
            "list_foreign": held.uri != uri,
            "list_stale": self._age(held) > held.ttl or held.expires <= now or held.issued > now + SKEW,
            "out_of_range": status is None,
            "revoked": status != 0,
        }
        _refuse(found)

    def _age(self, held: _Held) -> float:
        """Give how old a list is, by the calendar or since it was asked for, whichever is more."""
        return max(self._awake() - held.asked, self._now() - held.issued)

    def _young(self, uri: str, part: float = 1.0) -> bool:
        held = self._held.get(uri)
        return held is not None and self._age(held) <= held.ttl * part

    def _list(self, uri: str) -> _Held:
        """Give the list of an address: the one we hold, fetched anew once half of its time is over."""
        # Whoever holds a list that still counts does not wait for somebody else's fetching.
        if not self._young(uri, 0.5) and self._fetching.acquire(blocking=not self._young(uri)):
            try:
                if not self._young(uri, 0.5):
                    self._renew(uri)
            finally:
                self._fetching.release()
        if held := self._held.get(uri):
            return held
        raise Refused(self._missed.get(uri, (0.0, "list_unreachable"))[1])

    def _renew(self, uri: str) -> None:
        asked = self._awake()
        if asked - self._missed.get(uri, (-PAUSE, ""))[0] < PAUSE:
            return
        try:
            text = self._fetch(uri).decode("ascii", "replace")
        except Exception:
            self._missed[uri] = (self._awake(), "list_unreachable")
            return
        try:
            fetched = _read_list(opened(text, LIST_TYPE, self._keys, LARGEST_LIST), asked)
            held = self._held.get(uri)
            # INVARIANT: what was seen to be taken back is not given again by a list signed before that one.
            if held is not None and self._young(uri) and fetched.issued < held.issued:
                raise Refused("list_stale")
            self._held[uri] = fetched
            self._missed.pop(uri, None)
        except Refused:
            self._missed[uri] = (self._awake(), "list_unreadable")


def _refuse(found: Mapping[str, bool]) -> None:
    for code, wrong in found.items():
        if wrong:
            raise Refused(code)
