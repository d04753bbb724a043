"""Who comes into the console: staff, and onto each page only the roles it is for."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from sayso.core.errors import Forbidden
from sayso.identity import queries as identity

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def staff(request: HttpRequest) -> identity.Staff:
    """Give who of the staff is asking. Raises `Forbidden` for anybody else."""
    found = identity.staff_of(int(request.user.pk)) if request.user.is_authenticated else None
    if found is None:
        raise Forbidden("not_staff", "This page is for the brand's staff.", "Go back to your own pages.")
    return found


def needs(*roles: str) -> Callable[[View[P]], View[P]]:
    """Let staff with one of these roles in; send nobody-yet to sign in; refuse everybody else."""
    if not roles or set(roles) - set(identity.ROLES):
        raise ValueError(f"{roles} are not all roles")

    def gate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                back = request.path if request.method in ("GET", "HEAD") else "/console/"
                return redirect(f"/sign-in?next={quote(back)}")
            if not staff(request).roles & set(roles):
                raise Forbidden("wrong_role", "This page is for another role.", "Ask who looks after roles.")
            return view(request, *args, **kwargs)

        return guarded

    return gate
