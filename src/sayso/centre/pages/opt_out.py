"""Your privacy choices: stop by a typed address, without an account; lift by showing who you are."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sayso.centre import answers, opt_outs
from sayso.centre.signed_in import account_required
from sayso.centre.visitor import locale_of, right_now, the_brand, visitor_of
from sayso.consent import services as consent
from sayso.core.errors import Invalid
from sayso.core.opt_out import Scope, covered
from sayso.core.vocabulary import ConsentStatus
from sayso.notices import queries as notices
from sayso.signals import gpc

SOURCE = "page"


def _page(request: HttpRequest) -> dict[str, Any]:
    visitor, brand = visitor_of(request), the_brand()
    notice = notices.current(brand).notice
    locale, standings = locale_of(notice), answers.standings(visitor, brand, right_now())
    return {
        "visitor": visitor,
        "scopes": opt_outs.scopes(notice, locale),
        "signal": any(each.gpc for each in standings),
        "held_back": opt_outs.held_back(standings, notice, locale),
        "blocks": opt_outs.blocks(visitor.account),
        "base": answers.write_base(standings),
        "asked_language": request.GET.get("language", ""),
    }


# No token: nothing of the visitor's own is used here, so a forged form does no more than its sender could.
# That leaves the page without a cookie until somebody signs in or answers.
@csrf_exempt
@sensitive_post_parameters("identifier")
@require_http_methods(["GET", "HEAD", "POST"])
def opt_out(request: HttpRequest) -> HttpResponse:
    """Show what can be stopped, and stop it for whoever has the address or number that was typed.

    The language is taken from the address, so that choosing one sets no cookie either.
    """
    asked = request.GET.get("language", "")
    language = asked if asked in dict(settings.LANGUAGES) else translation.get_language() or "en"
    with translation.override(language):
        return (
            _stop(request)
            if request.method == "POST"
            else render(request, "centre/opt_out.html", _page(request))
        )


def _stop(request: HttpRequest) -> HttpResponse:
    typed = request.POST.get("identifier", "")
    identifier, scopes = opt_outs.read_identifier(typed), _scopes(request)
    if identifier is None or not scopes:
        wrong = _("Tick at least one thing, or stop all of them.")
        if identifier is None:
            wrong = _("That is neither an e-mail address nor a customer number. Please look again.")
        page = _page(request) | {
            "error": wrong,
            "typed": typed[: opt_outs.LONGEST],
            "bad": identifier is None,
        }
        return render(request, "centre/opt_out.html", page, status=422)
    now = right_now()
    consent.block(*identifier, scopes, SOURCE, now)
    done = {"scopes": [opt_outs.SCOPES[scope] for scope in scopes], "at": now, "typed": identifier[1]}
    return render(request, "centre/opt_out.html", _page(request) | {"done": done})


def _scopes(request: HttpRequest) -> list[Scope]:
    """Give what is to be stopped: everything at one press, or what was ticked."""
    if request.POST.get("what") == "all":
        return list(Scope)
    return [scope for scope in Scope if scope in request.POST.getlist("scope")]


@require_POST
def opt_out_browser(request: HttpRequest) -> HttpResponse:
    """Say no, in this browser and for the account signed in on it, to all that an opt-out covers."""
    visitor, brand = visitor_of(request), the_brand()
    refused = covered(notices.current(brand).notice, frozenset(Scope))
    if not visitor.can_answer or not refused:
        messages.info(request, _("This browser has given no answers, so there is nothing to stop."))
        return redirect("centre:opt_out")
    refusals = dict.fromkeys(refused, ConsentStatus.REFUSED)
    base = answers.read_base(request.POST.get("base", ""), visitor)
    event = answers.record(visitor, brand, refusals, base, "opt_out", right_now())[0].event
    messages.success(
        request, _("Stopped for this browser, and for your account if you are signed in."), extra_tags=event
    )
    return redirect("centre:opt_out")


@require_POST
@account_required
def lift(request: HttpRequest, account: str) -> HttpResponse:
    """Lift a stop on the identifiers of the signed-in account. Her answers then hold as they stand."""
    brand = the_brand()
    scope = request.POST.get("scope", "")
    if scope not in list(Scope):
        raise Invalid("unknown_scope", _("There is no such stop."), _("Go back to your privacy choices."))
    locale = locale_of(notices.current(brand).notice)
    if consent.lift_block(account, Scope(scope), brand, locale, right_now()):
        messages.success(
            request, _("Lifted. Your own answers hold again, as they stand under “Your choices”.")
        )
    else:
        messages.info(request, _("That was not stopped any more."))
    return redirect("centre:opt_out")


@require_safe
def gpc_support(request: HttpRequest) -> HttpResponse:
    """State at the well-known address that Global Privacy Control is obeyed here."""
    return JsonResponse(gpc.write_support())
