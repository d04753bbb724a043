"""What holds for every page: a browser's signal is heeded, and an error with a remedy becomes a page with one.

The REST interface answers for itself.
"""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render

from sayso.centre.problems import says
from sayso.centre.visitor import right_now, sends_signal, visitor_of
from sayso.consent import services as consent
from sayso.core.errors import SaysoError, status_of
from sayso.notices import queries as notices


class HeedSignal:
    """Take down Global Privacy Control for whoever is here, when it is first seen and before the page is made.

    It then holds for her account in every other browser too. Of a stranger's browser nothing is written.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Heed the signal, then pass the request on; say so where it cannot be heeded now."""
        # Without a cookie nobody is known, and what is public stays free of them.
        if request.COOKIES and sends_signal(request):
            try:
                _heed(request)
            except SaysoError as error:
                return _problem(request, error)
        return self.get_response(request)


def _heed(request: HttpRequest) -> None:
    visitor = visitor_of(request)
    for brand in notices.brands() if visitor.subjects else []:
        consent.heed_signal(visitor.subjects, brand, right_now(), source=visitor.device or "")


def _problem(request: HttpRequest, error: SaysoError) -> HttpResponse:
    status = status_of(error)
    page = "404.html" if status == 404 else "centre/problem.html"
    return render(request, page, {"problem": error, "says": says(error), "status": status}, status=status)


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
        return _problem(request, error) if isinstance(error, SaysoError) else None
