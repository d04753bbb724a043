"""Which passkeys somebody has, and how many recovery codes are left."""

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

from sayso.identity import keys, models
from sayso.identity.models import key_of_login


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey as she knows it: what she called it, since when it is here, and when she last used it."""

    id: int
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Codes:
    """Recovery codes: when they were made, how many there were and how many are left."""

    made_at: datetime
    total: int
    left: int
    used_at: datetime | None


def passkeys_of(person: int) -> list[Passkey]:
    """List the passkeys of a login, the oldest first."""
    rows = Authenticator.objects.filter(user_id=person, type=Authenticator.Type.WEBAUTHN)
    return [_passkey(row) for row in rows.select_related("user").order_by("created_at", "pk")]


def _passkey(row: Authenticator) -> Passkey:
    sealed = bytes.fromhex(row.data["name"])
    name = keys.unseal(key_of_login(row.user.get_username()), sealed).decode()
    return Passkey(row.pk, name, row.created_at, row.last_used_at)


def codes_of(person: int) -> Codes | None:
    """Count the recovery codes of a login; None when it has none."""
    row = Authenticator.objects.filter(user_id=person, type=Authenticator.Type.RECOVERY_CODES).first()
    if row is None:
        return None
    codes = RecoveryCodes(row)
    return Codes(row.created_at, len(codes.generate_codes()), len(codes.get_unused_codes()), row.last_used_at)


def person_of(account: str) -> int | None:
    """Give the login of an account, or None when nobody ever signed in to it."""
    return models.Login.objects.filter(subject_id=account).values_list("person_id", flat=True).first()
