"""Every purpose with its parts: yes and no of equal weight, the consequence said before."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sayso.centre import answers, opt_outs, shown
from sayso.centre.visitor import locale_of, right_now, the_brand, visitor_of
from sayso.consent.queries import Recorded
from sayso.core.errors import Invalid, NotFound
from sayso.core.notice import Notice
from sayso.core.vocabulary import ANSWERABLE, ConsentStatus
from sayso.notices import queries as notices

WHOLE = "all"  # the button that answers a purpose with all its parts


@require_safe
def choices(request: HttpRequest) -> HttpResponse:
    """Show every choice with where it stands."""
    visitor, now, brand = visitor_of(request), right_now(), the_brand()
    notice = notices.current(brand).notice
    standings = answers.standings(visitor, brand, now)
    purposes = shown.asked(notice, locale_of(notice), answers.together(standings))
    page = {
        "visitor": visitor,
        "purposes": purposes,
        "base": answers.write_base(standings),
        "signal": any(each.gpc for each in standings),
        "held_back": opt_outs.held_back(standings, notice, locale_of(notice)),
        "stopping": [purpose for purpose in purposes if purpose.any_yes],
    }
    return render(request, "centre/choices.html", page)


def _said(request: HttpRequest, notice: Notice, purpose: str) -> dict[str, ConsentStatus]:
    """Read what a purpose's form says: all its parts at once, or each on its own."""
    if purpose not in notice.purposes or not notice.purposes[purpose].asked:
        raise NotFound("unknown_purpose", "There is no such choice.", "Go back to your choices.")
    parts = [part.choice.id for part in notice.purposes[purpose].parts]
    whole = request.POST.get(WHOLE)
    said = {choice: whole or request.POST.get(choice) for choice in parts}
    answered = {choice: value for choice, value in said.items() if value}
    if not answered or not set(answered.values()) <= ANSWERABLE:
        raise Invalid("invalid_answer", "No answer was chosen.", "Choose yes or no, then save.")
    return {choice: ConsentStatus(value) for choice, value in answered.items()}


@require_POST
def answer(request: HttpRequest, purpose: str) -> HttpResponse:
    """Record the answer to one purpose; giving and taking back are the same one press."""
    visitor, now, brand = visitor_of(request), right_now(), the_brand()
    if not visitor.can_answer:
        messages.info(
            request, _("Answer in the shop first, or sign in: then your answer has somebody to belong to.")
        )
        return redirect("centre:choices")
    notice = notices.current(brand).notice
    said = _said(request, notice, purpose)
    base = answers.read_base(request.POST.get("base", ""), visitor)
    _tell(request, answers.record(visitor, brand, said, base, "change", now))
    response = redirect("centre:choices")
    response["Location"] += f"#{purpose}"
    return response


def _tell(request: HttpRequest, recorded: list[Recorded]) -> None:
    outcomes = {status for event in recorded for status in event.outcome.values()}
    if ConsentStatus.SUPERSEDED in outcomes:
        text = _(
            "You had said no after this page was opened, and that no still stands. Look, and answer again."
        )
        messages.warning(request, text, extra_tags=recorded[0].event)
        return
    messages.success(request, _("Saved. It holds from this moment."), extra_tags=recorded[0].event)
