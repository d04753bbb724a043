"""Your data and choices: each datum with its whole story, what can be corrected, what can be volunteered."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sayso.centre import answers, known, shown
from sayso.centre.signed_in import account_required
from sayso.centre.visitor import locale_of, right_now, the_brand, visitor_of
from sayso.core.errors import Invalid
from sayso.notices import queries as notices
from sayso.rights import queries as rights
from sayso.rights import services as rights_services

LONGEST = 200  # characters of a corrected datum


@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Show every datum with where it is from, why, on what basis, who gets it, how long, how protected."""
    visitor, now, brand = visitor_of(request), right_now(), the_brand()
    notice = notices.current(brand).notice
    locale = locale_of(notice)
    statuses = answers.together(answers.standings(visitor, brand, now))
    page = {
        "visitor": visitor,
        "known": known.everything(visitor, notice, locale, statuses),
        "told": shown.told(notice, locale),
        "recipients": shown.recipients(notice, locale),
        "fields": rights.correctable_fields(visitor.account) if visitor.account else [],
    }
    return render(request, "centre/data.html", page)


@require_POST
@account_required
def correct(request: HttpRequest, account: str) -> HttpResponse:
    """Have one field corrected in every system that holds it."""
    field, value = request.POST.get("field", ""), request.POST.get("value", "").strip()
    if not value or len(value) > LONGEST or not value.isprintable():
        raise Invalid("invalid_value", _("That is empty or too long."), _("Write it on one line."))
    made = rights_services.ask_rectification(account, field, value, right_now())
    messages.success(request, _("Your correction is on its way to every system that holds it."))
    return redirect("centre:request", made)
