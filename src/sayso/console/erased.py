"""Evidence of people who were erased: one officer asks, another agrees, both read it for a while."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sayso.console import person_shown
from sayso.console.gates import needs, staff
from sayso.core.errors import SaysoError, status_of
from sayso.identity.queries import Staff
from sayso.rights import services as rights
from sayso.rights.services import Asked


@dataclass(frozen=True, slots=True)
class Row:
    """One look as its page shows it: may this officer decide it, and may she open it."""

    look: Asked
    says: str | Promise
    may_decide: bool
    may_open: bool


def _says(look: Asked) -> str:
    if look.approved is None:
        return _("waits for another officer")
    return _("agreed") if look.approved else _("declined")


def _row(look: Asked, who: Staff, now: datetime) -> Row:
    return Row(
        look,
        _says(look),
        look.approved is None and look.proposer != who.id,
        rights.may_open_evidence(look, who, now),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@needs("officer")
def erased(request: HttpRequest) -> HttpResponse:
    """Take a question for the evidence of somebody, and list the questions that wait."""
    who, now = staff(request), datetime.now(UTC)
    page: dict[str, Any] = {"rows": [_row(look, who, now) for look in rights.evidence_looks(now)]}
    if request.method != "POST":
        return render(request, "console/erased.html", page)
    reason = request.POST.get("reason", "")
    try:
        rights.ask_evidence(request.POST.get("typed", ""), reason, who, now)
    except SaysoError as refused:
        page |= {"error": person_shown.refusal(refused), "reason": reason}
        return render(request, "console/erased.html", page, status=status_of(refused))
    messages.info(request, _("Asked. Nothing is looked up before another officer agrees."))
    return redirect("console:erased")


@require_POST
@needs("officer")
def decide(request: HttpRequest, look: str) -> HttpResponse:
    """Agree to a look that another officer asked for, or decline it."""
    approved = request.POST.get("said") == "yes"
    rights.decide_evidence(look, staff(request), approved, datetime.now(UTC))
    if not approved:
        messages.info(request, _("Declined. Nothing was looked up."))
        return redirect("console:erased")
    return redirect("console:erased_look", look)


@require_safe
@needs("officer")
def found(request: HttpRequest, look: str) -> HttpResponse:
    """Show what an agreed look found, to the two officers, for half an hour."""
    asked, events = rights.evidence_shown(look, staff(request), datetime.now(UTC))
    return render(request, "console/erased_look.html", {"look": asked, "events": events})
