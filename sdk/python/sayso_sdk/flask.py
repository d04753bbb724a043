"""The first-party proxy as a Flask blueprint, and whose request one is.

app.register_blueprint(privacy_blueprint("https://privacy.example"))
asking_with(gate.decide).may("newsletter", "contact")                   # within a request
"""

from __future__ import annotations

from flask import Blueprint, Request, Response, request

from sayso_sdk.asking import Ask, Asker, Visitor
from sayso_sdk.device import COOKIE, MAX_AGE, cookie_name, device_secret
from sayso_sdk.proxy import LARGEST_BODY, Proxy, ProxyAnswer, ProxyRequest


def privacy_blueprint(url: str, prefix: str = "/privacy") -> Blueprint:
    """Return the blueprint that serves the edge of the Sayso at `url` from the site's own host."""
    proxy = Proxy(url)
    blueprint = Blueprint("sayso_privacy", __name__, url_prefix=prefix)

    @blueprint.route("/<path:path>", methods=["GET", "POST"])
    def privacy(path: str) -> Response:
        return _response(request, proxy.answer(_read(request, path)))

    return blueprint


def visitor_of(asked: Request) -> Visitor:
    """Say whose request this is. Behind a proxy that ends TLS, use werkzeug's ProxyFix: cookies are named by it."""
    return Visitor.read(asked.cookies, dict(asked.headers), https=asked.is_secure)


def asking_with(ask: Ask) -> Asker:
    """Return the visitor of the request that is being served, to ask about."""
    return Asker(visitor_of(request), ask)


def _read(asked: Request, path: str) -> ProxyRequest:
    return ProxyRequest(
        method=asked.method,
        path=path,
        query=asked.query_string.decode("ascii", "replace"),
        headers=dict(asked.headers),
        body=asked.stream.read(LARGEST_BODY + 1),
        cookie=device_secret(asked.cookies, https=asked.is_secure),
    )


def _response(asked: Request, answer: ProxyAnswer) -> Response:
    response = Response(answer.body, answer.status, answer.headers)
    if answer.keep_device is not None:
        response.set_cookie(
            cookie_name(COOKIE, https=asked.is_secure),
            answer.keep_device,
            max_age=MAX_AGE,
            path="/",
            secure=asked.is_secure,
            httponly=True,
            samesite="Lax",
        )
    return response
