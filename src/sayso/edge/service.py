"""What the edge does with a database: one writer, one reader, each with a connection of its own."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sayso.consent import ledger, receipts
from sayso.consent.ledger import Submission
from sayso.core import layout
from sayso.core.choice import Choice, read_choice
from sayso.core.consent import Published, Standing, statuses
from sayso.core.errors import Forbidden, Invalid, Unproved
from sayso.core.values import utc_text
from sayso.decisions import gate
from sayso.deployment import env
from sayso.deployment.database import PostgreSQL, SQLite, open_database
from sayso.identity import keys
from sayso.identity import store as identity
from sayso.notices import store as notices

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


def _standing_json(standing: Standing, published: Published, moment: datetime) -> dict[str, Any]:
    where = statuses(standing, published, moment)
    return {
        "rev": standing.rev,
        "states": where,
        "version": published.notice.version,
        "shown": standing.shown,
    }


def _own_standing(device: str | None, brand: str) -> Standing | None:
    if not device:
        return None
    subject = identity.subject_of_device(database(), identity.read_device_secret(device))
    return ledger.standing_of(database(), subject, brand) if subject else None


def standing(site: str, device: str | None) -> dict[str, Any]:
    """Give where a browser stands; revision 0 and no states when it never answered."""
    brand = notices.brand_of_site(database(), site)
    published = notices.current(database(), brand)
    own = _own_standing(device, brand)
    if own is None:
        return {"rev": 0, "states": {}, "version": published.notice.version}
    return _standing_json(own, published, now())


def _hosts(published: Published) -> dict[str, list[str]]:
    return {part.choice.id: list(part.hosts) for _, part in published.notice.parts() if part.hosts}


def banner(site: str, wanted: str, device: str | None) -> dict[str, Any]:
    """Give everything a browser needs to ask: the text, its hash, and where this browser stands."""
    brand = notices.brand_of_site(database(), site)
    published = notices.current(database(), brand)
    notice, own = published.notice, _own_standing(device, brand)
    locale = layout.locale_for(notice, wanted)
    address = env.text("SAYSO_WEB_ADDRESS")
    shown = layout.shown(notice, "banner-1", locale)
    return {
        "site": site,
        "brand": brand,
        "version": notice.version,
        "dir": layout.direction(locale),
        "text_hash": layout.text_hash(notice, "banner-1", locale),
        **shown,
        "scripts": _hosts(published),
        "standing": _standing_json(own, published, now()) if own else None,
        "links": {"notice": f"{address}/notice/{notice.version}", "choices": f"{address}/centre/choices"},
    }


def write(items: Sequence[Submission]) -> list[dict[str, Any]]:
    """Record answers in one commit and give each its receipt and the standing after it."""
    db, moment = database(), now()
    results = []
    for event in ledger.record(db, items, moment):
        after = ledger.standing_of(db, event.subject, event.brand) or Standing()
        results.append(
            {
                "event": event.event,
                "seq": event.seq,
                "receipt": receipts.sign(event, notices.version(db, event.brand, event.version)),
                "standing": _standing_json(after, notices.current(db, event.brand), moment),
                "replayed": event.replayed,
            }
        )
    return results


def brand_of_key(authorization: str, scope: str) -> str:
    """Give the brand a server key speaks for.

    Raises `Unproved` (key_missing, key_unknown) and `Forbidden` (scope_missing).
    """
    kind, _, secret = authorization.partition(" ")
    remedy = "Send `Authorization: Bearer sk_…` with a key made by `sayso key`."
    if kind.lower() != "bearer" or not secret:
        raise Unproved("key_missing", "No server key came with the request.", remedy)
    found = identity.scopes_of_key(database(), secret)
    if found is None:
        raise Unproved("key_unknown", "That server key is not one of ours.", remedy)
    if scope not in found[1]:
        raise Forbidden("scope_missing", f"That key may not `{scope}`.", "Use a key with that scope.")
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
    moment = now()
    who = identity.resolve(database(), body.get("subject"), moment)
    decisions = gate.decide(database(), brand, who.subjects, asked, moment)
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
