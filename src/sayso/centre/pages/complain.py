"""Say what is wrong, in her own words: filed, counted, and hers to see."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from sayso.centre.visitor import locale_of, right_now, the_brand, visitor_of
from sayso.core.errors import Invalid
from sayso.notices import queries as notices
from sayso.rights import queries as rights
from sayso.rights import services


@require_http_methods(["GET", "HEAD", "POST"])
def complain(request: HttpRequest) -> HttpResponse:
    """Take a complaint from anybody we know, and show what was complained of so far."""
    visitor, brand = visitor_of(request), the_brand()
    fault = ""
    if request.method == "POST" and visitor.subjects:
        about, text = request.POST.get("about", ""), request.POST.get("text", "")
        try:
            services.complain(visitor.subjects[0], brand, about, text, right_now())
        except Invalid:
            fault = _("Write what is wrong, in at most 2,000 characters.")
        else:
            messages.success(request, _("Filed. The privacy officer reads it, and it counts."))
            return redirect("centre:complain")
    notice = notices.current(brand).notice
    locale = locale_of(notice)
    titles = {purpose.id: purpose.title[locale] for purpose in notice.purposes.values()}
    filed = [(one, titles.get(one.purpose, "")) for one in rights.complaints_of(visitor.subjects)]
    page = {
        "known": bool(visitor.subjects),
        "purposes": titles.items(),
        "fault": fault,
        "typed": request.POST.get("text", ""),
        "filed": filed,
    }
    return render(request, "centre/complain.html", page, status=422 if fault else 200)
