"""Sign the status lists of purpose tokens. Plain SQL without Django: the edge does this.

A list says what was so when it was signed, to the last commit: before it signs, a signer reads the news it has
not read and ends every token that is touched. No other process has to be alive for a withdrawal to arrive.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sayso.core.choice import read_choice
from sayso.core.errors import Misconfigured, NotFound, Unavailable
from sayso.core.purpose_token import LIST_TYPE, LONGEST, ListToken, write_status_list
from sayso.core.status_list import INVALID, pack
from sayso.decisions import gate
from sayso.decisions.tokens import LISTS, SIZE, SUBJECT, list_address, sign
from sayso.deployment import env
from sayso.deployment.database import Database
from sayso.outbox import epochs
from sayso.outbox import store as outbox

RENEWED = 1.0  # seconds until a list is signed afresh
SHORTEST = 3  # seconds: a list is a second old when it is handed out, and its times are whole seconds
BATCH = 500  # items of news read, and names looked up, at a time
Place = tuple[int, int]  # number of the list, index


@dataclass(frozen=True, slots=True)
class Signed:
    """A signed list, its entity tag, and when it was signed."""

    text: str
    tag: str
    at: datetime


def ttl() -> int:
    """Give for how many seconds a verifier may believe a list.

    Raises `Misconfigured` for a setting that nobody could use, or above a token's longest life.
    """
    seconds = env.seconds("SAYSO_STATUS_LIST_TTL")
    if not SHORTEST <= seconds <= LONGEST.total_seconds():
        wrong = f"SAYSO_STATUS_LIST_TTL is not between {SHORTEST} and {LONGEST.seconds}."
        raise Misconfigured("ttl_out_of_range", wrong, "Set SAYSO_STATUS_LIST_TTL=5.")
    return seconds


def _named(db: Database, names: Iterable[str]) -> dict[Place, list[tuple[str, int]]]:
    """Find the tokens that are about any of these subjects or identifiers: with each whom, and since when."""
    asked, found = sorted(set(names)), dict[Place, list[tuple[str, int]]]()
    for first in range(0, len(asked), BATCH):
        some = asked[first : first + BATCH]
        rows = db.run(
            "SELECT about.number, about.idx, about.name, token.since FROM decisions_tokenabout about"  # noqa: S608 marks only
            " JOIN decisions_token token ON token.number = about.number AND token.idx = about.idx"
            f" WHERE token.revoked = 0 AND about.name IN ({', '.join(['%s'] * len(some))})",
            some,
        )
        for number, index, name, since in rows:
            found.setdefault((int(number), int(index)), []).append((str(name), int(since)))
    return found


def _of_brand(db: Database, brand: str) -> set[Place]:
    rows = db.run("SELECT number, idx FROM decisions_token WHERE brand = %s AND revoked = 0", [brand])
    return {(int(number), int(index)) for number, index in rows}


def _end(db: Database, place: Place) -> None:
    db.run("UPDATE decisions_token SET revoked = 1 WHERE number = %s AND idx = %s", list(place))


def _still_permitted(db: Database, place: Place, now: datetime) -> bool:
    """Ask the gate again for everything a token names."""
    held = db.run(
        "SELECT brand, choices, signal FROM decisions_token WHERE number = %s AND idx = %s", list(place)
    )
    about = db.run("SELECT kind, name FROM decisions_tokenabout WHERE number = %s AND idx = %s", list(place))
    subjects = [str(name) for kind, name in about if kind == SUBJECT]
    if not held or not subjects:
        return False
    brand, choices, signal = held[0]
    named = [(str(kind), str(name)) for kind, name in about if kind != SUBJECT]
    questions = [read_choice(choice) for choice in json.loads(choices)]
    decided = gate.decide(db, str(brand), subjects, questions, now, named, signal=bool(signal))
    return all(one.permitted for one in decided)


def _need_known(db: Database, now: datetime) -> None:
    """INVARIANT: no list is signed while tokens may live whose places a restore made us forget."""
    restored = epochs.restored_at(db)
    if restored is not None and now - restored < LONGEST:
        told = "This database was restored: which tokens of before were taken back is not known."
        raise Unavailable("status_lists_resting", told, "Ask again five minutes after the restore.")


@dataclass(slots=True)
class _Touched:
    """What some news touches: names and brands to ask the gate about again, and names whose tokens end.

    A name ends with the news of a number, and with it every token that was decided before.
    """

    names: set[str] = field(default_factory=set)
    brands: set[str] = field(default_factory=set)
    ended: dict[str, int] = field(default_factory=dict)


def _answered(seq: int, news: Mapping[str, Any], touched: _Touched) -> None:
    touched.names.add(news["subject"])


def _blocked(seq: int, news: Mapping[str, Any], touched: _Touched) -> None:
    touched.names.add(news["lookup"])


def _told_apart(seq: int, news: Mapping[str, Any], touched: _Touched) -> None:
    # Whose answers count is another than when the token was issued: a brand that still has a reason asks anew.
    whose = news["subjects"] if "subjects" in news else (news["device"], news["account"])
    touched.ended |= dict.fromkeys(whose, seq)


def _published(seq: int, news: Mapping[str, Any], touched: _Touched) -> None:
    touched.brands.add(news["brand"])


TOUCHES: Mapping[str, Callable[[int, Mapping[str, Any], _Touched], None]] = {
    "consent.changed": _answered,
    "consent.blocked": _blocked,
    "identity.changed": _told_apart,
    "identity.left": _told_apart,
    "notice.published": _published,
}


def _obey(db: Database, touched: _Touched, now: datetime) -> None:
    ended = {
        place
        for place, about in _named(db, touched.ended).items()
        if any(since < touched.ended[name] for name, since in about)
    }
    asked = set(_named(db, touched.names)).union(*(_of_brand(db, brand) for brand in touched.brands)) - ended
    for place in ended | {place for place in asked if not _still_permitted(db, place, now)}:
        _end(db, place)


class Lists:
    """Signs the status lists in one process. Any number of processes may: all come to the same.

    Used by one thread, with a connection of its own.
    """

    def __init__(self) -> None:
        self._read_to = 0
        self._signed: dict[int, Signed] = {}

    def _unread(self, db: Database, now: datetime) -> Iterator[list[outbox.Told]]:
        # Nothing older than the oldest token can touch one.
        live = "SELECT MIN(since) FROM decisions_token WHERE revoked = 0 AND until > %s"
        oldest = db.run(live, [int(now.timestamp())])[0][0]
        if oldest is None:
            return
        self._read_to = max(self._read_to, int(oldest))
        while news := outbox.after(db, self._read_to, BATCH):
            yield news
            self._read_to = news[-1].seq

    def _catch_up(self, db: Database, now: datetime) -> None:
        """End every token that something said since it was issued takes back."""
        for news in self._unread(db, now):
            touched = _Touched()
            for told in news:
                if touches := TOUCHES.get(told.topic):
                    touches(told.seq, told.payload, touched)
            _obey(db, touched, now)

    def _sign(self, db: Database, number: int, now: datetime) -> Signed:
        _need_known(db, now)
        self._catch_up(db, now)
        rows = db.run("SELECT idx FROM decisions_token WHERE number = %s AND revoked = 1", [number])
        listed = pack({int(index): INVALID for (index,) in rows}, SIZE)
        issued, lasts = int(now.timestamp()), ttl()
        claims = ListToken(list_address(number), issued, issued + lasts, lasts, listed)
        text = sign(write_status_list(claims), LIST_TYPE)
        return Signed(text, hashlib.sha256(text.encode()).hexdigest()[:32], now)

    def signed(self, db: Database, number: int, now: datetime) -> Signed:
        """Give a list, signed within the last second.

        `now` is read before the database is: the list's `iat` promises what was committed by then. Raises
        `NotFound` (unknown_status_list) for a number that no token stands under, and `Unavailable`
        (status_lists_resting) for as long after a restore as tokens live.
        """
        if not 0 <= number < LISTS:
            raise NotFound(
                "unknown_status_list", "There is no such status list.", "Take the address from the token."
            )
        held = self._signed.get(number)
        if held is None or not 0 <= (now - held.at).total_seconds() < RENEWED:
            held = self._signed[number] = self._sign(db, number, now)
        return held
