"""Who may come in beside customers: the brand's server keys and its staff, listed, and shut out for good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.contrib.auth import get_user_model
from django.db import transaction

from sayso.core.errors import NotFound
from sayso.deployment import journal
from sayso.deployment.database import Database
from sayso.deployment.django_database import DjangoDatabase
from sayso.deployment.journal import Entry
from sayso.identity import keys, models, queries
from sayso.identity.journal import KEY, REVOKED, STAFF, is_shut
from sayso.identity.queries import Staff
from sayso.identity.services import end_sessions
from sayso.outbox import services as outbox

NUMBER = 12  # hexadecimal digits of a key's hash by which people tell keys apart


@dataclass(frozen=True, slots=True)
class ServerKey:
    """A brand's server key as people see it: `number` names it, its secret was shown once."""

    number: str
    brand: str
    label: str
    scopes: tuple[str, ...]
    made_at: datetime


def _shown(row: models.ApiKey) -> ServerKey:
    number, scopes = row.secret_hash[:NUMBER], tuple(row.scopes.split())
    return ServerKey(number, row.brand, row.label, scopes, row.created_at)


def server_keys() -> list[ServerKey]:
    """List every server key, by brand and age."""
    return [_shown(row) for row in models.ApiKey.objects.order_by("brand", "created_at")]


def staff() -> list[Staff]:
    """List everybody who works for the brand, by name."""
    people = get_user_model().objects.filter(is_staff=True, is_active=True).order_by("first_name", "pk")
    found = [queries.staff_of(person) for person in people.values_list("pk", flat=True)]
    return [each for each in found if each is not None]


@transaction.atomic
def revoke_key(number: str, now: datetime) -> ServerKey:
    """Let a server key open nothing any more, after a restore either. Edges obey within five seconds.

    Raises `NotFound` (unknown_key), and `Unavailable` (journal_unwritable) when it may not outlive a restore.
    """
    row = (
        models.ApiKey.objects.filter(secret_hash__startswith=number).first()
        if len(number) == NUMBER
        else None
    )
    if row is None:
        raise NotFound("unknown_key", "There is no server key of that number.", "See `sayso access list`.")
    shown = _shown(row)
    _note(KEY, row.secret_hash, now)
    row.delete()
    return shown


@transaction.atomic
def revoke_staff(email: str, now: datetime) -> Staff:
    """Take every role from somebody of the staff and end their sessions, after a restore too.

    Raises `NotFound` (unknown_staff), and `Unavailable` (journal_unwritable) when it may not outlive a restore.
    """
    person = queries.staff_by_email(email)
    found = queries.staff_of(person) if person else None
    if found is None:
        raise NotFound("unknown_staff", "Nobody of the staff has that address.", "See `sayso access list`.")
    _note(STAFF, keys.lookup("email", email), now)
    _shut_out(found.id)
    return found


def _shut_out(person: int) -> None:
    row = get_user_model().objects.get(pk=person)
    row.groups.remove(*row.groups.filter(name__in=models.ROLES))
    row.is_staff = False
    row.save(update_fields=["is_staff"])
    end_sessions({str(person)})


def _note(what: str, of: str, now: datetime) -> None:
    """Have it in the journal once it is committed: an older database that is put back lets nobody in again."""
    seq = outbox.post("access.revoked", {"what": what}, now)
    entry = {"kind": REVOKED, "seq": seq, "what": what, "of": of}
    DjangoDatabase().after_commit(partial(journal.append, [entry]))


def revoke_again(db: Database, entries: Sequence[Entry], now: datetime) -> int:
    """Shut out once more whom a restore let in again, also who was let in anew since; give how many."""
    lost = [entry for entry in entries if entry["kind"] == REVOKED and not is_shut(db, entry)]
    for entry in lost:
        _note(entry["what"], entry["of"], now)
        if entry["what"] == KEY:
            models.ApiKey.objects.filter(secret_hash=entry["of"]).delete()
        else:
            _shut_out(models.LoginAddress.objects.get(lookup=entry["of"]).person_id)
    return len(lost)
