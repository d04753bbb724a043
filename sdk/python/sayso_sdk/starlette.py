"""The first-party proxy as a Starlette route, and whose request one is. For FastAPI as well.

app = Starlette(routes=[privacy_route("https://privacy.example")])      # FastAPI: app.routes.append(privacy_route(…))
asker: Annotated[Asker, Depends(asking_with(gate.decide))]              # FastAPI: asker.may("newsletter", "contact")
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import Route

from sayso_sdk.asking import Ask, Asker, Visitor
from sayso_sdk.device import COOKIE, MAX_AGE, cookie_name, device_secret
from sayso_sdk.proxy import LARGEST_BODY, Proxy, ProxyAnswer, ProxyRequest


def privacy_route(url: str, prefix: str = "/privacy") -> Route:
    """Return the route that serves the edge of the Sayso at `url` from the site's own host."""
    proxy = Proxy(url)

    async def privacy(request: Request) -> Response:
        answer = await run_in_threadpool(proxy.answer, await _read(request))
        return _response(request, answer)

    return Route(f"{prefix}/{{path:path}}", privacy, methods=["GET", "POST"])


def visitor_of(request: HTTPConnection) -> Visitor:
    """Say whose request this is. Behind a proxy that ends TLS, let the server know of it: cookies are named by it."""
    return Visitor.read(request.cookies, request.headers, https=_https(request))


def asking_with(ask: Ask) -> Callable[[HTTPConnection], Asker]:
    """Return what makes, of a request, somebody to ask about; FastAPI takes it in `Depends`."""

    def asker_of(request: HTTPConnection) -> Asker:
        return Asker(visitor_of(request), ask)

    return asker_of


def _https(request: HTTPConnection) -> bool:
    return request.url.scheme in ("https", "wss")


async def _read(request: Request) -> ProxyRequest:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY:
            break
    return ProxyRequest(
        method=request.method,
        path=request.path_params["path"],
        query=request.url.query,
        headers=dict(request.headers),
        body=body,
        cookie=device_secret(request.cookies, https=_https(request)),
    )


def _response(request: Request, answer: ProxyAnswer) -> Response:
    response = Response(answer.body, answer.status, answer.headers)
    if answer.keep_device is not None:
        response.set_cookie(
            cookie_name(COOKIE, https=_https(request)),
            answer.keep_device,
            max_age=MAX_AGE,
            path="/",
            secure=_https(request),
            httponly=True,
            samesite="lax",
        )
    return response
