"""Who is looking at the page: a browser that answered, a signed-in account, or both."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from sayso.core import device as cookies
from sayso.core.errors import NotFound
from sayso.core.layout import locale_for
from sayso.core.notice import Notice
from sayso.deployment import env
from sayso.identity import queries as identity
from sayso.notices import queries as notices
from sayso.signals import gpc


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is here. `device` is known once this browser answered; `secret` is what its cookies come to.

    `signal` says that the browser sends Global Privacy Control.
    """

    account: str | None
    device: str | None
    secret: str | None
    signal: bool = False

    @property
    def subjects(self) -> list[str]:
        """List everyone whose answers count here, the account first."""
        return [subject for subject in (self.account, self.device) if subject]

    @property
    def can_answer(self) -> bool:
        """Tell whether there is somebody an answer could be recorded for."""
        return self.account is not None or self.secret is not None


def device_secret(request: HttpRequest) -> str | None:
    """Give the device secret this browser's cookies come to, or None when there is none we can read."""
    return cookies.secret_of(request.COOKIES, _https())


def held_secret(request: HttpRequest) -> str | None:
    """Give what this browser's own cookie holds: what a new ticket is made for."""
    return cookies.held_secret(request.COOKIES, _https())


def keep_ticket(response: HttpResponse, ticket: str) -> None:
    """Hand the browser the ticket its new secret is made with, in a cookie no script can read."""
    response.set_cookie(
        cookies.cookie_name(cookies.RENEWAL, _https()),
        ticket,
        max_age=cookies.KEPT,
        path="/",
        secure=_https(),
        httponly=True,
        samesite="Lax",
    )


def _https() -> bool:
    return env.text("SAYSO_WEB_ADDRESS").startswith("https:")


def sends_signal(request: HttpRequest) -> bool:
    """Tell whether Global Privacy Control came with a request."""
    return gpc.in_header([request.headers.get(gpc.HEADER, "")])


def visitor_of(request: HttpRequest) -> Visitor:
    """Say who is looking. A device that is not linked to the signed-in account shows nothing of its own."""
    signal = sends_signal(request)
    secret = device_secret(request)
    device = identity.device_subject(secret) if secret else None
    person = request.user.pk if request.user.is_authenticated else None
    account = identity.account_of_person(person) if person is not None else None
    if account is not None:
        link = identity.active_link(device, right_now()) if device else None
        if link is None or link.account != account:
            return Visitor(account, None, None, signal)
    return Visitor(account, device, secret, signal)


def the_brand() -> str:
    """Give the brand whose centre this is.

    Raises `NotFound` with code `no_notice` before any brand published one.
    """
    brands = notices.brands()
    if not brands:
        raise NotFound("no_notice", "No brand has published a notice yet.", "Publish one: sayso apply DIR")
    return brands[0]


def locale_of(notice: Notice) -> str:
    """Give the notice's locale nearest to the language of the page."""
    return locale_for(notice, get_language() or "en")


def right_now() -> datetime:
    """Give the moment a page was asked for; everything below is handed it."""
    return datetime.now(UTC)
