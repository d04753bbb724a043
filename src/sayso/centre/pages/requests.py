"""Her requests: a copy of her data, a deletion with its plan, and every step with its measured time."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sayso.centre import timeline
from sayso.centre.pages.step_up import session_of
from sayso.centre.signed_in import account_required, person_in
from sayso.centre.visitor import locale_of, right_now, the_brand
from sayso.core.request import UNDERWAY, Proof, RequestKind, RequestState
from sayso.identity.proofing import queries as proofs
from sayso.identity.proofing.email_loop import services as email_loop
from sayso.identity.proofing.passkey import queries as passkeys
from sayso.notices import queries as notices
from sayso.rights import queries as rights
from sayso.rights import services

CONFIRMED = (*UNDERWAY, RequestState.AWAITING_APPROVAL)


def _proof(request: HttpRequest, account: str, act: str) -> Proof | None:
    return proofs.fresh_proof(account, act, session_of(request), right_now())


def _has_passkey(request: HttpRequest) -> bool:
    return bool(passkeys.passkeys_of(person_in(request).pk))


def _locale() -> str:
    return locale_of(notices.current(the_brand()).notice)


@require_safe
@account_required
def requests(request: HttpRequest, account: str) -> HttpResponse:
    """List her requests."""
    listed = [timeline.request_shown(one, _locale()) for one in rights.requests_of(account)]
    return render(request, "centre/requests.html", {"requests": listed})


@require_safe
@account_required
def one_request(request: HttpRequest, account: str, number: str) -> HttpResponse:
    """Show one request with its timeline."""
    found = rights.request_of(number, account)
    if found.kind is RequestKind.ERASURE and found.state is RequestState.PLANNED:
        return redirect("centre:delete")
    page = {
        "request_shown": timeline.request_shown(found, _locale()),
        "link": rights.link_of(number, account),
    }
    return render(request, "centre/request.html", page)


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def download(request: HttpRequest, account: str) -> HttpResponse:
    """Explain what a copy holds; with a fresh proof, have it made."""
    proof = _proof(request, account, "download")
    if request.method != "POST" or proof is None:
        return render(
            request,
            "centre/download.html",
            {"proved": proof is not None, "has_passkey": _has_passkey(request)},
        )
    made = services.ask_access(account, proof, right_now(), _locale())
    return redirect("centre:request", made)


@require_POST
@account_required
def package(request: HttpRequest, account: str, number: str) -> HttpResponse:
    """Hand over the package to whoever has just shown it is them."""
    proof = _proof(request, account, "download")
    if proof is None:
        messages.info(request, _("Show once more that it is you; then your copy is handed over."))
        return redirect("centre:download")
    content = services.read_package(number, account, proof, right_now())
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="my-data-{number[:8]}.zip"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@account_required
def delete(request: HttpRequest, account: str) -> HttpResponse:
    """Explain deletion; with a fresh proof look into every system, and show the plan before anything happens."""
    proof = _proof(request, account, "delete")
    if request.method == "POST" and proof is not None:
        services.plan_erasure(account, right_now(), _locale())
        return redirect("centre:delete")
    asked = [one for one in rights.requests_of(account) if one.kind is RequestKind.ERASURE]
    under_way = next((one for one in asked if one.state in CONFIRMED), None)
    if under_way is not None:
        return redirect("centre:request", under_way.id)
    planned = next((one for one in asked if one.state is RequestState.PLANNED), None)
    page = {
        "proved": proof is not None,
        "has_passkey": _has_passkey(request),
        "planned": timeline.request_shown(planned, _locale()) if planned and proof else None,
    }
    return render(request, "centre/delete.html", page)


@require_POST
@account_required
def confirm_deletion(request: HttpRequest, account: str, number: str) -> HttpResponse:
    """Begin the erasure she has read the plan of, and go to the page that needs no account."""
    proof = _proof(request, account, "delete")
    if proof is None:
        messages.info(request, _("Show once more that it is you; then you can confirm."))
        return redirect("centre:delete")
    version = request.POST.get("plan", "")
    address = services.confirm_erasure(number, account, version, proof, right_now())
    email_loop.use_up(account, "delete", session_of(request))
    return redirect(address)


@require_POST
@account_required
def cancel(request: HttpRequest, account: str, number: str) -> HttpResponse:
    """Take back a request that was not confirmed."""
    services.cancel(number, account, right_now())
    messages.success(request, _("Nothing was deleted. The request is closed."))
    return redirect("centre:requests")
