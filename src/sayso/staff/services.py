"""Verbs of staff: look at a person with a reason, and take an answer by telephone."""

import secrets as random
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from sayso.consent import queries as consent
from sayso.consent import services as answering
from sayso.consent.queries import Recorded
from sayso.core.errors import Conflict, Forbidden, Invalid, NotFound
from sayso.core.notice import Notice
from sayso.core.values import new_id
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.identity import keys
from sayso.identity import queries as identity
from sayso.identity.proofing import limits
from sayso.identity.queries import Staff
from sayso.notices import queries as notices
from sayso.staff import letters, queries
from sayso.staff.models import Confirmation, Look
from sayso.staff.queries import LookView, Waiting

SHORTEST, LONGEST = 5, 200  # characters of a reason
LOOKS_KEPT = timedelta(days=730)
LINK_LASTS = timedelta(days=7)


def read_reason(text: str) -> str:
    """Read why somebody looks. Raises `Invalid` with code `reason_needed`."""
    reason = " ".join(text.split())
    if not SHORTEST <= len(reason) <= LONGEST:
        remedy = f"Say in {SHORTEST} to {LONGEST} characters why; the person will read it."
        raise Invalid("reason_needed", "A look at a person needs its reason.", remedy)
    return reason


def _need_role(role: str, who: Staff) -> None:
    if role not in who.roles:
        raise Forbidden("wrong_role", "That is not a role of yours.", "Ask who looks after roles.")


@transaction.atomic
def look_at(account: str, who: Staff, role: str, reason: str, shown: list[str], now: datetime) -> str:
    """Write down that somebody of the staff looks at a person; give the look's id.

    Raises `Invalid` with code `reason_needed`, `Forbidden` when it is not a role of theirs.
    """
    _need_role(role, who)
    sealed = keys.seal(account, read_reason(reason).encode())
    look = new_id()
    Look.objects.create(
        id=look, account=account, person=who.id, name=who.name, role=role, at=now, reason=sealed, shown=shown
    )
    return look


@transaction.atomic
def note_look(name: str, person: int, role: str, shown: list[str], now: datetime) -> None:
    """Write down that somebody of the staff looked at what is kept of somebody who was erased."""
    Look.objects.create(id=new_id(), account="", person=person, name=name, role=role, at=now, shown=shown)


def find(typed: str, who: Staff, role: str, reason: str, shown: list[str], now: datetime) -> str:
    """Find a person by exactly her customer number or e-mail address, and write the look down; give its id.

    Raises `NotFound` with code `nobody_found` alike for whoever was never known, was erased, or is written
    differently, `Conflict` with code `too_many_looks` for somebody who tries one name after another, and
    what `look_at` raises.
    """
    # INVARIANT: nobody learns whether somebody is known without a look that she can read.
    _need_role(role, who)
    reason = read_reason(reason)
    if not limits.take("look_up", str(who.id), now):
        raise Conflict(
            "too_many_looks", "Those were too many looks in a short time.", "Wait a quarter of an hour."
        )
    kind = "email" if "@" in typed else "customer"
    account = identity.account_by(kind, typed) if typed.strip() else None
    if account is None:
        raise NotFound("nobody_found", "Nobody is known by exactly that.", "Ask for it letter by letter.")
    return look_at(account, who, role, reason, shown, now)


def _choices(notice: Notice, purpose: str) -> list[str]:
    found = notice.purposes.get(purpose)
    if found is None or not found.asked:
        raise Invalid("unknown_purpose", "Nobody is asked about that.", "Choose a purpose of the notice.")
    return [part.choice.id for part in found.parts]


def _record(
    account: str,
    brand: str,
    choices: list[str],
    said: ConsentStatus,
    who: Staff,
    voucher: Voucher,
    now: datetime,
) -> Recorded:
    base = consent.answered(account, brand, now).rev
    locale = consent.locale_of(account, brand)
    answer = answering.centre_answer(brand, dict.fromkeys(choices, said), base, "phone", voucher, locale)
    answer = replace(answer, surface="telephone", staff=who.name)
    return answering.record_for(account, brand, answer, now)


@transaction.atomic
def take_no(look: LookView, brand: str, purpose: str, who: Staff, now: datetime) -> Recorded:
    """Record a no said by telephone: at once, and she is told by whom."""
    choices = _choices(notices.current(brand).notice, purpose)
    recorded = _record(look.account, brand, choices, ConsentStatus.REFUSED, who, Voucher.STAFF, now)
    Confirmation.objects.filter(account=look.account, brand=brand, purpose=purpose).delete()
    letters.stopped(look.account, brand, purpose, who.name, now)
    return recorded


@transaction.atomic
def take_yes(look: LookView, brand: str, purpose: str, who: Staff, now: datetime) -> Recorded:
    """Record a yes said by telephone: a question, until she confirms it by the link in her letter.

    Raises `Conflict` with code `no_address` when no letter can reach her, `not_by_telephone` for a minor: what is
    never done for them is not asked of them, and the rest they answer on their own page, in plain words.
    """
    choices = _choices(notices.current(brand).notice, purpose)
    if consent.is_minor([look.account], brand):
        remedy = "They can answer in the privacy centre."
        raise Conflict("not_by_telephone", "A yes of theirs is not taken by telephone.", remedy)
    address = identity.address_of(look.account)
    if address is None:
        remedy = "She can say yes in the privacy centre."
        raise Conflict("no_address", "No address is known that a letter could go to.", remedy)
    recorded = _record(look.account, brand, choices, ConsentStatus.GIVEN, who, Voucher.STAFF, now)
    Confirmation.objects.filter(account=look.account, brand=brand, purpose=purpose).delete()
    number, secret = new_id(), random.token_urlsafe(32)
    Confirmation.objects.create(
        id=number,
        secret_hash=keys.secret_hash(secret),
        account=look.account,
        brand=brand,
        purpose=purpose,
        choices=choices,
        base=consent.answered(look.account, brand, now).rev,
        sent_to=keys.lookup("email", address),
        name=who.name,
        asked_at=now,
        until=now + LINK_LASTS,
    )
    letters.asked(look.account, brand, purpose, who.name, f"{number}#{secret}", now + LINK_LASTS, now)
    return recorded


@transaction.atomic
def confirm(number: str, secret: str, locale: str, now: datetime) -> tuple[Waiting, Recorded]:
    """Turn a yes by telephone into the person's own, by the link in her letter. It works once.

    A no she said since the call outranks it: the outcome is then `superseded`.
    Raises `NotFound` with code `unknown_link`, also when the notice has widened all of it since.
    """
    row = queries.waiting(number, secret, now)
    if not Confirmation.objects.filter(id=row.id).delete()[0]:
        raise NotFound("unknown_link", "This link does nothing any more.", "Answer in your privacy centre.")
    answers = dict.fromkeys(row.choices, ConsentStatus.GIVEN)
    answer = answering.centre_answer(row.brand, answers, row.base, "confirm", Voucher.ACCOUNT, locale)
    answer = replace(answer, surface="letter", proof_level=1)
    return row, answering.record_for(row.account, row.brand, answer, now)


@transaction.atomic
def forget(subjects: list[str]) -> None:
    """Forget what staff did with these people. That somebody looked at a customer stays, not at whom."""
    Confirmation.objects.filter(account__in=subjects).delete()
    Look.objects.filter(account__in=subjects).update(account="", reason=None)


@transaction.atomic
def tidy(now: datetime) -> int:
    """Delete looks older than two years and links that ran out; give how many rows went."""
    looks, _ = Look.objects.filter(at__lte=now - LOOKS_KEPT).delete()
    links, _ = Confirmation.objects.filter(until__lte=now).delete()
    return looks + links
