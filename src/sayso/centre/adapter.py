"""Where allauth hands over to us: a sign-in meets the browser's own answers."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from sayso.centre import arrival
from sayso.centre.visitor import keep_ticket, right_now
from sayso.core.errors import Misconfigured
from sayso.identity import queries as identity


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is untyped
    """Sign-in by e-mail code, and nothing else of what allauth can do."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: the first right code is enough."""
        return False

    def add_message(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Say nothing: the pages themselves say where one stands."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send nothing: every letter is one of ours, and allauth knows no address."""
        raise Misconfigured("unknown_letter", f"{template_prefix} is not our letter.", "Write one of ours.")

    def post_login(
        self, request: HttpRequest, user: AbstractBaseUser, *, email: str | None, **kwargs: Any
    ) -> HttpResponse:
        """Bring the account and this browser together, and go where something is to be decided."""
        response: HttpResponse = super().post_login(request, user, email=email, **kwargs)
        if identity.roles_of(user.pk):
            return response if kwargs.get("redirect_url") else redirect("console:home")
        arrived = arrival.arrive(request, user.pk, identity.address_of_person(user.pk), right_now())
        if arrived.noes:
            said = _("What this browser says no to, your account says no to from now on: %(noes)s.")
            messages.info(request, said % {"noes": "; ".join(arrived.noes)})
        response = redirect("centre:join") if arrived.something_to_decide else response
        if arrived.ticket:
            keep_ticket(response, arrived.ticket)
        return response
