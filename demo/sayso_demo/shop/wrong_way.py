"""Say in words what an address is for that takes forms only."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render

from sayso_demo.shop.origin import Handler


def explained(handle: Handler) -> Handler:
    """Show a page to whoever opens the address of a form; Sayso's own answers pass as they are."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = handle(request)
        if not isinstance(response, HttpResponseNotAllowed) or response.content:
            return response
        page = render(request, "405.html", status=405)
        page["Allow"] = response["Allow"]
        return page

    return middleware
