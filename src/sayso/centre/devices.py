"""Her devices and addresses as the page shows them: since when, how joined, what was answered there."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sayso.centre import shown
from sayso.centre.shown import ShownPurpose, Words
from sayso.consent import queries as consent
from sayso.core.notice import Notice
from sayso.identity import queries as identity
from sayso.identity.queries import KnownDevice, KnownIdentifier

KIND: dict[str, Words] = {
    "email": gettext_lazy("E-mail address"),
    "customer": gettext_lazy("Customer number"),
}
VOUCHED: dict[str, Words] = {
    "account": gettext_lazy("you, by signing in with it"),
    "server_key": gettext_lazy("the shop's server"),
    "staff": gettext_lazy("a member of staff"),
    "import": gettext_lazy("an older system"),
}


@dataclass(frozen=True, slots=True)
class Device:
    """One device. `answers` is None where it is not hers to see: nobody said that it was her."""

    id: str
    title: str
    name: str
    is_here: bool
    since: datetime
    signed_in_at: datetime
    left_at: datetime
    until: datetime | None
    joined_at: datetime | None
    answers: tuple[ShownPurpose, ...] | None


@dataclass(frozen=True, slots=True)
class Address:
    """One identifier. `only_way_in`: without it nobody could sign in to this account any more."""

    number: int
    kind: Words
    value: str
    vouched_by: Words
    added_at: datetime
    proved_at: datetime | None
    only_way_in: bool


def _answers(device: KnownDevice, notice: Notice, locale: str, now: datetime) -> tuple[ShownPurpose, ...]:
    where = consent.answered(device.device, notice.brand, now).statuses
    purposes = shown.asked(notice, locale, where)
    return tuple(one for one in purposes if any(part.tone != "open" for part in one.parts))


def _device(
    device: KnownDevice, place: int, here: str | None, notice: Notice, locale: str, now: datetime
) -> Device:
    is_here = device.device == here
    seen = device.joined_at is not None or is_here
    return Device(
        id=device.device,
        title=device.name or _("Browser %(number)s") % {"number": place},
        name=device.name,
        is_here=is_here,
        since=device.since,
        signed_in_at=device.signed_in_at,
        left_at=device.left_at,
        until=device.until,
        joined_at=device.joined_at,
        answers=_answers(device, notice, locale, now) if seen else None,
    )


def devices_of(account: str, here: str | None, notice: Notice, locale: str, now: datetime) -> list[Device]:
    """List her devices, oldest first; `here` is the one the page is looked at with."""
    known = identity.devices_of(account, now)
    return [_device(one, place, here, notice, locale, now) for place, one in enumerate(known, 1)]


def _address(one: KnownIdentifier, ways_in: list[int]) -> Address:
    return Address(
        number=one.number,
        kind=KIND.get(one.kind, one.kind),
        value=one.value,
        vouched_by=VOUCHED.get(one.vouched_by, one.vouched_by),
        added_at=one.added_at,
        proved_at=one.proved_at,
        only_way_in=ways_in == [one.number],
    )


def addresses_of(account: str) -> list[Address]:
    """List what she is known by."""
    ways_in = identity.ways_in(account)
    return [_address(one, ways_in) for one in identity.identifiers_of(account)]
