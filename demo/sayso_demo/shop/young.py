"""The neutral question: when were you born? The shop passes the month on and keeps nothing."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dates import MONTHS
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods
from sayso_sdk import SaysoProblem

from sayso_demo.shop import consent

OLDEST = 120


@sensitive_post_parameters("month", "year")
@require_http_methods(["GET", "HEAD", "POST"])
def age(request: HttpRequest) -> HttpResponse:
    """Ask for month and year of birth, nothing chosen beforehand, and pass them on."""
    year = timezone.now().year
    page = {
        "said": "said" in request.GET,
        "known": consent.subject_of(request) is not None,
        "months": MONTHS.items(),
        "years": [str(one) for one in range(year, year - OLDEST, -1)],
    }
    if request.method != "POST":
        return render(request, "shop/age.html", page)
    born = f"{request.POST.get('year', '')}-{request.POST.get('month', ''):0>2}"
    try:
        consent.say_age(request, born)
    except SaysoProblem:
        return render(request, "shop/age.html", page | {"wrong": True}, status=422)
    response = redirect("age")
    response["Location"] += "?said"
    return response
