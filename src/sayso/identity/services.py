"""Verbs that write who is who. One call, one transaction."""

import secrets as random
from collections.abc import Mapping
from datetime import datetime
from functools import partial

from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction

from sayso.core.errors import Forbidden, Invalid, NotFound
from sayso.core.values import new_id
from sayso.core.vocabulary import Voucher
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys, models, queries, store
from sayso.identity.devices import end_link, join_device, name_device, renew_secret, start_link, unlink_device

__all__ = [
    "end_link", "join_device", "name_device", "renew_secret", "start_link", "unlink_device",
]  # fmt: skip

# `decide_only` is for partners: yes or no without a reason. `explain` tells more; `replica` hands out a copy.
SCOPES = frozenset(
    {
        "decide", "decide_only", "explain", "replica", "tokens", "link", "facts", "items", "recommend", "asks", "age",
        "narrow", "permit",
    }
)  # fmt: skip


def make_api_key(brand: str, label: str, scopes: set[str], now: datetime) -> str:
    """Make a server key and give its secret, which is shown this once and stored as a hash only.

    Raises `Invalid` for a scope that does not exist.
    """
    if not scopes or scopes - SCOPES:
        raise Invalid("unknown_scope", "A server key needs known scopes.", f"Choose among {sorted(SCOPES)}.")
    secret = "sk_" + random.token_urlsafe(32)
    models.ApiKey.objects.create(
        secret_hash=keys.secret_hash(secret),
        brand=brand,
        label=label,
        scopes=" ".join(sorted(scopes)),
        created_at=now,
    )
    return secret


def _new_account(now: datetime) -> str:
    subject = new_id()
    keys.make_keys([subject])
    models.Subject.objects.create(id=subject, kind="account", created_at=now)
    return subject


def _add_identifier(subject: str, kind: str, value: str, voucher: Voucher, now: datetime) -> None:
    _, added = models.Identifier.objects.get_or_create(
        kind=kind,
        lookup=keys.lookup(kind, value),
        defaults={
            "subject_id": subject,
            "sealed": keys.seal(subject, keys.normal(kind, value).encode()),
            "vouched_by": voucher,
            "added_at": now,
        },
    )
    if added:
        store.tell(DjangoDatabase(), [subject])


def _has_email(subject: str) -> bool:
    return models.Identifier.objects.filter(subject_id=subject, kind="email").exists()


@transaction.atomic
def link_customer(identifiers: Mapping[str, str], delivery_region: str, now: datetime) -> str:
    """Record, on the word of the brand's server, which identifiers are one account; give its subject.

    `identifiers` has the customer number and perhaps an e-mail address. An address already held by
    another account is left where it is, and an account that has an address gets no second one on somebody's
    word: nobody takes over an account, or opens a second door into it, by typing an address.
    News `identity.changed` where an identifier was added.
    Raises `Forbidden` with code `suppressed` for somebody who was erased.
    """
    if queries.is_suppressed(identifiers):
        raise Forbidden(
            "suppressed", "This person was erased and is not recorded again.", "Do not import them."
        )
    known = queries.account_by("customer", identifiers["customer"])
    subject = known or _new_account(now)
    for kind, value in identifiers.items():
        if kind == "customer" or not _has_email(subject):
            _add_identifier(subject, kind, value, Voucher.SERVER_KEY, now)
    if delivery_region:
        models.Subject.objects.filter(id=subject).update(delivery_region=delivery_region)
    return subject


@transaction.atomic
def sign_in(person_id: int, email: str, now: datetime) -> str:
    """Give the account of somebody who has just proved an e-mail address, making it when there is none."""
    known = queries.account_of_person(person_id)
    if known:
        return known
    subject = queries.account_by("email", email) or _new_account(now)
    _add_identifier(subject, "email", email, Voucher.ACCOUNT, now)
    models.Identifier.objects.filter(
        subject_id=subject, kind="email", lookup=keys.lookup("email", email)
    ).update(proved_at=now)
    models.Login.objects.create(person_id=person_id, subject_id=subject)
    return subject


@transaction.atomic
def declare_region(subject: str, region: str) -> None:
    """Record where a person says they live; it outranks what the brand delivers to."""
    models.Subject.objects.filter(id=subject).update(declared_region=region)


@transaction.atomic
def unlink_identifier(account: str, number: int) -> None:
    """Take an identifier off an account: whoever comes by it is nobody we know. News `identity.changed`.

    Raises `NotFound` (unknown_identifier), and `Forbidden` (last_way_in) for the last one she can sign in by.
    """
    models.Subject.objects.select_for_update().filter(id=account).first()  # two at once: the second waits
    row = models.Identifier.objects.filter(subject_id=account, id=number).first()
    if row is None:
        raise NotFound(
            "unknown_identifier", "That does not belong to this account.", "Open the list of addresses again."
        )
    if queries.only_way_in(account) == number:
        remedy = "Add another way to sign in first, or delete your data."
        raise Forbidden("last_way_in", "It is the only way to sign in to this account.", remedy)
    people = models.Login.objects.filter(subject_id=account).values("person_id")
    models.LoginAddress.objects.filter(person_id__in=people, lookup=row.lookup).delete()
    row.delete()
    store.tell(DjangoDatabase(), [account])


@transaction.atomic
def suppress(account: str, now: datetime) -> None:
    """Remember, as keyed hashes only, that this account's identifiers must not be imported again."""
    for row in models.Identifier.objects.filter(subject_id=account):
        models.Suppression.objects.get_or_create(kind=row.kind, lookup=row.lookup, defaults={"since": now})


@transaction.atomic
def forget(subjects: list[str]) -> None:
    """Delete these subjects with their identifiers, devices, links and logins, and destroy their keys.

    News `identity.changed`, of the devices that were signed in to them too.
    """
    links = models.DeviceLink.objects.filter(account_id__in=subjects, ended_at=None)
    store.tell(DjangoDatabase(), sorted({*subjects, *links.values_list("device_id", flat=True)}))
    people = list(models.Login.objects.filter(subject_id__in=subjects).values_list("person_id", flat=True))
    logins = get_user_model().objects.filter(id__in=people)
    sealed_under = [*subjects, *(models.key_of_login(each.get_username()) for each in logins)]
    end_sessions({str(person) for person in people})
    logins.delete()
    models.Subject.objects.filter(id__in=subjects).delete()
    for key in sealed_under:
        DjangoDatabase().after_commit(partial(keys.destroy, key))


def end_sessions(people: set[str]) -> None:
    """Sign these logins out of every browser."""
    # A session names its person inside what is encoded only.
    for session in Session.objects.iterator():
        if session.get_decoded().get(SESSION_KEY) in people:
            session.delete()


def person_for(email: str, now: datetime) -> int:
    """Give the login behind an e-mail address, making one for an address that is proved for the first time."""
    try:
        return queries.person_by_address(email) or _new_person(email, now)
    except IntegrityError:  # another browser proved it at the same moment
        return queries.person_by_address(email) or _new_person(email, now)


@transaction.atomic
def _new_person(email: str, now: datetime) -> int:
    person = get_user_model().objects.create(username=new_id(), date_joined=now)
    person.set_unusable_password()
    person.save(update_fields=["password"])
    models.LoginAddress.objects.create(
        person=person,
        lookup=keys.lookup("email", email),
        sealed=keys.seal(models.key_of_login(person.get_username()), keys.normal("email", email).encode()),
    )
    return int(person.pk)


@transaction.atomic
def make_staff(email: str, role: str, now: datetime, name: str = "") -> int:
    """Let the person behind an e-mail address work for the brand in one more role; give their login.

    `name` is what customers are told; without one it is read off the address. Raises `Invalid` for a role
    that does not exist.
    """
    if role not in models.ROLES:
        raise Invalid("unknown_role", f"There is no role {role!r}.", f"Choose among {list(models.ROLES)}.")
    person = get_user_model().objects.get(pk=person_for(email, now))
    person.is_staff = True
    person.first_name = name or person.first_name or email.partition("@")[0].replace(".", " ").title()
    person.save(update_fields=["is_staff", "first_name"])
    person.groups.add(Group.objects.get_or_create(name=role)[0])
    return int(person.pk)
