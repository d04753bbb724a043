"""One person, found by exactly her number or address, with a reason she will read."""

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sayso.console import person_shown
from sayso.console.gates import needs, staff
from sayso.core.errors import Invalid, SaysoError, status_of
from sayso.identity.queries import Staff
from sayso.notices import queries as notices
from sayso.rights import services as rights
from sayso.staff import queries, services

LOOKING = ("support", "officer")  # the roles that may look at a person
SHOWN = {"support": ["choices"], "officer": ["choices", "requests"]}


def _roles(who: Staff) -> list[str]:
    return [role for role in LOOKING if role in who.roles]


def the_brand() -> str:
    """Give the brand whose console this is. Raises `Invalid` before any brand published a notice."""
    brands = notices.brands()
    if not brands:
        raise Invalid("no_notice", "No brand has published a notice yet.", "Publish one: sayso apply DIR")
    return brands[0]


@require_http_methods(["GET", "HEAD", "POST"])
@needs(*LOOKING)
def people(request: HttpRequest) -> HttpResponse:
    """Ask whom staff want to see and why; every answer but a find is the same."""
    who = staff(request)
    page: dict[str, Any] = {"roles": person_shown.roles(_roles(who))}
    if request.method != "POST":
        return render(request, "console/people.html", page)
    role = request.POST.get("role", _roles(who)[0])
    typed, reason = request.POST.get("typed", ""), request.POST.get("reason", "")
    try:
        look = services.find(typed, who, role, reason, SHOWN.get(role, []), datetime.now(UTC))
    except SaysoError as refused:
        page |= {"error": person_shown.refusal(refused), "reason": reason}
        return render(request, "console/people.html", page, status=status_of(refused))
    return redirect("console:person", look)


@require_safe
@needs(*LOOKING)
def person(request: HttpRequest, look: str) -> HttpResponse:
    """Show what was looked for, for as long as the look lasts."""
    now = datetime.now(UTC)
    found = queries.open_look(look, staff(request).id, now)
    page = person_shown.page(found, the_brand(), get_language() or "en", now)
    return render(request, "console/person.html", {"page": page})


@require_POST
@needs("support")
def phone(request: HttpRequest, look: str) -> HttpResponse:
    """Take an answer she gives by telephone: a no at once, a yes as a question to her."""
    who, now = staff(request), datetime.now(UTC)
    found = queries.open_look(look, who.id, now)
    take = {"no": services.take_no, "yes": services.take_yes}.get(request.POST.get("said", ""))
    if take is None:
        raise Invalid("invalid_answer", "An answer is neither yes nor no.", "Press one of the two buttons.")
    take(found, the_brand(), request.POST.get("purpose", ""), who, now)
    if take is services.take_no:
        messages.success(request, _("Recorded. The no holds from now on, and a letter tells her it was you."))
    else:
        messages.info(request, _("Noted. Nothing changes until she confirms the letter that is on its way."))
    return redirect("console:person", look)


@require_POST
@needs("officer")
def propose(request: HttpRequest, look: str) -> HttpResponse:
    """Begin a deletion on her behalf, for another officer to approve."""
    who, now = staff(request), datetime.now(UTC)
    found = queries.open_look(look, who.id, now)
    number = rights.propose_erasure(found.account, who, now)
    messages.info(
        request, _("Proposed. Every use has stopped; another officer approves before anything is deleted.")
    )
    return redirect("console:request", number)
