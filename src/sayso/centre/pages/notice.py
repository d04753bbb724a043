"""What we do with your data: the published notice itself, made from the registry that enforces it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from sayso.centre import shown
from sayso.centre.visitor import locale_of, the_brand
from sayso.core.errors import NotFound
from sayso.notices import queries as notices


@require_safe
def current_notice(request: HttpRequest) -> HttpResponse:
    """Go to the version in force."""
    return redirect("centre:notice", notices.current(the_brand()).notice.version)


@require_safe
def notice(request: HttpRequest, version: str) -> HttpResponse:
    """Show one version, exactly as it was published."""
    published = notices.published(version)
    if published is None:
        raise NotFound("unknown_version", "No notice has that hash.", "Read the notice in force: /notice")
    told = published.notice
    locale = locale_of(told)
    publications = notices.publications(told.brand)
    page = {
        "title": told.title[locale],
        "notice": told,
        "asked": shown.asked(told, locale, {}),
        "told": shown.told(told, locale),
        "recipients": shown.recipients(told, locale),
        "publication": next(one for one in publications if one.version == version),
        "in_force": publications[0].version == version,
        "newest": publications[0].version,
    }
    return render(request, "centre/notice.html", page)
