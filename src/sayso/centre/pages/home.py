"""The first screen: stop everything, what she said, what is known, what she asked for, what happened."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sayso.centre import answers, happened, known, shown
from sayso.centre.visitor import locale_of, right_now, the_brand, visitor_of
from sayso.notices import queries as notices
from sayso.rights import queries as rights

SHOWN_EVENTS = 5


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the first screen, whole for a browser alone and for an account."""
    visitor, now, brand = visitor_of(request), right_now(), the_brand()
    notice = notices.current(brand).notice
    statuses = answers.together(answers.standings(visitor, brand, now))
    purposes = shown.asked(notice, locale_of(notice), statuses)
    page = {
        "visitor": visitor,
        "purposes": purposes,
        "stopping": [purpose for purpose in purposes if purpose.any_yes],
        "known": known.counts(visitor, notice, locale_of(notice)),
        "requests": rights.requests_of(visitor.account)[:3] if visitor.account else [],
        "happened": happened.recently(visitor.subjects, brand, notice, locale_of(notice))[:SHOWN_EVENTS],
    }
    return render(request, "centre/home.html", page)


@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """Refuse everything at one press."""
    visitor, brand = visitor_of(request), the_brand()
    if not visitor.can_answer:
        messages.info(request, _("This browser has given no answers, so there is nothing to stop."))
        return redirect("centre:home")
    event = answers.stop_everything(visitor, brand, right_now())[0].event
    messages.success(request, _("Everything is stopped. Every choice is now no."), extra_tags=event)
    return redirect("centre:home")


@require_safe
def front(request: HttpRequest) -> HttpResponse:
    """Send whoever comes to the bare address to the privacy centre."""
    return redirect("centre:home")
