"""The request link: shows the timeline to whoever holds its secret, account or not.

The secret stands in the fragment, which browsers never send; a small script posts it. Without the script
the person pastes the link. Either way it arrives in a POST body and is kept in no address and no log.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from sayso.centre import timeline
from sayso.centre.visitor import locale_of, the_brand
from sayso.core.errors import NotFound
from sayso.notices import queries as notices
from sayso.rights import queries as rights


def _secret(text: str) -> str:
    """Take the secret out of what was pasted: the whole link, or the part behind the #."""
    return text.strip().rpartition("#")[2]


@never_cache
@sensitive_post_parameters("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def request_link(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for the secret, or show the stripped request it opens."""
    if request.method != "POST":
        return render(request, "centre/link.html", {"number": number})
    try:
        found = rights.timeline_by_link(number, _secret(request.POST.get("secret", "")))
    except NotFound:
        page = {"number": number, "error": _("That link does not open anything here.")}
        return render(request, "centre/link.html", page, status=404)
    shown = timeline.request_shown(found, locale_of(notices.current(the_brand()).notice))
    return render(request, "centre/link.html", {"number": number, "request_shown": shown})
