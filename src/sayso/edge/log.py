"""The log's public addresses: checkpoints, proofs, leaf hashes and cosignatures; nothing about anybody."""

import json
from base64 import b64encode
from collections.abc import Callable, Mapping
from contextlib import closing
from datetime import datetime
from urllib.parse import parse_qs

from sayso.consent.log import proving, reading, witnessing
from sayso.core.errors import Invalid, NotFound
from sayso.deployment import env
from sayso.deployment.database import Database, open_database

LARGEST = witnessing.LARGEST
Told = tuple[bytes, bytes, bytes]  # body, media type, how long others may keep it
_TEXT, _JSON = b"text/plain; charset=utf-8", b"application/json"
_FOR_EVER = b"public, max-age=31536000, immutable"
_A_MOMENT = b"public, max-age=1"
_A_MINUTE = b"public, max-age=60"  # news of a compromised key travels with the keys


def _number(query: Mapping[str, list[str]], name: str) -> int:
    text = query.get(name, [""])[0]
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Invalid("invalid_request", f"`{name}` is not a number.", f"Send `{name}` as a decimal number.")
    return int(text)


def _base64(hashes: list[bytes]) -> list[str]:
    return [b64encode(one).decode() for one in hashes]


def _checkpoint(db: Database, query: Mapping[str, list[str]]) -> Told:
    return reading.checkpoint(db).encode(), _TEXT, _A_MOMENT


def _witnessed(db: Database, query: Mapping[str, list[str]]) -> Told:
    return reading.witnessed(db).encode(), _TEXT, _A_MOMENT


def _keys(db: Database, query: Mapping[str, list[str]]) -> Told:
    return json.dumps(proving.public_keys(db)).encode(), _JSON, _A_MINUTE


def _inclusion(db: Database, query: Mapping[str, list[str]]) -> Told:
    proof = reading.proof_of(db, _number(query, "seq"))
    if proof is None:
        raise NotFound("not_in_log", "No entry of that number is in the log.", "Try again in a second.")
    return proof.encode(), _TEXT, _A_MOMENT


def _consistency(db: Database, query: Mapping[str, list[str]]) -> Told:
    first, second = _number(query, "from"), _number(query, "to")
    proof = _base64(reading.consistency(db, first, second))
    return json.dumps({"from": first, "to": second, "proof": proof}).encode(), _JSON, _FOR_EVER


def _entries(db: Database, query: Mapping[str, list[str]]) -> Told:
    first, end = _number(query, "from"), _number(query, "to")
    listed = _base64(reading.entries(db, first, end))
    whole = len(listed) == end - first
    body = json.dumps({"from": first, "entries": listed}).encode()
    return body, _JSON, _FOR_EVER if whole else _A_MOMENT


_ANSWERS: Mapping[str, Callable[[Database, Mapping[str, list[str]]], Told]] = {
    "checkpoint": _checkpoint,
    "witnessed": _witnessed,
    "keys": _keys,
    "inclusion": _inclusion,
    "consistency": _consistency,
    "entries": _entries,
}


def answer(db: Database, what: str, query: bytes) -> Told:
    """Answer one question about the log: its body, media type and for how long it may be kept.

    Raises `Invalid` for a question that cannot be read and `NotFound` for what the log does not have.
    """
    return _ANSWERS[what](db, parse_qs(query.decode("latin-1")))


def take_cosignature(raw: bytes, now: datetime) -> int:
    """Take what a witness posted; give how many of its signatures are new.

    The database is opened for a signature that holds and for nothing else, and on a connection of its own:
    neither reader nor writer waits for it. Raises as `consent.log.witnessing` does.
    """
    note, found = witnessing.read_cosigned(raw, now)
    with closing(open_database(env.database_url())) as db:
        return witnessing.keep(db, note, found)
