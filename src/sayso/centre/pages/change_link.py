"""The link of a letter about changes: keep or stop at once; to allow, she signs in.

Its secret stands in the fragment, which browsers never send: opening the address changes nothing, and whoever
has no secret learns nothing. Everything else arrives in a POST body.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from sayso.centre import changed
from sayso.centre.visitor import locale_of, right_now, the_brand, visitor_of
from sayso.changes import queries as changes
from sayso.changes import services
from sayso.consent import queries as consent
from sayso.core.errors import NotFound
from sayso.notices import queries as notices


def _secret(text: str) -> str:
    """Take the secret out of what was pasted: the whole link, or the part behind the #."""
    return text.strip().rpartition("#")[2]


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def change_link(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for the secret; with it, show what changed, or carry out what a button says."""
    if request.method != "POST":
        return render(request, "centre/change_link.html", {"number": number})
    secret = _secret(request.POST.get("secret", ""))
    try:
        brand, subject = changes.subject_of_link(number, secret)
    except NotFound:
        nothing = {"number": number, "error": _("That link does not open anything here.")}
        return render(request, "centre/change_link.html", nothing, status=404)
    done = _done(request, number, secret)
    if not done and visitor_of(request).account == subject:
        return redirect("centre:changes")  # she is signed in here, where she can also allow
    locale = locale_of(notices.current(the_brand()).notice)
    listed = changed.open_changes(brand, [subject], locale, right_now())
    here = reverse("centre:change_link", args=[number])
    page: dict[str, Any] = {
        "number": number,
        "secret": secret,
        "opened": True,
        **changed.around(listed, here, here),
        **done,
    }
    return render(request, "centre/change_link.html", page)


def _done(request: HttpRequest, number: str, secret: str) -> dict[str, Any]:
    """Carry out what a button says; what the page then tells of it."""
    now = right_now()
    if request.POST.get("read"):
        services.note_read_by_link(number, secret, now)
        return {"saved": _("Noted.")}
    way, change = request.POST.get("way"), request.POST.get("change", "")
    if not way:
        return {}
    locale = locale_of(notices.current(the_brand()).notice)
    event = services.answer_by_link(number, secret, change, way, locale, now)[0]
    receipt = consent.receipt_of([event.subject], event.event)
    return {"saved": _("Saved. It holds from this moment."), "receipt": receipt}
