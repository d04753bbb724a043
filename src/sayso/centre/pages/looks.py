"""Who looked at her data, and her own word to what was noted by telephone."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from sayso.centre import looked, shown
from sayso.centre.signed_in import account_required
from sayso.centre.visitor import locale_of, right_now, the_brand
from sayso.consent import queries as consent
from sayso.core.errors import NotFound
from sayso.core.vocabulary import PERMITTING, ConsentStatus
from sayso.notices import queries as notices
from sayso.staff import queries as staff
from sayso.staff import services
from sayso.staff.queries import Waiting


@require_safe
@account_required
def looks(request: HttpRequest, account: str) -> HttpResponse:
    """List every look of staff at her."""
    return render(request, "centre/looks.html", {"looks": looked.looks_of(account)})


def _problem(request: HttpRequest, number: str) -> HttpResponse:
    error = _("This link does nothing any more. It works once, whole, and for seven days.")
    return render(request, "centre/confirm.html", {"number": number, "error": error}, status=404)


def _is_stopped(found: Waiting, now: datetime) -> bool:
    """Tell whether an opt-out by address or number outranks the yes that was just confirmed."""
    (stands,) = consent.answered_together([found.account], found.brand, now)
    return not stands.blocked.isdisjoint(found.choices)


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, number: str) -> HttpResponse:
    """Show what a yes by telephone was to, and make it hers when she presses the button.

    The secret stands in the fragment, as in a request link: opening the page changes nothing.
    """
    if request.method != "POST":
        return render(request, "centre/confirm.html", {"number": number})
    secret, now = request.POST.get("secret", "").strip().rpartition("#")[2], right_now()
    notice = notices.current(the_brand()).notice
    page: dict[str, Any] = {"number": number, "secret": secret}
    try:
        if request.POST.get("answer") == "yes":
            page["found"], recorded = services.confirm(number, secret, locale_of(notice), now)
            said = {ConsentStatus(status) for status in recorded.outcome.values()}
            page |= {
                "done": True,
                "too_late": not said <= PERMITTING,
                "stopped": _is_stopped(page["found"], now),
            }
        else:
            page["found"] = staff.waiting(number, secret, now)
    except NotFound:
        return _problem(request, number)
    asked = shown.asked(notice, locale_of(notice), {})
    page["purpose"] = next((one for one in asked if one.id == page["found"].purpose), None)
    return render(request, "centre/confirm.html", page) if page["purpose"] else _problem(request, number)
