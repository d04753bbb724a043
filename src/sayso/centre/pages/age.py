"""The neutral question: when were you born? Nothing suggests an answer, and only a band of it is kept."""

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from sayso.centre.visitor import Visitor, right_now, the_brand, visitor_of
from sayso.consent import family
from sayso.consent import queries as consent
from sayso.core.age import OLDEST, Band
from sayso.core.errors import Invalid
from sayso.core.vocabulary import Voucher
from sayso.identity import ages

BANDS = {
    Band.CHILD: gettext_lazy(
        "You count as a child here: for some things a parent or guardian has to agree as well."
    ),
    Band.TEEN: gettext_lazy(
        "You count as a young person here: you answer for yourself, and some things are never done."
    ),
    Band.ADULT: gettext_lazy("You count as an adult here."),
}


@sensitive_post_parameters("month", "year")
@require_http_methods(["GET", "HEAD", "POST"])
def age(request: HttpRequest) -> HttpResponse:
    """Ask for month and year of birth; keep the band."""
    visitor, now = visitor_of(request), right_now()
    if request.method == "POST" and visitor.can_answer:
        return _say(request, visitor, now)
    return render(request, "centre/age.html", _page(visitor, now))


def _page(visitor: Visitor, now: datetime, error: str = "") -> dict[str, object]:
    return {
        "visitor": visitor,
        "months": MONTHS.items(),
        "years": range(now.year, now.year - OLDEST, -1),
        "known": BANDS.get(consent.band_of(visitor.subjects, the_brand())),
        "error": error,
    }


@transaction.atomic
def _keep(visitor: Visitor, born: str, now: datetime) -> None:
    subjects = visitor.subjects or [ages.subject_of_device(visitor.secret or "", now)]
    voucher = Voucher.ACCOUNT if visitor.account else Voucher.DEVICE
    family.say_age(subjects, the_brand(), born, voucher, now)


def _say(request: HttpRequest, visitor: Visitor, now: datetime) -> HttpResponse:
    born = f"{request.POST.get('year', '')}-{request.POST.get('month', ''):0>2}"
    try:
        _keep(visitor, born, now)
    except Invalid as wrong:
        if wrong.code != "invalid_age":
            raise
        page = _page(visitor, now, _("Choose a month and a year."))
        return render(request, "centre/age.html", page, status=422)
    messages.success(request, _("Noted. The month is forgotten; your choices go by an age band."))
    return redirect("centre:choices")
