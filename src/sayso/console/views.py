"""The officer's queue and one request, and the door everybody of the staff comes in by."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from sayso.console import showing
from sayso.console.gates import needs, staff
from sayso.console.places import places_of
from sayso.fulfilment import queries as fulfilment
from sayso.identity.queries import ROLES
from sayso.rights import queries as rights


@require_safe
@needs(*ROLES)
def home(request: HttpRequest) -> HttpResponse:
    """Lead staff to the first place of their roles."""
    who = staff(request)
    if places := places_of(who.roles):
        return redirect(places[0].name)
    return render(request, "console/home.html", {"name": who.name, "roles": ", ".join(sorted(who.roles))})


@require_safe
@needs("officer")
def queue(request: HttpRequest) -> HttpResponse:
    """Show what is open, the most urgent first, and what was closed lately."""
    locale, now = get_language() or "en", datetime.now(UTC)
    listed = [showing.request_row(one, now) for one in rights.open_requests()]
    recent = [showing.request_row(one, now) for one in rights.recent_requests() if one.closed_at]
    page = {
        "open_requests": listed,
        "closed_requests": recent,
        "deliveries": [showing.delivery_row(one, locale) for one in fulfilment.queue()],
    }
    return render(request, "console/queue.html", page)


@require_safe
@needs("officer")
def one_request(request: HttpRequest, number: str) -> HttpResponse:
    """Show one request: its plan, its deliveries with states and evidence, its clock and the clock's source."""
    found = rights.officer_view(number)
    page = showing.request_page(found, get_language() or "en", datetime.now(UTC))
    return render(request, "console/request.html", {"page": page, "row": page.row})
