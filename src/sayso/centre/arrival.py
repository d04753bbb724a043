"""What happens when somebody signs in or out on a browser that has answers of its own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from sayso.centre import known
from sayso.centre.known import Count
from sayso.centre.shown import parts_of, who
from sayso.centre.visitor import (
    Visitor,
    device_secret,
    held_secret,
    locale_of,
    sends_signal,
    the_brand,
    visitor_of,
)
from sayso.consent import family
from sayso.consent import queries as consent
from sayso.consent import services as consent_services
from sayso.core.choice import OWN_USE
from sayso.core.device import SIGNED_IN
from sayso.core.errors import NotFound
from sayso.core.notice import Notice
from sayso.core.vocabulary import PERMITTING
from sayso.deployment import env
from sayso.identity import queries as identity
from sayso.identity import services as identity_services
from sayso.messages import services as letters
from sayso.notices import queries as notices


@dataclass(frozen=True, slots=True)
class Arrived:
    """Who arrived. `something_to_decide`: the browser permits what the account does not, or holds data.

    `ticket` is for this browser: with it, and only with it, the device's secret is the new one. `noes` names
    what this browser refused and the account refuses from now on.
    """

    account: str
    something_to_decide: bool
    ticket: str = ""
    noes: tuple[str, ...] = ()


def letterhead() -> dict[str, str]:
    """Give what stands at the foot of every letter; empty before a notice was published."""
    try:
        notice = notices.current(the_brand()).notice
    except NotFound:
        return {"brand": "", "address": "", "contact": "", "complaint": ""}
    controller = notice.controller
    return {
        "brand": who(notice, OWN_USE, locale_of(notice)),
        "address": controller.address,
        "contact": controller.email,
        "complaint": controller.authority,
    }


@transaction.atomic
def arrive(request: HttpRequest, person: int, email: str, now: datetime) -> Arrived:
    """Find the account, link this browser to it, and let the browser's refusals join at once.

    Session and link end in the same moment, however much is done meanwhile.
    """
    account = identity_services.sign_in(person, email, now)
    request.session.set_expiry(now + SIGNED_IN)
    secret, held = device_secret(request), held_secret(request)
    device = identity.device_subject(secret) if secret else None
    for each in notices.brands() if sends_signal(request) else []:
        consent_services.heed_signal([account], each, now, source=device or "")
    if device is None or held is None:
        return Arrived(account, False)
    before = identity.last_signed_in(device, account)
    identity_services.start_link(device, account, now, session=str(request.session.session_key or ""))
    ticket = identity_services.renew_secret(device, held)
    brand = the_brand()
    notice = notices.current(brand).notice
    locale = locale_of(notice)
    for each in notices.brands():
        consent_services.carry_signal(device, account, each, now)
    refused = consent_services.join_refusals(device, account, brand, locale, before, now)
    noes = tuple(f"{purpose}: {part.title}" for purpose, part in parts_of(notice, refused, locale))
    if noes or before is None:
        tell(account, "device_joined", now, noes=noes)
    open_questions = permissions_to_join(device, account, brand, now) or facts_here(device, notice, locale)
    return Arrived(account, bool(open_questions), ticket, noes)


def tell(account: str, letter: str, now: datetime, to: str = "", **words: Any) -> None:
    """Write her a letter about her devices and addresses, to `to` or to the address she is known by."""
    known_by = [one.value for one in identity.identifiers_of(account) if one.kind == "email"]
    link = env.text("SAYSO_WEB_ADDRESS") + reverse("centre:devices")
    for address in [to] if to else known_by[:1]:
        letters.send(letter, address, {**letterhead(), **words, "link": link}, get_language() or "en", now)


def permissions_to_join(device: str, account: str, brand: str, now: datetime) -> list[str]:
    """List the choices this browser permits and the account does not."""
    here = consent.answered(device, brand, now).statuses
    there = consent.answered(account, brand, now).statuses
    return [
        choice for choice, status in here.items() if status in PERMITTING and there[choice] not in PERMITTING
    ]


@transaction.atomic
def join(
    device: str, account: str, ticked: list[str], mine: bool, base: int, locale: str, now: datetime
) -> bool:
    """Carry out what she said on the screen "also for your account?", all of it or nothing.

    Gives False when she had said no to something ticked since the screen was shown: then the no stands.
    The browser is joined before its permissions: whoever hears of them then finds one person, not two.
    """
    if mine:
        identity_services.join_device(device, account, now)
        family.join_age(device, account, now)
    if not ticked:
        return True
    brand = the_brand()
    carried = consent_services.join_permissions(device, account, brand, ticked, base, locale, now)
    return set(ticked) <= set(carried)


@transaction.atomic
def leave(request: HttpRequest, now: datetime) -> str:
    """End the link of this browser: from now on it shows nothing of the account. Give its ticket, if any."""
    visitor, held = visitor_of(request), held_secret(request)
    if not (visitor.account and visitor.device and held):
        return ""
    identity_services.end_link(visitor.device, now)
    return identity_services.renew_secret(visitor.device, held)


def facts_here(device: str, notice: Notice, locale: str) -> list[Count]:
    """Count what was gathered in this browser, by category, for the question "were these you?"."""
    return known.counts(Visitor(None, device, None), notice, locale)
