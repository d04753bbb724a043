"""What is kept of her passkeys and recovery codes. The ceremony itself is allauth's, where the pages are."""

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth import get_user_model
from django.db import transaction

from sayso.identity import keys
from sayso.identity.models import key_of_login
from sayso.identity.proofing import limits
from sayso.identity.proofing.email_loop.services import Outcome
from sayso.identity.proofing.passkey import queries

METHOD = "passkey"
LONGEST_NAME = 60
MOST = 10  # passkeys of one person


@transaction.atomic
def add(person: int, name: str, credential: dict[str, Any], now: datetime) -> list[str]:
    """Keep a passkey whose making was checked; give her recovery codes if these are her first, else nothing.

    The name is sealed under the key of her login.
    """
    login = get_user_model().objects.select_for_update().get(pk=person)
    sealed = keys.seal(key_of_login(login.get_username()), name.strip()[:LONGEST_NAME].encode()).hex()
    first = not queries.passkeys_of(person)
    Authenticator.objects.create(
        user=login,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": sealed, "credential": credential},
        created_at=now,
    )
    return new_codes(person, now) if first else []


@transaction.atomic
def remove(person: int, passkey: int) -> str | None:
    """Forget one passkey of hers and give its name; with the last one her recovery codes go too."""
    found = next((each for each in queries.passkeys_of(person) if each.id == passkey), None)
    if found is None:
        return None
    mine = Authenticator.objects.filter(user_id=person)
    mine.filter(pk=passkey).delete()
    if not mine.filter(type=Authenticator.Type.WEBAUTHN).exists():
        mine.delete()
    return found.name


@transaction.atomic
def new_codes(person: int, now: datetime) -> list[str]:
    """Make new recovery codes, to be shown this once; earlier ones are worth nothing any more."""
    login = get_user_model().objects.select_for_update().get(pk=person)
    Authenticator.objects.filter(user=login, type=Authenticator.Type.RECOVERY_CODES).delete()
    made = RecoveryCodes.activate(login)
    Authenticator.objects.filter(pk=made.instance.pk).update(created_at=now)
    return [f"{code[:4]}-{code[4:8]}-{code[8:]}" for code in made.generate_codes()]


@transaction.atomic
def use_code(person: int, text: str, now: datetime) -> Outcome:
    """Use one recovery code, once. Whoever asks has proved the mailbox before: a stranger uses up no tries."""
    if not limits.take("recovery_code", str(person), now):
        return Outcome.TOO_MANY
    found = Authenticator.objects.filter(user_id=person, type=Authenticator.Type.RECOVERY_CODES)
    codes = found.select_for_update().first()
    if codes is None or not RecoveryCodes(codes).validate_code(text):
        return Outcome.WRONG
    found.update(last_used_at=now)
    return Outcome.PROVED


@transaction.atomic
def used(passkey: int, now: datetime) -> None:
    """Record when a passkey was last used."""
    Authenticator.objects.filter(pk=passkey).update(last_used_at=now)
