"""Turn an error with a remedy into a page with a remedy. The REST interface answers for itself."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render

from sayso.centre.problems import says
from sayso.core.errors import SaysoError, status_of


class ProblemPages:
    """Show what went wrong, and what to do about it, to people."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; say in words what an address is for that takes forms only."""
        response = self.get_response(request)
        # What a page shows is hers: whoever presses "back" after she signed out or was erased gets none of it.
        response.headers.setdefault("Cache-Control", "no-store")
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            page = render(request, "405.html", status=405)
            page["Allow"] = response["Allow"]
            return page
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Render an error of ours; leave every other one alone."""
        if not isinstance(error, SaysoError):
            return None
        status = status_of(error)
        page = "404.html" if status == 404 else "centre/problem.html"
        return render(request, page, {"problem": error, "says": says(error), "status": status}, status=status)
