"""The officer's queue and one request, and the door everybody of the staff comes in by."""

from datetime import UTC, datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sayso.console import queue_shown, showing
from sayso.console.gates import needs, staff
from sayso.console.places import places_of
from sayso.core.sheets import csv_bytes
from sayso.fulfilment import queries as fulfilment
from sayso.identity.queries import ROLES
from sayso.rights import queries as rights
from sayso.rights import services


@require_safe
@needs(*ROLES)
def home(request: HttpRequest) -> HttpResponse:
    """Lead staff to the first place of their roles."""
    who = staff(request)
    if places := places_of(who.roles):
        return redirect(places[0].name)
    return render(request, "console/home.html", {"name": who.name, "roles": ", ".join(sorted(who.roles))})


def _which(request: HttpRequest) -> str:
    which = request.GET.get("show", "open")
    if which not in queue_shown.FILTERS:
        raise Http404
    return which


def _page(request: HttpRequest) -> int:
    number = request.GET.get("page", "1")
    if not number.isascii() or not number.isdigit() or not 0 < int(number) < 100_000:
        raise Http404
    return int(number)


@require_safe
@needs("officer")
def queue(request: HttpRequest) -> HttpResponse:
    """Show what is open, late or done, page by page, the most urgent first."""
    locale, now, which = get_language() or "en", datetime.now(UTC), _which(request)
    page = {
        "queue": queue_shown.page(which, _page(request), now),
        "deliveries": [showing.delivery_row(one, locale) for one in fulfilment.queue()],
        "unread": queue_shown.unread_deadlines(),
    }
    return render(request, "console/queue.html", page)


@require_safe
@needs("officer")
def queue_file(request: HttpRequest) -> HttpResponse:
    """Hand over the queue as CSV."""
    rows = queue_shown.table(_which(request), datetime.now(UTC))
    response = HttpResponse(csv_bytes(queue_shown.COLUMNS, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="requests-{_which(request)}.csv"'
    return response


@require_safe
@needs("officer")
def one_request(request: HttpRequest, number: str) -> HttpResponse:
    """Show one request: its plan, its deliveries with states and evidence, its clock and the clock's source."""
    found = rights.officer_view(number)
    page = showing.request_page(found, get_language() or "en", datetime.now(UTC), staff(request).id)
    return render(request, "console/request.html", {"page": page, "row": page.row})


@require_POST
@needs("officer")
def evidence(request: HttpRequest, number: str) -> HttpResponse:
    """Hand over the signed evidence of one request; she reads that it was looked at."""
    reason = request.POST.get("reason", "")
    content = services.evidence_file(number, staff(request), reason, datetime.now(UTC))
    response = HttpResponse(content, content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="evidence-{number[:8]}.json"'
    return response


@require_POST
@needs("officer")
def approve(request: HttpRequest, number: str) -> HttpResponse:
    """Let a deletion go on that waited for a second person."""
    services.approve_erasure(number, staff(request), request.POST.get("plan", ""), datetime.now(UTC))
    messages.success(request, _("Approved. The deletion goes on now, and she is told."))
    return redirect("console:request", number)


@require_POST
@needs("officer")
def decline(request: HttpRequest, number: str) -> HttpResponse:
    """Let a deletion that waited come to nothing."""
    services.decline_erasure(number, staff(request), request.POST.get("why", ""), datetime.now(UTC))
    messages.info(request, _("Declined. Nothing is deleted, her answers count again, and she is told why."))
    return redirect("console:request", number)
