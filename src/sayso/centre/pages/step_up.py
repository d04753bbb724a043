"""The quick check that it is you, before anything is handed out or deleted."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from sayso.centre import arrival, passkeys
from sayso.centre.signed_in import account_required, person_in
from sayso.centre.visitor import right_now
from sayso.core.errors import NotFound
from sayso.identity.proofing import queries as proofs
from sayso.identity.proofing.email_loop import services as email_loop
from sayso.identity.proofing.email_loop.services import Outcome, Sent
from sayso.identity.proofing.passkey import services as passkey_services
from sayso.identity.proofing.services import record_proof
from sayso.messages import services as letters

AFTER = {  # where each act goes on
    "download": "centre:download",
    "delete": "centre:delete",
    "security": "centre:security",
}
NO_PASSKEY = gettext_lazy("No passkey of yours came from this device. Try again, or ask for a code.")
SAYS = {
    Outcome.WRONG: gettext_lazy("That is not the code we sent. Please look again."),
    Outcome.EXPIRED: gettext_lazy("That code has run out. Ask for a new one."),
    Outcome.NOT_ASKED: gettext_lazy("There is no code waiting. Ask for a new one."),
    Outcome.TOO_MANY: gettext_lazy(
        "Too many tries. Please wait a quarter of an hour, then ask for a new code."
    ),
    Outcome.NO_ADDRESS: gettext_lazy("You have no proved e-mail address here, so no code can be sent."),
}


def session_of(request: HttpRequest) -> str:
    """Give the session a proof is bound to."""
    if request.session.session_key is None:
        request.session.create()
    return str(request.session.session_key)


@transaction.atomic
def _send(account: str, act: str, session: str) -> Outcome | None:
    """Make a code and its letter in one transaction; the outcome when none was made."""
    now = right_now()
    made = email_loop.begin(account, act, session, now)
    if not isinstance(made, Sent):
        return made
    words = {"code": made.code, "act": act, **arrival.letterhead()}
    letters.send("proof_code", made.address, words, get_language() or "en", now)
    return None


def _known(act: str) -> None:
    if act not in AFTER:
        raise NotFound("unknown_act", "No proof is asked for that.", "Go back to your privacy centre.")


@require_POST
@account_required
def send_code(request: HttpRequest, account: str, act: str) -> HttpResponse:
    """Send a fresh code for one act."""
    _known(act)
    refused = _send(account, act, session_of(request))
    if refused is not None:
        messages.error(request, SAYS[refused])
        return redirect(AFTER[act])
    return redirect("centre:step_up", act)


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def step_up(request: HttpRequest, account: str, act: str) -> HttpResponse:
    """Take the code and go on with what it was for."""
    _known(act)
    session = session_of(request)
    if request.method != "POST":
        if not proofs.code_is_waiting(account, act, session):
            return redirect(AFTER[act])
        return render(request, "centre/step_up.html", {"act": act})
    outcome = email_loop.answer(account, act, session, request.POST.get("code", ""), right_now())
    if outcome is Outcome.PROVED:
        return redirect(AFTER[act])
    if outcome is Outcome.WRONG:
        page = {"act": act, "error": SAYS[outcome]}
        return render(request, "centre/step_up.html", page, status=422)
    messages.error(request, SAYS[outcome])
    return redirect(AFTER[act])


@require_POST
@account_required
def by_passkey(request: HttpRequest, account: str, act: str) -> HttpResponse:
    """Take a passkey, shown afresh, in place of a code."""
    _known(act)
    if passkeys.is_asking(request):
        return passkeys.ask_to_show(request, person_in(request))
    shown = passkeys.shown(request, person_in(request))
    if shown is None:
        messages.error(request, NO_PASSKEY)
    else:
        _record(account, act, session_of(request), shown[1])
    return redirect(AFTER[act])


@transaction.atomic
def _record(account: str, act: str, session: str, passkey: int) -> None:
    now = right_now()
    passkey_services.used(passkey, now)
    record_proof(account, act, passkey_services.METHOD, session, now)
