"""Sign in by a code, sign out, and the one screen where a browser and an account meet."""

from typing import Any

from allauth.account.internal.stagekit import clear_login
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from sayso.centre import arrival, shown
from sayso.centre.visitor import keep_ticket, locale_of, right_now, the_brand, visitor_of
from sayso.notices import queries as notices


class AskAddress(RequestLoginCodeView):  # type: ignore[misc]  # allauth is untyped
    """Ask for an address. Coming back here starts afresh: another code, or another address."""

    template_name = "centre/sign_in.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Forget a code that was not typed, unless somebody is signed in already."""
        if not request.user.is_authenticated:
            clear_login(request)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)
        return response


ask_address = never_cache(AskAddress.as_view())
ask_code = ConfirmLoginCodeView.as_view(template_name="centre/sign_in_code.html")


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
        }
        return render(request, "centre/join.html", page)
    ticked = [choice for choice in joinable if choice in request.POST.getlist("choice")]
    arrival.join(visitor.device, visitor.account, ticked, request.POST.get("mine") == "yes", locale, now)
    messages.success(request, _("Noted. What you did not tick stays with this browser alone."))
    return redirect("centre:home")
