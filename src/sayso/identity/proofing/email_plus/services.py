"""Ask an adult to answer for a child, and have them show it in two steps. The caller mails the letters."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from sayso.core.age import MINORS
from sayso.core.errors import NotFound
from sayso.core.guardian import EMAIL_PLUS
from sayso.core.values import new_id
from sayso.deployment import env
from sayso.identity import ages, keys, queries
from sayso.identity.proofing import limits
from sayso.identity.proofing.email_loop import codes
from sayso.identity.proofing.email_plus.models import Guardianship

ASKED_FOR = timedelta(days=14)
CODE_LASTS = timedelta(days=7)
TRIES = 5


class Outcome(StrEnum):
    """What became of a step."""

    ASKED = "asked"
    OWN_ADDRESS = "own_address"
    HAS_GUARDIAN = "has_guardian"
    TOO_MANY = "too_many"
    NOT_YOU = "not_you"
    ACCEPTED = "accepted"
    STARTED = "started"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Invited:
    """An adult to be written to, and until when the child's asking stands."""

    link: str
    until: datetime


@dataclass(frozen=True, slots=True)
class SecondLetter:
    """A second letter that is due. Its code exists here and in the letter only."""

    address: str
    code: str
    locale: str


def _own(child: str, address: str) -> bool:
    known = (one for one in queries.identifiers_of(child) if one.kind == "email")
    return any(one.value == keys.normal("email", address) for one in known)


@transaction.atomic
def invite(child: str, address: str, now: datetime) -> Invited | Outcome:
    """Remember that a child asks for a guardian; an earlier asking that nobody answered is forgotten.

    Gives `OWN_ADDRESS`, `HAS_GUARDIAN` or `TOO_MANY` instead of asking. Only a keyed hash of the address stays.
    """
    if Guardianship.objects.filter(child_id=child, ended_at=None).exclude(started_at=None).exists():
        return Outcome.HAS_GUARDIAN
    if _own(child, address):
        return Outcome.OWN_ADDRESS
    tries = limits.take("guardian_child", child, now), limits.take("guardian_address", address.lower(), now)
    if not all(tries):
        return Outcome.TOO_MANY
    Guardianship.objects.filter(child_id=child, started_at=None).delete()
    row = Guardianship.objects.create(
        id=new_id(),
        child_id=child,
        method=EMAIL_PLUS,
        lookup=keys.lookup("email", address),
        asked_at=now,
        until=now + ASKED_FOR,
    )
    return Invited(row.id, row.until)


def _asked_of(account: str, link: str, now: datetime) -> Guardianship:
    """Give an asking that was sent to an address this account has proved."""
    proved = [
        keys.lookup("email", one.value)
        for one in queries.identifiers_of(account)
        if one.kind == "email" and one.proved
    ]
    waiting = Guardianship.objects.select_for_update().filter(id=link, started_at=None, until__gt=now)
    row = waiting.filter(lookup__in=proved).first()
    if row is None:
        raise NotFound("unknown_guardianship", "Nobody asks this of you.", "Ask the child to ask again.")
    return row


def _is_the_child(account: str, child: str, now: datetime) -> bool:
    link = queries.active_link(child, now)
    same = account == child or (link is not None and link.account == account)
    return same or child in queries.joined_devices(account)


@transaction.atomic
def accept(account: str, link: str, locale: str, now: datetime) -> Outcome:
    """Take an adult's word that they are the parent or guardian; the second letter falls due a while later.

    Gives `ACCEPTED`; `NOT_YOU` for the child itself and for another minor, `TOO_MANY` past the limit.
    Raises `NotFound`.
    """
    row = _asked_of(account, link, now)
    known = ages.age_of(account)
    if _is_the_child(account, row.child_id, now) or (known is not None and known.band in MINORS):
        return Outcome.NOT_YOU
    if not limits.take("guardian_adult", account, now):
        return Outcome.TOO_MANY
    row.guardian_id, row.accepted_at, row.locale, row.attempts = account, now, locale, 0
    row.code_hash, row.confirm_at = "", now + timedelta(seconds=env.seconds("SAYSO_GUARDIAN_DELAY"))
    row.until = row.confirm_at + CODE_LASTS
    row.save()
    return Outcome.ACCEPTED


@transaction.atomic
def second_letters(now: datetime) -> list[SecondLetter]:
    """Make the codes of the second letters that are due; the caller mails them in the same transaction."""
    due = Guardianship.objects.select_for_update().filter(
        confirm_at__lte=now, until__gt=now, code_hash="", started_at=None
    )
    return [letter for row in due if (letter := _second_letter(row))]


def _second_letter(row: Guardianship) -> SecondLetter | None:
    known = queries.identifiers_of(str(row.guardian_id))
    address = next((one.value for one in known if keys.lookup("email", one.value) == row.lookup), None)
    if address is None:  # the adult gave that address up since: nobody can show any more to be who was asked
        row.delete()
        return None
    code = codes.new_code()
    row.code_hash = codes.hashed(row.id, code)
    row.save(update_fields=["code_hash"])
    return SecondLetter(address, codes.shown(code), row.locale)


@transaction.atomic
def decline(account: str, link: str, now: datetime) -> None:
    """Forget that a child asked. Raises `NotFound`."""
    _asked_of(account, link, now).delete()


@transaction.atomic
def confirm(account: str, link: str, text: str, now: datetime) -> Outcome:
    """Compare what was typed with the second letter's code; the link starts when it fits.

    After five wrong tries the asking is forgotten (`TOO_MANY`). Raises `NotFound`.
    """
    row = _asked_of(account, link, now)
    if row.guardian_id != account or not row.code_hash or not codes.fits(row.id, text, row.code_hash):
        return _wrong(row)
    row.started_at, row.lookup, row.code_hash = now, "", ""
    row.save()
    return Outcome.STARTED


def _wrong(row: Guardianship) -> Outcome:
    row.attempts += 1
    if row.attempts >= TRIES:
        row.delete()
        return Outcome.TOO_MANY
    row.save(update_fields=["attempts"])
    return Outcome.WRONG


@transaction.atomic
def end(link: str, by: str, now: datetime) -> None:
    """End a guardian's link; by whom: child, guardian or age. An asking nobody answered is forgotten."""
    Guardianship.objects.filter(id=link, started_at=None).delete()
    Guardianship.objects.filter(id=link, ended_at=None).update(ended_at=now, ended_by=by)


@transaction.atomic
def forget_unanswered(now: datetime) -> int:
    """Delete every asking whose time has run out (16 CFR 312.5(c)(1)); give how many."""
    return Guardianship.objects.filter(started_at=None, until__lte=now).delete()[0]


@transaction.atomic
def forget(subjects: list[str]) -> int:
    """Delete every link and asking these subjects take part in, as child or guardian; give how many."""
    rows = Guardianship.objects.filter(child_id__in=subjects) | Guardianship.objects.filter(
        guardian_id__in=subjects
    )
    return rows.delete()[0]
