"""The officer's queue and one request. Whoever is not an officer is told there is nothing here."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from typing import Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from sayso.console import showing
from sayso.core.errors import NotFound
from sayso.fulfilment import queries as fulfilment
from sayso.identity import queries as identity
from sayso.rights import queries as rights

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def officer_required(view: View[P]) -> View[P]:
    """Let officers in; send nobody-yet to sign in; tell everybody else there is nothing here."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect(f"/sign-in?next={request.path}")
        if not identity.is_officer(int(request.user.pk)):
            raise NotFound("not_found", "There is nothing here.", "Go back.")
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@officer_required
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
@officer_required
def one_request(request: HttpRequest, number: str) -> HttpResponse:
    """Show one request: its plan, its deliveries with states and evidence, its clock and the clock's source."""
    found = rights.officer_view(number)
    page = showing.request_page(found, get_language() or "en", datetime.now(UTC))
    return render(request, "console/request.html", {"page": page, "row": page.row})
