"""Who is meant by a reference, and what is known of who they are."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db.models import Q

from sayso.core.device import SIGNED_IN
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys, models, store
from sayso.identity.models import ROLES
from sayso.identity.store import Resolved

__all__ = ["ROLES", "KnownDevice", "KnownIdentifier", "Link", "OnePerson", "Resolved", "Staff"]


@dataclass(frozen=True, slots=True)
class KnownIdentifier:
    """An identifier in clear, for its owner's own page and for the systems that are told to act."""

    kind: str
    value: str
    vouched_by: str
    proved: bool
    added_at: datetime
    proved_at: datetime | None = None
    number: int = 0


@dataclass(frozen=True, slots=True)
class Link:
    """A device linked to an account."""

    device: str
    account: str
    started_at: datetime
    joined: bool


@dataclass(frozen=True, slots=True)
class Staff:
    """Somebody who works for the brand: the name customers are told, and what they may do."""

    id: int
    name: str
    email: str
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device joined to an account, now or by what she said. `until` is None where she is not signed in."""

    device: str
    name: str
    since: datetime
    signed_in_at: datetime
    left_at: datetime
    until: datetime | None
    joined_at: datetime | None


@dataclass(frozen=True, slots=True)
class OnePerson:
    """Somebody as far as we know: the subjects that speak for her together, for each way she comes to us."""

    id: str
    ways: tuple[tuple[str, ...], ...]


def people(after: str, limit: int, now: datetime) -> list[OnePerson]:
    """List people by their random id, from the one after `after`; a device signed in counts with its account."""
    linked = models.DeviceLink.objects.filter(ended_at=None, until__gt=now).values("device_id")
    rows = models.Subject.objects.filter(id__gt=after).exclude(id__in=linked).order_by("id")[:limit]
    return [OnePerson(row.id, _ways(row.id, now)) for row in rows]


def everybody(most: int, batch: int, now: datetime) -> Iterator[OnePerson]:
    """Walk over people, a batch at a time and no more than `most`: by random ids, so the first are a fair choice."""
    after, left = "", most
    while left > 0 and (found := people(after, min(batch, left), now)):
        yield from found
        after, left = found[-1].id, left - len(found)


def _ways(subject: str, now: datetime) -> tuple[tuple[str, ...], ...]:
    return tuple((link.device, subject) for link in links_of(subject, now)) or ((subject,),)


def device_subject(secret: str) -> str | None:
    """Give the subject of a device secret, or None when this browser never answered."""
    return store.subject_of_device(DjangoDatabase(), store.read_device_secret(secret))


def account_by(kind: str, value: str) -> str | None:
    """Give the account known by an identifier, or None."""
    return store.account_by(DjangoDatabase(), kind, value)


def account_by_lookup(kind: str, lookup: str) -> str | None:
    """Give the account known by the keyed hash of an identifier, or None."""
    row = models.Identifier.objects.filter(kind=kind, lookup=lookup).first()
    return str(row.subject_id) if row else None


def lookups_of(subject: str) -> list[tuple[str, str]]:
    """List the identifiers of a subject, each as its kind and keyed hash."""
    return store.lookups_of(DjangoDatabase(), [subject])


def proved_lookups(subjects: list[str]) -> list[tuple[str, str]]:
    """List what these subjects are known by and have shown to be theirs, or the brand's own number for them."""
    rows = models.Identifier.objects.filter(subject_id__in=subjects)
    theirs = rows.filter(Q(proved_at__isnull=False) | Q(kind="customer")).order_by("id")
    return [(str(kind), str(lookup)) for kind, lookup in theirs.values_list("kind", "lookup")]


def active_link(device: str, now: datetime) -> Link | None:
    """Give the account a device is signed in to now, or None."""
    row = models.DeviceLink.objects.filter(device_id=device, ended_at=None, until__gt=now).first()
    return _link(row) if row else None


def links_of(account: str, now: datetime) -> list[Link]:
    """List the devices linked to an account now."""
    rows = models.DeviceLink.objects.filter(account_id=account, ended_at=None, until__gt=now)
    rows = rows.order_by("started_at")
    return [_link(row) for row in rows]


def _link(row: models.DeviceLink) -> Link:
    return Link(str(row.device_id), str(row.account_id), row.started_at, row.joined_at is not None)


def last_signed_in(device: str, account: str) -> datetime | None:
    """Give when an account last signed in on a device, or None: the first time it is a new one to her."""
    rows = models.DeviceLink.objects.filter(device_id=device, account_id=account)
    until = rows.order_by("-until").values_list("until", flat=True).first()
    return until - SIGNED_IN if until else None


def devices_of(account: str, now: datetime) -> list[KnownDevice]:
    """List the devices signed in to an account now, and those whose past it said was its own, oldest first."""
    hers = {*joined_devices(account), *(link.device for link in links_of(account, now))}
    by_device: dict[str, list[models.DeviceLink]] = {}
    for row in models.DeviceLink.objects.filter(account_id=account, device_id__in=hers).order_by("id"):
        by_device.setdefault(str(row.device_id), []).append(row)
    names = {str(row.device_id): row for row in models.DeviceName.objects.filter(account_id=account)}
    return [
        _known_device(device, names.get(device), rows, account, now) for device, rows in by_device.items()
    ]


def _known_device(
    device: str,
    name: models.DeviceName | None,
    rows: list[models.DeviceLink],
    account: str,
    now: datetime,
) -> KnownDevice:
    last = rows[-1]
    return KnownDevice(
        device=device,
        name=keys.unseal(account, name.sealed).decode() if name else "",
        since=rows[0].started_at,
        signed_in_at=last.started_at,
        left_at=last.ended_at or last.until,
        until=last.until if last.ended_at is None and last.until > now else None,
        joined_at=max((row.joined_at for row in rows if row.joined_at), default=None),
    )


def only_way_in(account: str) -> int | None:
    """Give the number of the one identifier she can sign in by; without it nobody could any more."""
    people = models.Login.objects.filter(subject_id=account).values("person_id")
    doors = models.LoginAddress.objects.filter(person_id__in=people).values("lookup")
    rows = models.Identifier.objects.filter(subject_id=account, kind="email", lookup__in=doors)
    numbers = list(rows.values_list("id", flat=True)[:2])
    return numbers[0] if len(numbers) == 1 else None


def joined_devices(account: str) -> list[str]:
    """List the devices whose past this account said was its own, signed in now or not.

    A device that somebody else joined to another account since then is theirs.
    """
    mine = models.DeviceLink.objects.filter(account_id=account).exclude(joined_at=None).values("device_id")
    rows = models.DeviceLink.objects.filter(device_id__in=mine).exclude(joined_at=None).order_by("joined_at")
    latest = {str(row.device_id): str(row.account_id) for row in rows}
    return [device for device, owner in latest.items() if owner == account]


def resolve(reference: Mapping[str, str], now: datetime) -> Resolved:
    """Say whom a reference (`device`, `customer`, `email`) means.

    A device that is linked brings its account along: the gate then takes the intersection of both. A secret
    that was replaced brings nothing along: a copy of it shows nothing of the account.
    Raises `Invalid` when the reference names nothing we look up by.
    """
    return store.resolve(DjangoDatabase(), reference, now)


def identifiers_of(account: str) -> list[KnownIdentifier]:
    """List the identifiers of an account in clear."""
    rows = models.Identifier.objects.filter(subject_id=account).order_by("kind", "added_at")
    return [
        KnownIdentifier(
            row.kind,
            keys.unseal(account, row.sealed).decode(),
            row.vouched_by,
            row.proved_at is not None,
            row.added_at,
            row.proved_at,
            row.id,
        )
        for row in rows
    ]


def address_of(account: str) -> str | None:
    """Give the address letters go to: one she proved rather than one she is said to have."""
    emails = [each for each in identifiers_of(account) if each.kind == "email"]
    return max(emails, key=lambda each: each.proved).value if emails else None


def account_of_person(person_id: int) -> str | None:
    """Give the account subject of a signed-in person, or None."""
    row = models.Login.objects.filter(person_id=person_id).first()
    return str(row.subject_id) if row else None


def accounts_after(subject: str, most: int) -> list[str]:
    """List at most `most` accounts beyond one, in the order of their ids."""
    rows = models.Subject.objects.filter(kind="account", id__gt=subject).order_by("id")
    return list(rows.values_list("id", flat=True)[:most])


def count_accounts() -> int:
    """Count the accounts."""
    return models.Subject.objects.filter(kind="account").count()


def person_by_address(email: str) -> int | None:
    """Give the login an e-mail address belongs to, or None."""
    found = models.LoginAddress.objects.filter(lookup=keys.lookup("email", email))
    return found.values_list("person_id", flat=True).first()


def address_of_person(person_id: int) -> str:
    """Give the address a login answers to, in clear; nothing once she unlinked it."""
    row = models.LoginAddress.objects.select_related("person").filter(person_id=person_id).first()
    if row is None:
        return ""
    return keys.unseal(models.key_of_login(row.person.get_username()), row.sealed).decode()


def is_suppressed(identifiers: Mapping[str, str]) -> bool:
    """Tell whether any of these identifiers belongs to somebody who was erased."""
    return any(
        models.Suppression.objects.filter(kind=kind, lookup=keys.lookup(kind, value)).exists()
        for kind, value in identifiers.items()
    )


def exists(subject: str) -> bool:
    """Tell whether a subject is still known."""
    return models.Subject.objects.filter(id=subject).exists()


def regions_of(subject: str) -> tuple[str, str]:
    """Give the region a person declared and the one the brand delivers to; empty where unknown."""
    row = models.Subject.objects.filter(id=subject).first()
    return (row.declared_region, row.delivery_region) if row else ("", "")


def api_key(secret: str) -> tuple[str, frozenset[str]] | None:
    """Give the brand and scopes of a server key, or None when there is no such key."""
    return store.scopes_of_key(DjangoDatabase(), secret)


def roles_of(person_id: int) -> frozenset[str]:
    """Give the roles somebody works for the brand in; none for a customer."""
    found = staff_of(person_id)
    return found.roles if found else frozenset()


def staff_by_email(email: str) -> int | None:
    """Give the login of somebody of the staff by their address, or None."""
    person = person_by_address(email)
    return person if person is not None and staff_of(person) else None


def staff_of(person_id: int) -> Staff | None:
    """Give a signed-in person as staff, or None for a customer."""
    people = get_user_model().objects.filter(pk=person_id, is_staff=True, is_active=True)
    person = people.first()
    if person is None:
        return None
    roles = frozenset(person.groups.filter(name__in=models.ROLES).values_list("name", flat=True))
    return Staff(person_id, person.first_name, address_of_person(person_id), roles)


def names_of(role: str) -> list[str]:
    """List by name who works for the brand in a role."""
    people = get_user_model().objects.filter(is_staff=True, is_active=True, groups__name=role)
    return list(people.order_by("first_name").values_list("first_name", flat=True))
