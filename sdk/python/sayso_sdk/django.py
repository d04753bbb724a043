"""The first-party proxy as a Django view, and whose request one is.

path("privacy/<path:path>", privacy_proxy)          # settings: SAYSO_URL = "https://privacy.example"
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from sayso_sdk.asking import Visitor
from sayso_sdk.device import COOKIE, MAX_AGE, cookie_name, device_secret
from sayso_sdk.proxy import LARGEST_BODY, Proxy, ProxyAnswer, ProxyRequest

TEMPLATES = Path(__file__).parent / "templates"
"""Templates a site may include: `sayso/ask-1.html` shows a question of `/v1/asks/next` in the layout ask-1."""

ADDRESS = "SAYSO_URL"
"""The name of the site's setting that holds Sayso's address."""


@cache
def _proxy(url: str) -> Proxy:
    return Proxy(url)


# The proxy itself takes POSTs only from this origin (see proxy.forward), so the form token is not needed.
@csrf_exempt
def privacy_proxy(request: HttpRequest, path: str) -> HttpResponse:
    """Serve Sayso's edge from the site's own host, with the device cookie as its secret."""
    return _response(request, _proxy(str(getattr(settings, ADDRESS))).answer(_read(request, path)))


def device_of(request: HttpRequest) -> str | None:
    """Return the visitor's device secret, or None before the first answer.

    Behind a proxy that ends TLS, tell Django of it (SECURE_PROXY_SSL_HEADER): cookies are named by it.
    """
    return device_secret(request.COOKIES, https=request.is_secure())


def visitor_of(request: HttpRequest) -> Visitor:
    """Say whose request this is, for `Asker(visitor_of(request), gate.decide)` and functions that ask first."""
    return Visitor.read(request.COOKIES, request.headers, https=request.is_secure())


def _read(request: HttpRequest, path: str) -> ProxyRequest:
    return ProxyRequest(
        method=request.method or "GET",
        path=path,
        query=request.META.get("QUERY_STRING", ""),
        headers=dict(request.headers),
        body=request.read(LARGEST_BODY + 1),
        cookie=device_of(request),
    )


def _response(request: HttpRequest, answer: ProxyAnswer) -> HttpResponse:
    response = HttpResponse(answer.body, status=answer.status, headers=answer.headers)
    if answer.keep_device is not None:
        response.set_cookie(
            cookie_name(COOKIE, https=request.is_secure()),
            answer.keep_device,
            max_age=MAX_AGE,
            path="/",
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    return response
