"""What the edge does with a database: one writer, one reader, each with a connection of its own."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sayso.consent import ledger, receipts, signal
from sayso.consent.ledger import Submission
from sayso.core import layout
from sayso.core.age import MINORS, youngest
from sayso.core.choice import Choice, read_choice
from sayso.core.consent import Published, Standing, as_one_person, band_of, statuses
from sayso.core.errors import Forbidden, Invalid, Unproved
from sayso.core.masking import masked
from sayso.core.values import utc_text
from sayso.core.vocabulary import PERMITTING, ConsentStatus
from sayso.decisions import gate
from sayso.deployment import env
from sayso.deployment.database import PostgreSQL, SQLite, open_database
from sayso.identity import keys
from sayso.identity import store as identity
from sayso.notices import store as notices
from sayso.signals import gpc

MOST_QUESTIONS = 1000
_local = threading.local()


def now() -> datetime:
    """Give the server's time."""
    return datetime.now(UTC)


def database() -> SQLite | PostgreSQL:
    """Give this thread's own connection, opened at its first use."""
    if not hasattr(_local, "database"):
        _local.database = open_database(env.database_url())
    opened: SQLite | PostgreSQL = _local.database
    return opened


def close_database() -> None:
    """Close this thread's own connection."""
    if hasattr(_local, "database"):
        _local.database.close()
        del _local.database
    keys.close()


def _where(
    standing: Standing, account: str | None, published: Published, moment: datetime
) -> dict[str, ConsentStatus]:
    """Give where a browser stands; while somebody is signed in on it, only what her account permits too."""
    if account is None:
        return statuses(standing, published, moment)
    hers = ledger.standing_of(database(), account, published.notice.brand) or Standing()
    # A child signed in here is a child here, though this browser was never told.
    here, there = (statuses(one or hers, published, moment) for one in as_one_person([standing, hers]))
    return {choice: there[choice] if said in PERMITTING else said for choice, said in here.items()}


def _standing_json(
    standing: Standing, account: str | None, published: Published, moment: datetime, *, heard: bool = False
) -> dict[str, Any]:
    return {
        "rev": standing.rev,
        "states": _where(standing, account, published, moment),
        "masked": masked(standing, published, signal=heard),
        "version": published.notice.version,
        "shown": standing.shown,
    }


def unrecorded_signal(site: str, device: str) -> list[Submission]:
    """Give what is to be written when this browser sends Global Privacy Control: usually nothing.

    A browser that never answered has no id, and nothing is written of it. The account signed in there hears
    of the signal too.
    """
    notices.brand_of_site(database(), site)  # of a site that is none of ours nothing is heard
    who = identity.resolve(database(), {"device": device}, now())
    every = notices.brands(database())  # an opt-out binds the controller, whichever brand heard it
    return [item for brand in every for item in signal.unrecorded(database(), who.subjects, brand)]


def _own_standing(device: str | None, published: Published, *, heard: bool) -> dict[str, Any] | None:
    if not device:
        return None
    moment, secret = now(), identity.read_device_secret(device)
    subject = identity.subject_of_device(database(), secret)
    own = ledger.standing_of(database(), subject, published.notice.brand) if subject else None
    account = identity.account_behind(database(), secret, moment) if own else None
    return _standing_json(own, account, published, moment, heard=heard) if own else None


def standing(site: str, device: str | None, *, heard: bool = False) -> dict[str, Any]:
    """Give where a browser stands; revision 0 and no states when it never answered.

    `heard` says that Global Privacy Control came with the request.
    """
    brand = notices.brand_of_site(database(), site)
    published = notices.current(database(), brand)
    held_back = masked(Standing(), published, signal=heard)
    own = _own_standing(device, published, heard=heard)
    return own or {"rev": 0, "states": {}, "masked": held_back, "version": published.notice.version}


def _layout(device: str | None, published: Published) -> str:
    """Give the layout of the banner: a minor is shown plain words, and nothing that is forbidden."""
    subjects = identity.resolve(database(), {"device": device}, now()).subjects if device else ()
    known = (ledger.standing_of(database(), one, published.notice.brand) for one in subjects)
    band = youngest(standing.band for standing in known if standing)
    return layout.YOUNG if band_of(Standing(band=band), published) in MINORS else "banner-1"


def _hosts(published: Published) -> dict[str, list[str]]:
    return {part.choice.id: list(part.hosts) for _, part in published.notice.parts() if part.hosts}


def banner(site: str, wanted: str, device: str | None, *, heard: bool = False) -> dict[str, Any]:
    """Give everything a browser needs to ask: the text, its hash, and where this browser stands."""
    brand = notices.brand_of_site(database(), site)
    published = notices.current(database(), brand)
    notice, own = published.notice, _own_standing(device, published, heard=heard)
    locale = layout.locale_for(notice, wanted)
    address = env.text("SAYSO_WEB_ADDRESS")
    name = _layout(device, published)
    shown = layout.shown(notice, name, locale)
    return {
        "site": site,
        "brand": brand,
        "version": notice.version,
        "dir": layout.direction(locale),
        "text_hash": layout.text_hash(notice, name, locale),
        **shown,
        "scripts": _hosts(published),
        "standing": own,
        "masked": own["masked"] if own else masked(Standing(), published, signal=heard),
        "links": {
            "notice": f"{address}/notice/{notice.version}",
            "choices": f"{address}/centre/choices",
            "opt_out": f"{address}/privacy-choices",
        },
    }


def write(items: Sequence[Submission]) -> list[dict[str, Any]]:
    """Record answers in one commit and give each its receipt and the standing after it."""
    db, moment = database(), now()
    results = []
    for item, event in zip(items, ledger.record(db, items, moment), strict=True):
        after = ledger.standing_of(db, event.subject, event.brand) or Standing()
        account = identity.account_behind(db, item.device, moment) if item.device else None
        results.append(
            {
                "event": event.event,
                "seq": event.seq,
                "receipt": receipts.sign(event, notices.version(db, event.brand, event.version)),
                "standing": _standing_json(after, account, notices.current(db, event.brand), moment),
                "replayed": event.replayed,
            }
        )
    return results


def brand_of_key(authorization: str, *scopes: str) -> str:
    """Give the brand a server key speaks for; any one of these scopes will do.

    Raises `Unproved` (key_missing, key_unknown) and `Forbidden` (scope_missing).
    """
    kind, _, secret = authorization.partition(" ")
    remedy = "Send `Authorization: Bearer sk_…` with a key made by `sayso key`."
    if kind.lower() != "bearer" or not secret:
        raise Unproved("key_missing", "No server key came with the request.", remedy)
    found = identity.scopes_of_key(database(), secret)
    if found is None:
        raise Unproved("key_unknown", "That server key is not one of ours.", remedy)
    if not found[1].intersection(scopes):
        raise Forbidden("scope_missing", f"That key may not `{scopes[0]}`.", "Use a key with that scope.")
    return found[0]


def _question(source: object) -> Choice:
    if not isinstance(source, dict):
        raise Invalid(
            "invalid_question", "A question is not an object.", "Send purpose, category, operation."
        )
    named = (source.get("purpose"), source.get("category"), source.get("operation", "use"))
    return read_choice(".".join(str(part) for part in (*named, source.get("recipient", "self"))))


def decide(brand: str, body: object) -> dict[str, Any]:
    """Answer a brand's questions about one person.

    Raises `Invalid` for questions that cannot be read; whoever is unknown is refused, with the reason.
    """
    questions = body.get("questions") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(questions, list) or len(questions) > MOST_QUESTIONS:
        remedy = f"Send `subject` and at most {MOST_QUESTIONS} `questions`."
        raise Invalid("invalid_question", "`questions` is no list we can answer.", remedy)
    asked = [_question(question) for question in questions]
    moment, heard = now(), gpc.in_script(body.get("gpc"))
    who = identity.resolve(database(), body.get("subject"), moment)
    decisions = gate.decide(database(), brand, who.subjects, asked, moment, who.lookups, signal=heard)
    return {
        "decisions": [
            {
                "choice": decision.choice,
                "permitted": decision.permitted,
                "reason": decision.reason,
                "valid_until": decision.valid_until and utc_text(decision.valid_until),
            }
            for decision in decisions
        ]
    }
