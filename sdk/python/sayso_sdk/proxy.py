"""The first-party proxy: lets a site's own host answer for Sayso's edge.

The browser talks to its own site under one prefix; the site adds the device secret from its HttpOnly
cookie. Nothing else of the visitor is passed on: no other cookie, no address, no user agent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from sayso_sdk.client import TIMEOUT, Client
from sayso_sdk.device import HEADER, is_device_secret
from sayso_sdk.errors import SaysoProblem
from sayso_sdk.whole import PLAIN, whole

LARGEST_BODY = 16 * 1024
PASSED_ON = ("accept", "accept-language", "content-type", "if-none-match", "sec-gpc")
PASSED_BACK = ("cache-control", "content-language", "content-type", "etag", "retry-after", "vary")
_PATH = re.compile(r"sayso\.js|v1/sites(/[A-Za-z0-9_-]{1,100}){1,4}", re.ASCII)


@dataclass(frozen=True)
class ProxyRequest:
    """What the browser sent: `path` without the site's prefix, header names in any case.

    `cookie` is what `device.device_secret` makes of the browser's cookies.
    """

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    cookie: str | None = None

    def header(self, name: str) -> str | None:
        """Return one header, whatever its case."""
        return next((value for key, value in self.headers.items() if key.lower() == name.lower()), None)

    @property
    def device(self) -> str | None:
        """The device secret: the cookie's if the site keeps one, else the one just made in the browser."""
        if is_device_secret(self.cookie):
            return self.cookie
        return self.header(HEADER)


@dataclass(frozen=True)
class ProxyAnswer:
    """What goes back to the browser; `keep_device` is the secret to set as cookie, if any."""

    status: int
    headers: dict[str, str]
    body: bytes
    keep_device: str | None = None


def forward(request: ProxyRequest, edge: str, http: httpx.Client) -> ProxyAnswer:
    """Pass one request to Sayso's edge and bring its answer back.

    Only GET and POST, only `sayso.js` and `v1/sites/…`, at most 16 KiB, and no POST from another
    origin. Never raises: an edge that does not answer becomes 503.
    """
    refusal = _refusal(request)
    if refusal is not None:
        return refusal
    try:
        with http.stream(
            request.method,
            f"{edge}/{request.path}" + (f"?{request.query}" if request.query else ""),
            headers=PLAIN | _headers_on(request),
            content=request.body if request.method == "POST" else None,
            follow_redirects=False,
        ) as reply:
            body = whole(reply)
    except (httpx.HTTPError, httpx.InvalidURL):
        return unreachable()
    back = {name: reply.headers[name] for name in PASSED_BACK if name in reply.headers}
    return ProxyAnswer(reply.status_code, back, body, _device_to_keep(request, reply.status_code))


class Proxy:
    """Passes requests on to the edge of the Sayso at `url`; safe to share between threads."""

    def __init__(self, url: str) -> None:
        self._address_book = Client(url, key="")
        self._http = httpx.Client(timeout=TIMEOUT, trust_env=False)

    def answer(self, request: ProxyRequest) -> ProxyAnswer:
        """Pass one request on, as `forward` does."""
        try:
            return forward(request, self._address_book.edge(), self._http)
        except SaysoProblem:
            return unreachable()


def unreachable() -> ProxyAnswer:
    """Return the answer for a Sayso that cannot be reached."""
    return _problem(
        503, "unavailable", "Sayso did not answer. Try again in a moment; until then nothing is permitted."
    )


def _refusal(request: ProxyRequest) -> ProxyAnswer | None:
    if request.method not in ("GET", "POST"):
        return _problem(405, "method_not_allowed", "Use GET or POST.")
    if _PATH.fullmatch(request.path) is None:
        return _problem(404, "not_found", "Only sayso.js and v1/sites/… are served here.")
    if len(request.body) > LARGEST_BODY:
        return _problem(413, "too_large", "Send at most 16 KiB.")
    return _forgery(request) if request.method == "POST" else None


def _forgery(request: ProxyRequest) -> ProxyAnswer | None:
    # The device cookie travels with same-site requests, and another port of one host is the same site:
    # only a page of this very origin may answer for the visitor.
    if not _from_this_origin(request):
        return _problem(403, "other_origin", "Answers are taken from this site's own pages only.")
    if (request.header("content-type") or "").split(";")[0].strip().lower() != "application/json":
        return _problem(415, "not_json", "Send the answer as application/json.")
    return None


def _from_this_origin(request: ProxyRequest) -> bool:
    # Every browser of today says where a request comes from; an older one names the origin of a POST at least.
    site = request.header("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin, host = request.header("origin"), request.header("host")
    return bool(host) and origin in (f"http://{host}", f"https://{host}")


def _headers_on(request: ProxyRequest) -> dict[str, str]:
    found = {name: request.header(name) for name in PASSED_ON}
    found[HEADER] = request.device
    # A header can hold bytes that are no text, and what a browser of ours sends never does.
    return {name: value for name, value in found.items() if value is not None and value.isascii()}


def _device_to_keep(request: ProxyRequest, status: int) -> str | None:
    answered = request.method == "POST" and request.path.endswith("/answers") and status in (200, 201)
    fresh = request.header(HEADER)
    return fresh if answered and is_device_secret(fresh) and not is_device_secret(request.cookie) else None


def _problem(status: int, code: str, remedy: str) -> ProxyAnswer:
    body = json.dumps({"status": status, "code": code, "remedy": remedy}).encode()
    return ProxyAnswer(
        status, {"content-type": "application/problem+json", "cache-control": "no-store"}, body
    )
