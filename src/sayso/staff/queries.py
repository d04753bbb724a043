"""Looks and open confirmations: as their person sees them, and as the member of staff does."""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sayso.consent import queries as consent
from sayso.core.errors import NotFound
from sayso.core.values import utc_text
from sayso.identity import keys
from sayso.identity import queries as identity
from sayso.notices import queries as notices
from sayso.staff.models import Confirmation, Look

LOOK_LASTS = timedelta(minutes=30)  # then a new reason is asked for


@dataclass(frozen=True, slots=True)
class LookView:
    """One look as the person reads it. `shown` names what was on the page."""

    id: str
    account: str
    name: str
    role: str
    at: datetime
    reason: str
    shown: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A yes by telephone that only the person can confirm."""

    id: str
    account: str
    brand: str
    purpose: str
    choices: tuple[str, ...]
    base: int
    name: str
    asked_at: datetime
    until: datetime


def _look(row: Look) -> LookView:
    reason = keys.unseal(row.account, row.reason).decode() if row.account and row.reason else ""
    return LookView(row.id, row.account, row.name, row.role, row.at, reason, tuple(row.shown))


def _waiting(row: Confirmation) -> Waiting:
    return Waiting(
        row.id,
        row.account,
        row.brand,
        row.purpose,
        tuple(row.choices),
        row.base,
        row.name,
        row.asked_at,
        row.until,
    )


def looks_of(account: str) -> list[LookView]:
    """List who looked at an account, newest first."""
    return [_look(row) for row in Look.objects.filter(account=account).order_by("-at")] if account else []


def open_look(look: str, person: int, now: datetime) -> LookView:
    """Give a look while it lasts, to the one who gave its reason.

    Raises `NotFound` alike for somebody else's, one that ran out, and one whose person was erased.
    """
    row = Look.objects.filter(id=look, person=person, at__gt=now - LOOK_LASTS).exclude(account="").first()
    if row is None:
        raise NotFound("look_ended", "This look ended.", "Find the person again and say why.")
    return _look(row)


def waiting_of(account: str, now: datetime) -> list[Waiting]:
    """List what waits for an account's own word, newest first."""
    rows = Confirmation.objects.filter(account=account, until__gt=now).order_by("-asked_at")
    return [_waiting(row) for row in rows]


def _no_link() -> NotFound:
    return NotFound("unknown_link", "This link does nothing any more.", "Answer in your privacy centre.")


def _still_asked(row: Waiting) -> Waiting:
    """Keep what of a call is still asked as it was then: to what widened since, nobody has said yes."""
    told = (each for each in notices.publications(row.brand) if each.published_at <= row.asked_at)
    then = notices.version(row.brand, next(told).version).generations
    current = notices.current(row.brand).generations
    choices = (choice for choice in row.choices if choice in current and current[choice] == then.get(choice))
    return replace(row, choices=tuple(choices))


def waiting(number: str, secret: str, now: datetime) -> Waiting:
    """Give what the link of a letter still asks.

    Raises `NotFound` alike for a wrong secret, an unknown link, one that was used or ran out, one in a mailbox
    that is no longer hers, one to somebody known as a minor since, and one to nothing that is still asked as it
    was then.
    """
    row = Confirmation.objects.filter(id=number, until__gt=now).first()
    held = row.secret_hash if row else ""
    if not hmac.compare_digest(held, keys.secret_hash(secret)) or row is None:
        raise _no_link()
    asked = _still_asked(_waiting(row))
    if not asked.choices or ("email", row.sent_to) not in identity.lookups_of(row.account):
        raise _no_link()
    if consent.is_minor([row.account], row.brand):
        raise _no_link()
    return asked


def sheets_of(account: str) -> list[tuple[str, list[str], list[list[Any]]]]:
    """Give everything kept here about an account as tables: name, columns, rows."""
    looks = [
        [utc_text(one.at), one.name, one.role, one.reason, ", ".join(one.shown)] for one in looks_of(account)
    ]
    asked = [
        [utc_text(one.asked_at), one.name, ", ".join(one.choices), utc_text(one.until)]
        for one in map(_waiting, Confirmation.objects.filter(account=account).order_by("asked_at"))
    ]
    return [
        ("looks", ["at", "name", "role", "reason", "shown"], looks),
        ("waiting_for_you", ["asked_at", "asked_by", "choices", "until"], asked),
    ]
