"""Which rules apply to her, why, and how to say otherwise. Never from an IP address."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sayso.centre import places, timeline
from sayso.centre.visitor import the_brand, visitor_of
from sayso.core.clock import rules_that_apply
from sayso.core.errors import Invalid
from sayso.identity import queries as identity
from sayso.identity import services as identity_services
from sayso.notices import queries as notices


@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """Show which rules apply and take her word for where she lives."""
    visitor, brand = visitor_of(request), the_brand()
    if request.method == "POST":
        return _declare(request, visitor.subjects)
    regions = [identity.regions_of(subject) for subject in visitor.subjects]
    declared = next((region for region, _delivery in regions if region), "")
    delivery = next((region for _declared, region in regions if region), "")
    market = next((site.market for site in notices.sites(brand)), "")
    applying = rules_that_apply(declared, delivery, market)
    page = {
        "visitor": visitor,
        "place": places.name(applying.region),
        "by": timeline.RULES_BY[applying.by],
        "declared": declared,
        "choices": places.listed(),
    }
    return render(request, "centre/rules.html", page)


def _declare(request: HttpRequest, subjects: list[str]) -> HttpResponse:
    region = request.POST.get("region", "")
    if region and region not in places.PLACES:
        raise Invalid("unknown_region", _("That place is not in the list."), _("Choose one of the list."))
    for subject in subjects:
        identity_services.declare_region(subject, region)
    messages.success(request, _("Noted. These are the rules we go by from now on."))
    return redirect("centre:rules")
