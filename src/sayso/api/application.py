"""The one `NinjaAPI`: its routers, and how every error becomes problem details (RFC 9457)."""

import json
import logging
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from sayso import __version__
from sayso.core.errors import (
    Invalid,
    Malformed,
    NotFound,
    SaysoError,
    Unproved,
    WrongMethod,
    problem,
    status_of,
)

log = logging.getLogger("sayso.api")
PROBLEM = {
    "description": "Problem details (RFC 9457): a stable `code`, and the `remedy`.",
    "content": {
        "application/problem+json": {
            "schema": {
                "type": "object",
                "required": ["type", "title", "status", "code", "detail", "remedy"],
                "properties": {
                    **{name: {"type": "string"} for name in ("type", "title", "code", "detail", "remedy")},
                    "status": {"type": "integer", "minimum": 400, "maximum": 599},
                },
            }
        }
    },
}


class _Described(NinjaAPI):
    """The framework describes what an operation gives when all is well; here also what any error looks like."""

    def get_openapi_schema(self, **how: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**how)
        for path in schema["paths"].values():
            for operation in path.values():
                operation["responses"]["default"] = PROBLEM
        return schema


api = _Described(
    title="Sayso", version=__version__, docs_url=None, openapi_url="/openapi.json", urls_namespace="v1"
)


def _reply(status: int, body: dict[str, Any]) -> HttpResponse:
    return HttpResponse(json.dumps(body), status=status, content_type="application/problem+json")


@api.exception_handler(SaysoError)
def _on_error(request: HttpRequest, error: SaysoError) -> HttpResponse:
    reply = _reply(status_of(error), problem(error))
    if not error.permanent:
        reply["Retry-After"] = "1"
    if isinstance(error, WrongMethod):
        reply["Allow"] = error.allowed
    return reply


@api.exception_handler(ValidationError)
def _on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    # Where and what is wrong, never the value: it may be personal.
    places = [".".join(str(part) for part in entry["loc"]) + ": " + entry["msg"] for entry in error.errors]
    wrong = Invalid("invalid_request", "; ".join(places)[:500], "Send what the reference describes.")
    return _on_error(request, wrong)


@api.exception_handler(HttpError)
def _on_unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
    # The framework raises it for one thing only: a body that is no JSON.
    return _on_error(request, Malformed("malformed_json", "The body cannot be read.", "Send UTF-8 JSON."))


@api.exception_handler(AuthenticationError)
def _on_nobody(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    remedy = "Send `Authorization: Bearer sk_…` with a key made by `sayso key`."
    return _on_error(request, Unproved("key_missing", "No server key came with the request.", remedy))


@api.exception_handler(Exception)
def _on_unexpected(request: HttpRequest, error: Exception) -> HttpResponse:
    log.error("unexpected %s", type(error).__name__)  # a message may hold values
    remedy = "Try again; if it lasts, report it with the time."
    broken = SaysoError("internal", "Something broke on our side.", remedy)
    return _reply(500, problem(broken))


@csrf_exempt
def unknown_address(request: HttpRequest, rest: str) -> HttpResponse:
    """Say in the same form that there is nothing at an address under /v1."""
    wrong = NotFound("unknown_address", "There is nothing at this address.", "See the API reference.")
    return _on_error(request, wrong)


class WrongMethods:
    """Middleware: a wrong method under /v1 is refused in the same form; the framework's own is plain text."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on and put the framework's refusal into our form."""
        response = self._get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and request.path.startswith("/v1/"):
            return _on_error(request, WrongMethod(response["Allow"]))
        return response
