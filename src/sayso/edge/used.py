"""What really was used: noted where a question is answered, and taken from servers that decide for themselves."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeGuard

from sayso.core.choice import read_choice
from sayso.core.decision import Reason
from sayso.core.errors import Invalid
from sayso.deployment.database import Database
from sayso.identity import keys, named
from sayso.notices import store as notices
from sayso.uses.counting import Counter
from sayso.uses.store import Asked, Said

SCOPES = ("decide", "replica")  # either lets a server ask, or decide for itself
MOST = 2_000  # counts in one batch
MOST_NAMES = 3  # a device, a customer number, an address
MOST_TIMES = 1_000_000  # of one thing in one batch
# Of these nothing was used and nothing of hers was held back.
UNCOUNTED = frozenset({Reason.UNKNOWN_SUBJECT, Reason.NOT_LISTED, Reason.ERASING, Reason.UNAVAILABLE})


def key_of(authorization: str) -> str:
    """Give the hash of the server key in an `Authorization` header."""
    return keys.secret_hash(authorization.partition(" ")[2])


def counted(decisions: Iterable[Mapping[str, Any]]) -> Said:
    """Give what of these decisions counts: a yes as a use, a no as held back."""
    return tuple((one["choice"], one["permitted"]) for one in decisions if one["reason"] not in UNCOUNTED)


def take(db: Database, counter: Counter, brand: str, key: str, body: object) -> dict[str, int]:
    """Take a batch of counts a server made by itself; give how many things were counted.

    A choice that the notice in force does not list is not counted. Raises `Invalid` with code `invalid_uses`
    for a batch that cannot be read; then nothing of it was counted.
    """
    listed, lost = _read(body)
    known = notices.current(db, brand).notice
    counts: list[tuple[Asked, int]] = [
        ((brand, key, names, ((choice, permitted),)), times)
        for names, choice, permitted, times in map(_read_one, listed)
        if known.find(choice) is not None
    ]
    counter.add(counts)
    if lost:
        counter.miss(brand, key, lost)
    return {"counted": len(counts)}


def _refuse(detail: str) -> Invalid:
    remedy = f"Send at most {MOST} `uses`, each with names, choice, permitted and times; and `lost`."
    return Invalid("invalid_uses", detail, remedy)


def _is_count(value: object, least: int) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= MOST_TIMES


def _read(body: object) -> tuple[list[Any], int]:
    listed = body.get("uses") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(listed, list) or len(listed) > MOST:
        raise _refuse("`uses` is no list we can count.")
    lost = body.get("lost", 0)
    if not _is_count(lost, 0):
        raise _refuse("`lost` is no number we can count.")
    return listed, lost


def _read_one(one: object) -> tuple[tuple[str, ...], str, bool, int]:
    if not isinstance(one, dict) or not isinstance(one.get("choice"), str):
        raise _refuse("A use is not an object with its choice.")
    names, permitted, times = one.get("names"), one.get("permitted"), one.get("times")
    if not isinstance(names, list) or not 1 <= len(names) <= MOST_NAMES or not all(map(_is_name, names)):
        raise _refuse("`names` is not one to three names of 32 hexadecimal digits.")
    if not isinstance(permitted, bool) or not _is_count(times, 1):
        raise _refuse("`permitted` or `times` is missing or unclear.")
    return tuple(names), read_choice(one["choice"]).id, permitted, times


def _is_name(name: object) -> bool:
    return isinstance(name, str) and named.NAME.match(name) is not None
