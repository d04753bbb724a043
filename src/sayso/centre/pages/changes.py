"""What changed: what waits for her answer, and what every version did otherwise."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sayso.centre import answers, changed
from sayso.centre.visitor import locale_of, right_now, the_brand, visitor_of
from sayso.changes import services
from sayso.consent.queries import Recorded
from sayso.core.vocabulary import ConsentStatus
from sayso.notices import queries as notices


@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """Show what is open, and the history of the notice."""
    visitor, now, brand = visitor_of(request), right_now(), the_brand()
    locale = locale_of(notices.current(brand).notice)
    page = {
        "visitor": visitor,
        **changed.card(visitor, brand, locale, now),
        "versions": changed.versions(brand, locale),
    }
    return render(request, "centre/changes.html", page)


@require_POST
def answer_change(request: HttpRequest) -> HttpResponse:
    """Record keep, allow or stop for one change."""
    visitor, now, brand = visitor_of(request), right_now(), the_brand()
    base = answers.read_base(request.POST.get("base", ""), visitor)
    locale = locale_of(notices.current(brand).notice)
    way, change = request.POST.get("way", ""), request.POST.get("change", "")
    tell(request, changed.answer(visitor, brand, change, way, base, locale, now))
    return redirect("centre:changes")


def tell(request: HttpRequest, recorded: list[Recorded]) -> None:
    """Say what became of an answer, with the way to its proof."""
    outcomes = {status for event in recorded for status in event.outcome.values()}
    if ConsentStatus.SUPERSEDED in outcomes:
        text = _(
            "You had said no after this page was opened, and that no still stands. Look, and answer again."
        )
        messages.warning(request, text, extra_tags=recorded[0].event)
        return
    messages.success(request, _("Saved. It holds from this moment."), extra_tags=recorded[0].event)


@require_POST
def read_changes(request: HttpRequest) -> HttpResponse:
    """Take what was only told off the first screen, because she says she has read it."""
    services.note_read(the_brand(), visitor_of(request).subjects, right_now())
    messages.success(request, _("Noted. It stays in the history below."))
    return redirect("centre:changes")
