"""What auditors and witnesses share: where checkpoints come from, and whether one continues another."""

from base64 import b64decode
from collections.abc import Iterator
from typing import Any, Protocol

import httpx

from sayso.consent.log import signing
from sayso.consent.log.checking import Finding
from sayso.core.checkpoint import Note
from sayso.core.errors import Malformed, NotFound, Unavailable
from sayso.core.merkle import EMPTY, proves_consistency
from sayso.core.values import read_json

EVERY = 5.0  # seconds between two looks of one who follows
LARGEST = 1_000_000  # bytes of a reply
_REMEDY = "See that `sayso serve` runs there, and that the address ends in /log."


class Source(Protocol):
    """Where checkpoints and their proofs come from."""

    def keys(self) -> Any:
        """Give the log's own word of its keys."""

    def checkpoint(self) -> str:
        """Give the newest signed checkpoint."""

    def witnessed(self) -> str | None:
        """Give the newest checkpoint that a witness signed, None before the first."""

    def consistency(self, first: int, second: int) -> list[bytes]:
        """Give the proof that one size continues another."""


class Public:
    """The log's public address, as anybody sees it."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")

    def _get(self, path: str) -> bytes:
        read = b""
        try:
            with httpx.stream("GET", f"{self._address}/{path}", timeout=10, follow_redirects=False) as reply:
                for chunk in reply.iter_bytes():
                    read += chunk
                    if len(read) > LARGEST:
                        break
        except httpx.HTTPError as broken:
            raise Unavailable("log_unreachable", "The log does not answer.", _REMEDY) from broken
        what = path.partition("?")[0]
        if reply.status_code == 404 and what == "witnessed":
            raise NotFound("not_witnessed", "No witness has signed this log.", _REMEDY)
        if reply.status_code != 200 or len(read) > LARGEST:
            told = f"The log answered {what} with {reply.status_code}."
            raise Unavailable("log_unreachable", told, _REMEDY)
        return read

    def keys(self) -> Any:
        """Give the log's own word of its keys."""
        return read_json(self._get("keys"))

    def checkpoint(self) -> str:
        """Give the newest signed checkpoint."""
        return self._get("checkpoint").decode("utf-8", "replace")

    def witnessed(self) -> str | None:
        """Give the newest checkpoint that a witness signed, None before the first."""
        try:
            return self._get("witnessed").decode("utf-8", "replace")
        except NotFound:
            return None

    def consistency(self, first: int, second: int) -> list[bytes]:
        """Give the proof that one size continues another; anything that is none proves nothing."""
        try:
            told = read_json(self._get(f"consistency?from={first}&to={second}"))
            return [b64decode(one, validate=True) for one in told["proof"]]
        except (Malformed, KeyError, TypeError, ValueError):
            return []

    def post(self, note: str) -> int:
        """Hand over a cosigned checkpoint; give the status of the reply."""
        headers = {"content-type": "text/plain; charset=utf-8"}
        address = f"{self._address}/cosignature"
        try:
            with httpx.stream("POST", address, content=note, headers=headers, timeout=10) as reply:
                return reply.status_code
        except httpx.HTTPError as broken:
            raise Unavailable("log_unreachable", "The log does not answer.", _REMEDY) from broken


def continues(source: Source, before: Note, after: Note) -> Iterator[Finding]:
    """Find why one checkpoint does not continue another that was seen before it: nothing where it does."""
    old, new = before.checkpoint, after.checkpoint
    if old.origin != new.origin:
        yield Finding("forked", f"this is the log {new.origin}; the last one seen was {old.origin}")
    elif new.size < old.size:
        yield Finding("backwards", f"the log has {new.size} entries and had {old.size}")
    elif new.size == old.size:
        if new.root != old.root:
            yield Finding("forked", f"two different roots were signed for {new.size} entries")
    elif old.size and not proves_consistency(
        old.size, new.size, old.root, new.root, source.consistency(old.size, new.size)
    ):
        yield Finding("forked", f"the log of {new.size} entries does not continue that of {old.size}")
    elif not old.size and old.root != EMPTY:
        yield Finding("forked", "the last checkpoint seen is of no log at all")


def signature_of(seen: signing.Seen) -> Iterator[Finding]:
    """Find why a checkpoint is not one that its log, and whoever else stands under it, signed."""
    if seen.forged:
        yield Finding("bad_signature", f"the signature under the name of {seen.forged[0]} does not hold")
    elif seen.lost:
        yield Finding("bad_signature", "the log's key was compromised, and no witness saw this before")
    elif not seen.by_log or seen.signed_at is None:
        yield Finding("bad_signature", "the checkpoint is not signed with a pinned key of the log")
