"""Sign in by a code, sign out, and the one screen where a browser and an account meet."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from django.contrib import messages
from django.contrib.auth import get_user_model, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from sayso.centre import arrival, shown
from sayso.centre.forms import SignInForm
from sayso.centre.pages.step_up import SAYS, session_of
from sayso.centre.visitor import keep_ticket, locale_of, right_now, the_brand, visitor_of
from sayso.consent import queries as consent
from sayso.identity.proofing.email_loop.services import Outcome
from sayso.identity.proofing.sign_in import services as sign_in
from sayso.identity.proofing.sign_in.services import Begun, Proved
from sayso.messages import services as letters
from sayso.notices import queries as notices

TRIED_UP = gettext_lazy("Too many tries: that code is worth nothing any more. Ask for a new one.")
ASKED_UP = gettext_lazy(
    "Too many codes were asked for in this browser. The last one still works; for a new one please wait a "
    "quarter of an hour."
)
UNDER_WAY = "sign_in"  # where a session names the sign-in it waits for; never the address or the code


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_address(request: HttpRequest) -> HttpResponse:
    """Ask for an address and send a code there. Coming back here asks for another code, or another address."""
    onward = get_next_redirect_url(request)
    if request.user.is_authenticated:
        return redirect(onward or "centre:home")
    if request.method != "POST":
        return render(request, "centre/sign_in.html", {"next": onward})
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _ask_again(request, form.data.get("email", ""), _("That is not an e-mail address."), onward)
    if not _begin(request, form.cleaned_data["email"]):
        return _ask_again(request, form.cleaned_data["email"], ASKED_UP, onward)
    return redirect(_with_next(reverse("account_confirm_login_code"), onward))


def _ask_again(request: HttpRequest, email: str, error: Any, onward: str | None) -> HttpResponse:
    waiting = sign_in.waiting(request.session.get(UNDER_WAY, ""), right_now())
    page = {"email": email, "error": error, "next": onward, "waiting": waiting}
    return render(request, "centre/sign_in.html", page, status=422)


def _with_next(address: str, onward: str | None) -> str:
    return f"{address}?{urlencode({'next': onward})}" if onward else address


@transaction.atomic
def _begin(request: HttpRequest, email: str) -> bool:
    """Make a code and its letter in one transaction; False when this browser asked too often."""
    now = right_now()
    begun = sign_in.begin(email, session_of(request), now)
    if not isinstance(begun, Begun):
        return False
    request.session[UNDER_WAY] = begun.reference
    if begun.code is not None:
        words = {"code": begun.code, "minutes": begun.minutes, **arrival.letterhead()}
        letters.send("sign_in_code", email, words, get_language() or "en", now)
    return True


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask_code(request: HttpRequest) -> HttpResponse:
    """Take the code, in the browser that asked for it, and sign in."""
    reference, onward = request.session.get(UNDER_WAY, ""), get_next_redirect_url(request)
    waiting = sign_in.waiting(reference, right_now())
    page = {"waiting": waiting, "next": onward}
    if request.method != "POST":
        if waiting is None:
            return redirect(_with_next(reverse("account_login"), onward))
        return render(request, "centre/sign_in_code.html", page)
    outcome = sign_in.answer(reference, request.POST.get("code", ""), right_now())
    if isinstance(outcome, Proved):
        return _enter(request, outcome.person, onward)
    if outcome is Outcome.WRONG:
        return render(request, "centre/sign_in_code.html", {**page, "error": SAYS[outcome]}, status=422)
    messages.error(request, TRIED_UP if outcome is Outcome.TOO_MANY else SAYS[outcome])
    return redirect(_with_next(reverse("account_login"), onward))


def _enter(request: HttpRequest, person: int, onward: str | None) -> HttpResponse:
    """Go through allauth's stages (a second factor, where she has one) and in."""
    user = get_user_model().objects.get(pk=person)
    del request.session[UNDER_WAY]
    record_authentication(request, user, method="code")
    response: HttpResponse = perform_login(request, Login(user=user, redirect_url=onward))
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and the link: this browser then shows nothing of the account."""
    ticket = arrival.leave(request, right_now())
    logout(request)
    messages.success(request, _("You are signed out. This browser shows nothing of your account any more."))
    response = redirect("centre:home")
    if ticket:
        keep_ticket(response, ticket)
    return response


def _base(request: HttpRequest) -> int:
    """Give the revision the page was made from. A form without one has seen nothing, and undoes nothing."""
    base = request.POST.get("base", "")
    return int(base) if base.isascii() and base.isdigit() and len(base) < 16 else 0


@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Ask, once and with nothing pre-set, whether this browser's yeses hold for the account too."""
    visitor, now, brand = visitor_of(request), right_now(), the_brand()
    if visitor.account is None or visitor.device is None:
        return redirect("centre:home")
    notice = notices.current(brand).notice
    locale = locale_of(notice)
    joinable = arrival.permissions_to_join(visitor.device, visitor.account, brand, now)
    if request.method != "POST":
        page = {
            "parts": shown.parts_of(notice, joinable, locale),
            "facts": arrival.facts_here(visitor.device, notice, locale),
            "base": consent.answered(visitor.account, brand, now).rev,
        }
        return render(request, "centre/join.html", page)
    ticked = [choice for choice in joinable if choice in request.POST.getlist("choice")]
    mine, base = request.POST.get("mine") == "yes", _base(request)
    if arrival.join(visitor.device, visitor.account, ticked, mine, base, locale, now):
        messages.success(request, _("Noted. What you did not tick stays with this browser alone."))
    else:
        messages.warning(request, _("You said no to some of it while this page lay open. Your no stands."))
    return redirect("centre:home")
