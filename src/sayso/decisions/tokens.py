"""Issue purpose tokens. Plain SQL without Django: the edge does this."""

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sayso.consent import receipts
from sayso.core.choice import Choice
from sayso.core.decision import Decision
from sayso.core.errors import Unavailable
from sayso.core.purpose_token import LONGEST, TYPE, PurposeToken, expiry, nameable, write_token
from sayso.core.values import canonical
from sayso.decisions import gate
from sayso.deployment import env
from sayso.deployment import secrets as own
from sayso.deployment.database import Database
from sayso.identity import keys
from sayso.identity import store as identity
from sayso.identity.store import Resolved
from sayso.outbox import store as outbox

SIZE = 1 << 16  # places in a list: eight kilobytes before it is compressed
LISTS = 16  # a million tokens at a time
TRIES = 4  # random places tried in a list before it counts as full, and rounds for somebody who is changing
SUBJECT = "subject"  # beside the kinds of identifiers a token may be about


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a brand asks a token for: whom it names, what is to be done, by whom it will be checked.

    `signal` says that Global Privacy Control came with the request this is about.
    """

    subject: object
    choices: Sequence[Choice]
    audience: str
    signal: bool = False


@dataclass(frozen=True, slots=True)
class Issued:
    """The answer to every question, and the signed token that names what is permitted; None where nothing is.

    `expires` is in POSIX seconds.
    """

    decisions: Sequence[Decision]
    token: str | None = None
    expires: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where in which list a token stands."""

    number: int
    index: int


def public_keys(key: Ed25519PrivateKey | None = None) -> dict[str, Any]:
    """Give the key of tokens and their status lists for pinning, as a JWK Set (RFC 7517, RFC 8037)."""
    public = (key or own.load().token_key()).public_key()
    raw = urlsafe_b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode().rstrip("=")
    named = {"kid": receipts.key_id(public), "alg": receipts.ALGORITHM, "use": "sig"}
    return {"issuer": issuer(), "keys": [{"kty": "OKP", "crv": "Ed25519", "x": raw, **named}]}


def issuer() -> str:
    """Give the name under which this deployment issues tokens: the address of its pages."""
    return env.text("SAYSO_WEB_ADDRESS").rstrip("/")


def list_address(number: int) -> str:
    """Give the address a status list is served at, which is also its name."""
    return f"{env.text('SAYSO_EDGE_ADDRESS').rstrip('/')}/v1/status-lists/{number}"


def sign(claims: dict[str, Any], typ: str, key: Ed25519PrivateKey | None = None) -> str:
    """Sign claims as a compact JWS of a type; a token passes for no list, and neither for a receipt."""
    key = key or own.load().token_key()
    headers = {"typ": typ, "kid": receipts.key_id(key.public_key())}
    return jwt.api_jws.encode(canonical(claims), key, algorithm=receipts.ALGORITHM, headers=headers)


def pairwise(subject: str, audience: str) -> str:
    """Give a person's name towards one audience: two partners cannot tell that they mean the same person."""
    return keys.lookup("pairwise", f"{subject} {audience}")


def _about(db: Database, who: Resolved) -> list[tuple[str, str]]:
    """List whom a token is about: everybody whose answer counted, and every identifier a Block may name."""
    lookups = {*who.lookups, *identity.lookups_of(db, who.subjects)}
    return [*((SUBJECT, subject) for subject in who.subjects), *sorted(lookups)]


def _free_place(db: Database, row: Sequence[Any]) -> Place:
    """Take a place at random, so that it tells nothing of when or in which order tokens were issued."""
    for number in range(LISTS):
        for _ in range(TRIES):
            index = secrets.randbelow(SIZE)
            taken = db.run(
                "INSERT INTO decisions_token"
                " (number, idx, brand, audience, choices, signal, since, until, revoked)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 0)"
                " ON CONFLICT (number, idx) DO NOTHING RETURNING idx",
                [number, index, *row],
            )
            if taken:
                return Place(number, index)
    raise Unavailable("status_lists_full", "Too many tokens at once.", "Ask again in a few seconds.")


def _take_place(
    db: Database, brand: str, wanted: Wanted, who: Resolved, choices: Sequence[str], until: int
) -> Place:
    with db.transaction():
        since, signal = outbox.watermark(db), int(wanted.signal)
        place = _free_place(db, [brand, wanted.audience, json.dumps(choices), signal, since, until])
        for kind, name in _about(db, who):
            db.run(
                "INSERT INTO decisions_tokenabout (number, idx, kind, name, until)"
                " VALUES (%s, %s, %s, %s, %s)",
                [place.number, place.index, kind, name, until],
            )
    return place


def _give_up(db: Database, place: Place) -> None:
    """Give a place back that no token was signed for."""
    with db.transaction():
        for table in ("decisions_tokenabout", "decisions_token"):
            db.run(f"DELETE FROM {table} WHERE number = %s AND idx = %s", [place.number, place.index])  # noqa: S608 our own tables


def _decide(db: Database, brand: str, wanted: Wanted, now: datetime) -> tuple[Resolved, list[Decision]]:
    who = identity.resolve(db, wanted.subject, now)
    decided = gate.decide(db, brand, who.subjects, wanted.choices, now, who.lookups, signal=wanted.signal)
    return who, decided


def _signed(
    brand: str, wanted: Wanted, who: Resolved, named: Sequence[Decision], place: Place, issued: int
) -> str:
    token = PurposeToken(
        issuer=issuer(),
        audience=wanted.audience,
        subject=pairwise(who.account or who.subjects[0], wanted.audience),
        brand=brand,
        choices=tuple(dict.fromkeys(one.choice for one in named)),
        issued=issued,
        expires=expiry(named, issued),
        uri=list_address(place.number),
        index=place.index,
    )
    return sign(write_token(token), TYPE)


def issue(db: Database, brand: str, wanted: Wanted, now: datetime) -> Issued:
    """Issue a token that names what is permitted right now of what is wanted, or say why nothing is.

    Raises `Invalid` for a reference that means nobody we look up, and `Unavailable`.
    """
    issued = int(now.timestamp())
    for _ in range(TRIES):
        who, decided = _decide(db, brand, wanted, now)
        choices = [one.choice for one in nameable(decided, issued)]
        if not choices:
            return Issued(decided)
        place = _take_place(db, brand, wanted, who, choices, issued + int(LONGEST.total_seconds()))
        # INVARIANT: what counts is decided after the place is taken. Whatever is said later finds it there;
        # whatever was said between the two looks is seen by the second.
        again, decided = _decide(db, brand, wanted, now)
        named = [one for one in nameable(decided, issued) if one.choice in choices]
        if again == who and named:
            token = _signed(brand, wanted, who, named, place, issued)
            return Issued(decided, token, expiry(named, issued))
        _give_up(db, place)
    raise Unavailable("busy", "What is known of this person is changing.", "Ask again in a second.")
