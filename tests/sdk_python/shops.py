"""One small shop in each framework, wired with the SDK's own lines.

python -m tests.sdk_python.shops flask|starlette PORT SAYSO
"""

import os
import sys
from typing import Any

from sayso_sdk import Gate, Refused, Visitor, asks_first
from sayso_sdk.values import Decision


def _gate() -> Gate:
    gate = Gate(os.environ["SHOP_SAYSO"], "sk_1")
    gate.ready()
    return gate


def _told(made: Decision) -> dict[str, Any]:
    return {"permitted": made.permitted, "reason": made.reason}


def flask_app() -> Any:
    """Make the shop in Flask."""
    from flask import Flask, request
    from sayso_sdk.flask import asking_with, privacy_blueprint, visitor_of

    gate, app = _gate(), Flask("shop")
    app.register_blueprint(privacy_blueprint(os.environ["SHOP_SAYSO"]))

    @asks_first("newsletter", "contact", ask=gate.decide)
    def send_letter(visitor: Visitor) -> str:
        return "sent"

    @app.get("/")
    def home() -> dict[str, Any]:
        return _told(asking_with(gate.decide).may("ads", "browsing", "share_ads", "brightside"))

    @app.get("/letter")
    def letter() -> dict[str, str]:
        try:
            return {"letter": send_letter(visitor_of(request))}
        except Refused as refused:
            return {"letter": refused.reason}

    return app


def starlette_app() -> Any:
    """Make the shop in Starlette."""
    from sayso_sdk.starlette import asking_with, privacy_route, visitor_of
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    gate = _gate()
    asker = asking_with(gate.decide)

    @asks_first("newsletter", "contact", ask=gate.decide)
    async def send_letter(visitor: Visitor) -> str:
        return "sent"

    async def home(request: Request) -> JSONResponse:
        return JSONResponse(_told(asker(request).may("ads", "browsing", "share_ads", "brightside")))

    async def letter(request: Request) -> JSONResponse:
        try:
            return JSONResponse({"letter": await send_letter(visitor_of(request))})
        except Refused as refused:
            return JSONResponse({"letter": refused.reason})

    routes = [Route("/", home), Route("/letter", letter), privacy_route(os.environ["SHOP_SAYSO"])]
    return Starlette(routes=routes)


def _serve(framework: str, port: int) -> None:
    if framework == "flask":
        from werkzeug.serving import make_server

        make_server("127.0.0.1", port, flask_app(), threaded=True).serve_forever()
    else:
        from granian.constants import Interfaces
        from granian.server import Server

        place = "tests.sdk_python.shops:starlette_app"
        Server(place, port=port, interface=Interfaces.ASGI, factory=True, log_enabled=False).serve()


if __name__ == "__main__":
    os.environ["SHOP_SAYSO"] = sys.argv[3]
    _serve(sys.argv[1], int(sys.argv[2]))
