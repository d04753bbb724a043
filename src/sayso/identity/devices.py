"""Verbs about devices: link one to an account, renew its secret, name it, unlink it. One call, one transaction."""

from datetime import datetime
from functools import partial

from django.contrib.sessions.models import Session
from django.db import transaction

from sayso.core.device import SIGNED_IN, new_ticket, renewed
from sayso.core.errors import NotFound
from sayso.deployment import journal as outside
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import journal, keys, models, queries, store
from sayso.outbox import services as outbox
from sayso.outbox import store as numbers


@transaction.atomic
def start_link(device: str, account: str, now: datetime, session: str = "") -> None:
    """Link a device to the account signed in on it, for as long as a sign-in lasts.

    An earlier link of that device to another account ends. News `identity.changed`.
    """
    until = now + SIGNED_IN
    store.tell(DjangoDatabase(), [device])
    link = queries.active_link(device, now)
    if link and link.account == account:
        rows = models.DeviceLink.objects.filter(device_id=device, ended_at=None)
        rows.update(until=until, session=session)
        return
    end_link(device, now)
    models.DeviceLink.objects.create(
        device_id=device, account_id=account, started_at=now, until=until, session=session
    )


@transaction.atomic
def renew_secret(device: str, held: str) -> str:
    """Give a device a new secret, as its link starts or ends; give the ticket for the browser that holds `held`.

    The new secret is stored as a hash like every other, and sent by nobody but the browser's own host.
    News `identity.changed`.
    """
    db, ticket = DjangoDatabase(), new_ticket(held)
    fresh = keys.secret_hash(renewed(held, ticket))
    store.renew_device(db, device, fresh)
    entries = journal.renewed(device, fresh, numbers.last(db))
    db.after_commit(partial(outside.append, entries))
    return ticket


@transaction.atomic
def join_device(device: str, account: str, now: datetime) -> None:
    """Record that the person says what this device gathered was hers. News `identity.joined`."""
    models.DeviceLink.objects.filter(device_id=device, account_id=account, ended_at=None).update(
        joined_at=now
    )
    outbox.post("identity.joined", {"device": device, "account": account}, now)


@transaction.atomic
def end_link(device: str, now: datetime) -> None:
    """End the link of a device at sign-out or undo. News `identity.left`."""
    for link in models.DeviceLink.objects.filter(device_id=device, ended_at=None):
        models.DeviceLink.objects.filter(id=link.id).update(ended_at=now, session="")
        outbox.post("identity.left", {"device": device, "account": str(link.account_id)}, now)


@transaction.atomic
def name_device(account: str, device: str, name: str, now: datetime) -> None:
    """Keep what a person calls one of her devices; an empty name takes the old one away.

    Raises `NotFound` with code `unknown_device` for a device that is not hers.
    """
    _hers(account, device, now)
    rows = models.DeviceName.objects.filter(account_id=account, device_id=device)
    if not name:
        rows.delete()
        return
    sealed = keys.seal(account, name.encode())
    models.DeviceName.objects.update_or_create(
        account_id=account, device_id=device, defaults={"sealed": sealed}
    )


@transaction.atomic
def unlink_device(account: str, device: str, now: datetime) -> None:
    """Make a device nobody of this account's: its link ends, its sign-in too, and its past is not hers.

    What it had already told the account stays with the account. News `identity.left` if it was signed in.
    Raises `NotFound` with code `unknown_device` for a device that is not hers.
    """
    _hers(account, device, now)
    links = models.DeviceLink.objects.filter(account_id=account, device_id=device)
    sessions = list(links.exclude(session="").values_list("session", flat=True))
    if links.filter(ended_at=None).exists():
        end_link(device, now)
    Session.objects.filter(session_key__in=sessions).delete()
    links.delete()
    models.DeviceName.objects.filter(account_id=account, device_id=device).delete()


def _hers(account: str, device: str, now: datetime) -> None:
    if device not in [each.device for each in queries.devices_of(account, now)]:
        raise NotFound(
            "unknown_device", "That device is not joined to this account.", "Open the list of devices again."
        )
