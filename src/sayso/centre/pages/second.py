"""Who has a passkey signs in by code and passkey, or, when the device is gone, by code and recovery code."""

from allauth.account.internal.decorators import login_stage_required
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.stages import AuthenticateStage
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from sayso.centre import passkeys, telling
from sayso.centre.visitor import right_now
from sayso.identity.proofing.email_loop.services import Outcome
from sayso.identity.proofing.passkey import queries, services

NOT_KNOWN = gettext_lazy("That passkey does not open an account here. Sign in by a code instead.")
NOT_YOURS = gettext_lazy("No passkey of yours came from this device. Try again, or type a recovery code.")
WRONG = gettext_lazy("That is not one of your unused recovery codes. Please look again.")
TOO_MANY = gettext_lazy("Too many tries. Please wait a quarter of an hour; a passkey works meanwhile.")


@never_cache
@require_POST
def by_passkey(request: HttpRequest) -> HttpResponse:
    """Sign in with a passkey alone: it is two factors in one, and nobody can be kept from using it."""
    if request.user.is_authenticated:
        return redirect("centre:home")
    if passkeys.is_asking(request):
        return passkeys.ask_to_show(request, None)
    shown = passkeys.shown(request, None)
    if shown is None:
        messages.error(request, NOT_KNOWN)
        return redirect("account_login")
    person, passkey = shown
    services.used(passkey, right_now())
    user = get_user_model().objects.get(pk=person)
    record_authentication(request, user, method="mfa", type="webauthn", passwordless=True)
    login = Login(user=user, redirect_url=get_next_redirect_url(request))
    response: HttpResponse = perform_login(request, login)
    return response


@login_stage_required(stage=AuthenticateStage.key, redirect_urlname="account_login")  # type: ignore[untyped-decorator]  # allauth is untyped
@require_http_methods(["GET", "HEAD", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """Take the second factor after the code from the mailbox, and let her in."""
    stage = request._login_stage  # type: ignore[attr-defined]  # put there by the decorator
    user = stage.login.user
    if user is None:  # erased meanwhile
        return redirect("account_login")
    if request.method != "POST":
        return _page(request, user.pk)
    if "code" in request.POST:
        error = _by_recovery_code(user.pk, request.POST["code"])
    elif passkeys.is_asking(request):
        return passkeys.ask_to_show(request, user)
    else:
        shown = passkeys.shown(request, user)
        error = None if shown else NOT_YOURS
        if shown:
            services.used(shown[1], right_now())
    if error is not None:
        return _page(request, user.pk, str(error))
    response: HttpResponse = stage.exit()
    return response


def _page(request: HttpRequest, person: int, error: str = "") -> HttpResponse:
    codes = queries.codes_of(person)
    page = {"error": error, "codes_left": codes.left if codes else 0}
    return render(request, "centre/second.html", page, status=422 if error else 200)


@transaction.atomic
def _by_recovery_code(person: int, text: str) -> object | None:
    now = right_now()
    outcome = services.use_code(person, text, now)
    if outcome is Outcome.PROVED:
        telling.sign_in_changed(person, "used", "", now)
        return None
    return TOO_MANY if outcome is Outcome.TOO_MANY else WRONG
