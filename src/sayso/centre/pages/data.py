"""Your data and choices: each datum with its whole story, what can be corrected, what can be volunteered."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sayso.centre import answers, correcting, known, shown, used, volunteering
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
    happened = used.lately(visitor, notice, locale, now)
    page = {
        "visitor": visitor,
        "used": used.page(visitor, notice, happened, locale, now),
        "known": known.everything(visitor, notice, locale, statuses, happened),
        "told": shown.told(notice, locale),
        "recipients": shown.recipients(notice, locale),
        "fields": correcting.fields(rights.correctable_fields(visitor.account)) if visitor.account else [],
        "volunteer": volunteering.offer(visitor, notice, locale, statuses, now),
    }
    return render(request, "centre/data.html", page)


@require_POST
def prefer(request: HttpRequest) -> HttpResponse:
    """Take a preference she volunteers; what it changes shows on the page she comes back to."""
    visitor, now, brand = visitor_of(request), right_now(), the_brand()
    attribute, _sep, value = request.POST.get("preference", "").partition("=")
    liking = {"1": 1, "-1": -1}.get(request.POST.get("liking", ""))
    if liking is None or not volunteering.is_offered(brand, attribute, value):
        raise Invalid("invalid_preference", _("Nothing was chosen."), _("Choose something from the list."))
    if volunteering.tell(visitor, brand, attribute, value, liking, now):
        messages.success(request, _("Noted. Your suggestions below go by it from now on."))
    else:
        messages.warning(request, _("We may not use that before you say yes to it, so it was not kept."))
    return _to_tell()


@require_POST
def take_back(request: HttpRequest) -> HttpResponse:
    """Delete one fact of hers."""
    visitor = visitor_of(request)
    if volunteering.take_back(visitor, the_brand(), request.POST.get("fact", ""), right_now()):
        messages.success(request, _("Taken back. It is deleted, and nothing goes by it any more."))
    else:
        messages.info(request, _("That was not here any more."))
    return _to_tell()


def _to_tell() -> HttpResponse:
    response = redirect("centre:data")
    response["Location"] += "#tell"
    return response


@require_POST
@account_required
def correct(request: HttpRequest, account: str) -> HttpResponse:
    """Have one field corrected in every system that holds it."""
    field, value = request.POST.get("field", ""), request.POST.get("value", "").strip()
    if not value or len(value) > LONGEST or not value.isprintable():
        raise Invalid("invalid_value", _("That is empty or too long."), _("Write it on one line."))
    locale = locale_of(notices.current(the_brand()).notice)
    made = rights_services.ask_rectification(account, field, value, right_now(), locale)
    messages.success(request, _("Your correction is on its way to every system that holds it."))
    return redirect("centre:request", made)
