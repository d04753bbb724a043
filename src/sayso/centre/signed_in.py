"""Pages that need an account: everything that hands out, corrects or deletes."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from sayso.centre.visitor import visitor_of
from sayso.core.errors import Forbidden

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, str, P], HttpResponse]


def account_required(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Give the view the signed-in account, or send the person to sign in and back here.

    Staff have no account of their own here: they are told so. Raises `Forbidden` with code `no_account`.
    """

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        account = visitor_of(request).account
        if account is None and request.user.is_authenticated:
            # Signing in again would lead straight back here, and so on without end.
            raise Forbidden(
                "no_account",
                _("You are signed in as staff, and staff have no data of their own here."),
                _("Sign out, then sign in with the address you buy with."),
            )
        if account is None:
            back = request.path if request.method in ("GET", "HEAD") else "/centre/"
            return redirect(f"/sign-in?{urlencode({'next': back})}")
        return view(request, account, *args, **kwargs)

    return guarded


def person_in(request: HttpRequest) -> User:
    """Give who is signed in, in a view that only somebody signed in reaches."""
    return cast("User", request.user)
