"""Sign-in & security: her passkeys and recovery codes. To read takes signing in; to change, a fresh proof."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from sayso.centre import passkeys, telling
from sayso.centre.pages.step_up import session_of
from sayso.centre.signed_in import account_required, person_in
from sayso.centre.visitor import right_now
from sayso.identity.proofing import queries as proofs
from sayso.identity.proofing.passkey import queries, services

ACT = "security"
FIRST_PROVE = gettext_lazy("First a quick check that it is you; then you can change how you sign in.")
NO_PASSKEY = gettext_lazy("No passkey came from your device. Nothing was changed; please try again.")


def _proved(request: HttpRequest, account: str) -> bool:
    return proofs.fresh_proof(account, ACT, session_of(request), right_now()) is not None


def _not_proved(request: HttpRequest) -> HttpResponse:
    messages.info(request, FIRST_PROVE)
    return redirect("centre:security")


@require_safe
@account_required
def security(request: HttpRequest, account: str) -> HttpResponse:
    """Show her passkeys, how many recovery codes are left, and how to change them."""
    kept = queries.passkeys_of(person_in(request).pk)
    page = {
        "passkeys": kept,
        "has_passkey": bool(kept),
        "full": len(kept) >= services.MOST,
        "codes": queries.codes_of(person_in(request).pk),
        "proved": _proved(request, account),
        "longest": services.LONGEST_NAME,
    }
    return render(request, "centre/security.html", page)


@require_POST
@account_required
def add(request: HttpRequest, account: str) -> HttpResponse:
    """Ask the device for a passkey, then keep it under the name she gives; show recovery codes with the first."""
    person, now = person_in(request).pk, right_now()
    if not _proved(request, account) or len(queries.passkeys_of(person)) >= services.MOST:
        return _not_proved(request)
    if passkeys.is_asking(request):
        return passkeys.ask_to_make(request)
    credential = passkeys.made(request)
    if credential is None:
        messages.error(request, NO_PASSKEY)
        return redirect("centre:security")
    name = request.POST.get("name", "").strip() or _("My passkey")
    with transaction.atomic():
        codes = services.add(person, name, credential, now)
        telling.sign_in_changed(person, "added", name[: services.LONGEST_NAME], now)
    if codes:
        return _codes(request, codes)
    messages.success(request, _("Your passkey is kept. From now on you can sign in with it."))
    return redirect("centre:security")


@require_POST
@account_required
def remove(request: HttpRequest, account: str, passkey: int) -> HttpResponse:
    """Forget one of her passkeys."""
    if not _proved(request, account):
        return _not_proved(request)
    with transaction.atomic():
        name = services.remove(person_in(request).pk, passkey)
        if name is not None:
            telling.sign_in_changed(person_in(request).pk, "removed", name, right_now())
    if name is not None:
        messages.success(
            request, _("Removed: %(name)s does not open your account any more.") % {"name": name}
        )
    return redirect("centre:security")


@require_POST
@account_required
def new_codes(request: HttpRequest, account: str) -> HttpResponse:
    """Make new recovery codes and show them this once."""
    person, now = person_in(request).pk, right_now()
    if not _proved(request, account) or not queries.passkeys_of(person):
        return _not_proved(request)
    with transaction.atomic():
        codes = services.new_codes(person, now)
        telling.sign_in_changed(person, "made", "", now)
    return _codes(request, codes)


def _codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    return render(request, "centre/recovery_codes.html", {"codes": codes})
