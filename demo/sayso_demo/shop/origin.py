"""Take forms from the shop's own pages only, without a token cookie for every visitor."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, HttpResponseForbidden

Handler = Callable[[HttpRequest], HttpResponse]


def same_origin(handle: Handler) -> Handler:
    """Refuse a form that another origin sent; browsers say truthfully where a form comes from."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.method in ("GET", "HEAD", "OPTIONS") or _ours(request):
            return handle(request)
        return HttpResponseForbidden("This form was sent from another site.", content_type="text/plain")

    return middleware


def _ours(request: HttpRequest) -> bool:
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    return site in ("same-origin", "none") and (
        origin is None or urlsplit(origin).netloc == request.get_host()
    )
