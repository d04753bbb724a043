"""Your devices and addresses: everything joined to her account, what it is called, and how it goes."""

from django.contrib import messages
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sayso.centre import arrival
from sayso.centre import devices as joined
from sayso.centre.devices import Address, Device
from sayso.centre.signed_in import account_required
from sayso.centre.visitor import held_secret, keep_ticket, locale_of, right_now, the_brand, visitor_of
from sayso.core.errors import Invalid, NotFound
from sayso.identity import services as identity
from sayso.notices import queries as notices

LONGEST = 40  # characters of a name


def _devices(request: HttpRequest, account: str) -> list[Device]:
    notice = notices.current(the_brand()).notice
    return joined.devices_of(account, visitor_of(request).device, notice, locale_of(notice), right_now())


@require_safe
@account_required
def devices(request: HttpRequest, account: str) -> HttpResponse:
    """Show each device and each identifier, since when and on whose word."""
    here, brand, now = visitor_of(request).device, the_brand(), right_now()
    notice = notices.current(brand).notice
    undecided = here is not None and (
        arrival.permissions_to_join(here, account, brand, now)
        or arrival.facts_here(here, notice, locale_of(notice))
    )
    page = {
        "devices": _devices(request, account),
        "addresses": joined.addresses_of(account),
        "undecided": bool(undecided),
    }
    return render(request, "centre/devices.html", page)


@require_POST
@account_required
def name_device(request: HttpRequest, account: str, device: str) -> HttpResponse:
    """Keep what she calls a device."""
    name = request.POST.get("name", "").strip()
    if len(name) > LONGEST or not name.isprintable():
        raise Invalid("invalid_value", _("That name is too long."), _("Write it on one line."))
    identity.name_device(account, device, name, right_now())
    messages.success(request, _("Noted. Only you see that name."))
    return redirect("centre:devices")


def _found(request: HttpRequest, account: str, device: str) -> Device:
    for one in _devices(request, account):
        if one.id == device:
            return one
    raise NotFound(
        "unknown_device", "That device is not joined to this account.", "Open the list of devices again."
    )


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def unlink_device(request: HttpRequest, account: str, device: str) -> HttpResponse:
    """Say what unlinking means, and do it once she confirms."""
    found = _found(request, account, device)
    if request.method != "POST":
        return render(request, "centre/unlink.html", {"device": found})
    ticket = _unlink(request, account, found)
    if found.is_here:
        logout(request)
    messages.success(request, _("Unlinked. That browser shows nothing of your account any more."))
    response = redirect("centre:home" if found.is_here else "centre:devices")
    if ticket:
        keep_ticket(response, ticket)
    return response


@transaction.atomic
def _unlink(request: HttpRequest, account: str, found: Device) -> str:
    now, held = right_now(), held_secret(request)
    identity.unlink_device(account, found.id, now)
    arrival.tell(account, "unlinked", now, what=found.title)
    return identity.renew_secret(found.id, held) if found.is_here and held else ""


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def unlink_address(request: HttpRequest, account: str, number: int) -> HttpResponse:
    """Say what unlinking means, and do it once she confirms. The only way in stays."""
    found = _address(account, number)
    if request.method != "POST":
        return render(request, "centre/unlink.html", {"address": found})
    _unlink_address(account, found)
    messages.success(request, _("Unlinked. Nobody is found by it any more."))
    return redirect("centre:devices")


def _address(account: str, number: int) -> Address:
    for one in joined.addresses_of(account):
        if one.number == number:
            return one
    raise NotFound(
        "unknown_identifier", "That does not belong to this account.", "Open the list of addresses again."
    )


@transaction.atomic
def _unlink_address(account: str, found: Address) -> None:
    """The letter goes to an address that is going, too: whoever reads there should know."""
    now = right_now()
    going = found.value if found.kind == joined.KIND["email"] else ""
    if going:
        arrival.tell(account, "unlinked", now, to=going, what=found.value)
    identity.unlink_identifier(account, found.number, now)
    arrival.tell(account, "unlinked", now, what=found.value)
