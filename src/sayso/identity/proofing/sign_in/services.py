"""Sign in by a code mailed to an address. Nothing is made for the address before the code is typed.

A stranger may ask for codes to somebody else's address. He must neither guess one nor keep her out:

* A code is worth something only in the browser that asked for it, for five tries and ten minutes. What other
  browsers ask for or type leaves it alone.
* A browser gets five letters in a quarter of an hour, and an address eight, so nobody's mailbox is flooded.
* Whoever asks when the address's eight are gone gets one *long* code, good in any browser for that quarter of
  an hour; whoever asks after that gets no letter and types the long code from the last one. It has more bits
  than can be guessed, so its tries are not counted and nobody can use them up.

The caller mails the code: this room stands below letters.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from sayso.core.values import new_id
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys, services
from sayso.identity.proofing import limits, models
from sayso.identity.proofing.email_loop import codes
from sayso.identity.proofing.email_loop.services import CODE_LASTS, TRIES, Outcome

LONG_CODE_LASTS = limits.LIMITS["sign_in_address"].within  # as long as it is needed


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in under way. `code` is to be mailed, and good for `minutes`; None: use the one mailed last."""

    reference: str
    code: str | None
    minutes: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """What a browser waits for: a code that was mailed to an address. `anywhere`: it is a long one."""

    address: str
    anywhere: bool


@dataclass(frozen=True, slots=True)
class Proved:
    """The right code was typed: this login's address was proved."""

    person: int


def _key(reference: str) -> str:
    return f"sign-in:{reference}"


@transaction.atomic
def begin(email: str, browser: str, now: datetime) -> Begun | Outcome:
    """Begin a sign-in for an address, known or not, in a browser; `TOO_MANY` past what one browser may ask."""
    forget_old(now)
    address = keys.normal("email", email)
    if not limits.take("sign_in_browser", browser, now):
        return Outcome.TOO_MANY
    if limits.take("sign_in_address", address, now):
        return _make(address, codes.new_code(), False, now)
    return _long_code_on_its_way(address) or _make(address, codes.new_code(codes.LONG), True, now)


def _long_code_on_its_way(address: str) -> Begun | None:
    found = models.SignIn.objects.filter(lookup=keys.lookup("email", address), anywhere=True)
    row = found.order_by("-made_at").first()
    return Begun(row.id, None, 0) if row else None


def _make(address: str, code: str, anywhere: bool, now: datetime) -> Begun:
    reference = new_id()
    models.SignIn.objects.create(
        id=reference,
        lookup=keys.lookup("email", address),
        sealed=keys.seal(_key(reference), address.encode()),
        code_hash=codes.hashed(reference, code),
        anywhere=anywhere,
        made_at=now,
    )
    return Begun(reference, codes.shown(code), _lasts(anywhere) // timedelta(minutes=1))


def _lasts(anywhere: bool) -> timedelta:
    return LONG_CODE_LASTS if anywhere else CODE_LASTS


def waiting(reference: str, now: datetime) -> Waiting | None:
    """Tell what a browser waits for; None when it is over or was never begun."""
    row = models.SignIn.objects.filter(id=reference).first()
    if row is None or _is_over(row, now):
        return None
    return Waiting(_address(row), row.anywhere)


def _is_over(row: models.SignIn, now: datetime) -> bool:
    return now - row.made_at > _lasts(row.anywhere)


def _address(row: models.SignIn) -> str:
    return keys.unseal(_key(row.id), row.sealed).decode()


@transaction.atomic
def answer(reference: str, text: str, now: datetime) -> Proved | Outcome:
    """Compare what was typed with the code; the right one gives the login behind the address, once."""
    row = models.SignIn.objects.select_for_update().filter(id=reference).first()
    if row is None:
        return Outcome.NOT_ASKED
    if _is_over(row, now):
        _drop(models.SignIn.objects.filter(id=reference))
        return Outcome.EXPIRED
    if not codes.fits(row.id, text, row.code_hash):
        return _wrong(row)
    person = services.person_for(_address(row), now)
    _drop(models.SignIn.objects.filter(id=reference))
    return Proved(person)


def _wrong(row: models.SignIn) -> Outcome:
    row.attempts += 1
    if row.attempts >= TRIES and not row.anywhere:
        _drop(models.SignIn.objects.filter(id=row.id))
        return Outcome.TOO_MANY
    row.save(update_fields=["attempts"])
    return Outcome.WRONG


@transaction.atomic
def forget_old(now: datetime) -> None:
    """Forget what was begun and never finished, with the keys of the addresses."""
    for anywhere in (False, True):
        _drop(models.SignIn.objects.filter(anywhere=anywhere, made_at__lt=now - _lasts(anywhere)))


def _drop(rows: QuerySet[models.SignIn]) -> None:
    for reference in rows.values_list("id", flat=True):
        DjangoDatabase().after_commit(partial(keys.destroy, _key(reference)))
    rows.delete()
