"""Choose the language of the pages. Kept in one cookie that says the language and nothing else."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

YEAR = 365 * 24 * 3600


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Set the language and go back to the page it was chosen on."""
    back = urlsplit(request.headers.get("Referer", "")).path
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    response = redirect(back if back and safe else "centre:home")
    wanted = request.POST.get("language", "")
    if wanted in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, wanted, max_age=YEAR, samesite="Lax", httponly=True
        )
    return response
