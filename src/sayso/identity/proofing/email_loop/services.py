"""Ask for a fresh proof and take the answer.

allauth's own reauthentication never asks a person who has neither password nor second factor, so handing out
and deleting data ask here. The caller mails the code: this room stands below letters.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction

from sayso.core.values import new_id
from sayso.identity import keys, queries
from sayso.identity.proofing import limits, models
from sayso.identity.proofing.email_loop import codes
from sayso.identity.proofing.services import check_act, record_proof

METHOD = "email_loop"
CODE_LASTS = timedelta(minutes=10)
TRIES = 5


@dataclass(frozen=True, slots=True)
class Sent:
    """A code to be mailed to an address. The code exists here and in the letter only."""

    address: str
    code: str


class Outcome(StrEnum):
    """What became of asking for a code, or of typing one."""

    PROVED = "proved"
    WRONG = "wrong"
    EXPIRED = "expired"
    NOT_ASKED = "not_asked"
    TOO_MANY = "too_many"
    NO_ADDRESS = "no_address"


@transaction.atomic
def begin(account: str, act: str, session: str, now: datetime) -> Sent | Outcome:
    """Make a code for one act in one session, replacing an earlier one, and give it for mailing.

    Gives `NO_ADDRESS` when no address of the account was ever proved, `TOO_MANY` past the limits.
    Raises `Invalid` with code `unknown_act`.
    """
    check_act(act)
    address = next((i.value for i in queries.identifiers_of(account) if i.kind == "email" and i.proved), None)
    if address is None:
        return Outcome.NO_ADDRESS
    if not (
        limits.take("proof_account", account, now)
        and limits.take("proof_address", keys.normal("email", address), now)
    ):
        return Outcome.TOO_MANY
    challenge, code = new_id(), codes.new_code()
    models.Challenge.objects.filter(account_id=account, act=act).delete()
    models.Challenge.objects.create(
        id=challenge,
        account_id=account,
        act=act,
        session_hash=keys.secret_hash(session),
        code_hash=codes.hashed(challenge, code),
        made_at=now,
    )
    return Sent(address, codes.shown(code))


@transaction.atomic
def answer(account: str, act: str, session: str, text: str, now: datetime) -> Outcome:
    """Compare what was typed with the code and record a proof when it fits.

    A wrong try counts; after five the code is gone. Raises `Invalid` with code `unknown_act`.
    """
    check_act(act)
    asked = models.Challenge.objects.select_for_update().filter(
        account_id=account, act=act, session_hash=keys.secret_hash(session)
    )
    challenge = asked.first()
    if challenge is None:
        return Outcome.NOT_ASKED
    if now - challenge.made_at > CODE_LASTS:
        challenge.delete()
        return Outcome.EXPIRED
    if not codes.fits(challenge.id, text, challenge.code_hash):
        return _wrong(challenge)
    challenge.delete()
    record_proof(account, act, METHOD, session, now)
    return Outcome.PROVED


def _wrong(challenge: models.Challenge) -> Outcome:
    challenge.attempts += 1
    if challenge.attempts >= TRIES:
        challenge.delete()
        return Outcome.TOO_MANY
    challenge.save(update_fields=["attempts"])
    return Outcome.WRONG


@transaction.atomic
def use_up(account: str, act: str, session: str) -> None:
    """Forget the proof of an act once it was carried out: the next one asks again."""
    models.Proof.objects.filter(account_id=account, act=act, session_hash=keys.secret_hash(session)).delete()
