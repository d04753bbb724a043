"""The first screen: stop everything, what she said, what is known, what she asked for, what happened."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sayso.centre import answers, happened, known, opt_outs, shown, timeline
from sayso.centre.visitor import Visitor, locale_of, right_now, the_brand, visitor_of
from sayso.notices import queries as notices
from sayso.rights import queries as rights
from sayso.rights.queries import RequestView

SHOWN_EVENTS = 5


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the first screen, whole for a browser alone and for an account."""
    visitor, now, brand = visitor_of(request), right_now(), the_brand()
    notice = notices.current(brand).notice
    locale = locale_of(notice)
    standings = answers.standings(visitor, brand, now)
    purposes = shown.asked(notice, locale, answers.together(standings))
    page = {
        "visitor": visitor,
        "purposes": purposes,
        "signal": any(each.gpc for each in standings),
        "held_back": opt_outs.held_back(standings, notice, locale),
        "stopping": [purpose for purpose in purposes if purpose.any_yes],
        "known": known.counts(visitor, notice, locale),
        "requests": [timeline.request_shown(one, locale) for one in _requests(visitor)[:3]],
        "happened": happened.recently(visitor.subjects, brand, notice, locale)[:SHOWN_EVENTS],
        "steps": timeline.steps_of(visitor.subjects, locale)[:SHOWN_EVENTS],
    }
    return render(request, "centre/home.html", page)


def _requests(visitor: Visitor) -> list[RequestView]:
    return rights.requests_of(visitor.account) if visitor.account else []


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
