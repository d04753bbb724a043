"""The notice in the console: propose a version, look at its differences, have a second person publish it."""

from datetime import UTC, datetime

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sayso.console import drafting
from sayso.console.gates import needs, staff
from sayso.core.errors import Conflict, Forbidden, Invalid, SaysoError
from sayso.core.proposal import Decided, ProposalState
from sayso.deployment.yaml import LARGEST, read_yaml_bytes
from sayso.notices import queries as notices
from sayso.notices import services


def _list(request: HttpRequest, error: SaysoError | None = None) -> HttpResponse:
    page = {
        "proposals": drafting.proposals(),
        "published": [one for brand in notices.brands() for one in drafting.published(brand)],
        "error": drafting.refusal(error),
    }
    return render(request, "console/notices.html", page, status=422 if error else 200)


@require_safe
@needs("officer", "marketer")
def listed(request: HttpRequest) -> HttpResponse:
    """Show what is proposed, and what became of every publication."""
    return _list(request)


@require_POST
@needs("officer", "marketer")
def draft(request: HttpRequest) -> HttpResponse:
    """Take a notice's file as a proposal. Nothing is published."""
    uploaded = request.FILES.get("notice")
    try:
        if not isinstance(uploaded, UploadedFile):
            raise Invalid("invalid_file", _("No file was chosen."), _("Choose the notice’s YAML file."))
        source = read_yaml_bytes(uploaded.read(LARGEST + 1), "notice.yaml")
        made = services.draft_notice(notices.completed(source), staff(request).id, datetime.now(UTC))
    except Invalid as wrong:
        return _list(request, wrong)
    return redirect("console:notice_proposal", made)


@require_safe
@needs("officer", "marketer")
def proposal(request: HttpRequest, number: str) -> HttpResponse:
    """Show the differences side by side, what to think about, and how many people each change touches."""
    return _preview(request, number)


def _preview(request: HttpRequest, number: str, error: SaysoError | None = None) -> HttpResponse:
    who = staff(request)
    found = drafting.preview(number, who.id, get_language() or "en", datetime.now(UTC))
    may_decide = found.waits and not found.own and "officer" in who.roles
    page = {"page": found, "may_decide": may_decide, "error": drafting.refusal(error)}
    return render(request, "console/notice.html", page, status=422 if error else 200)


@require_POST
@needs("officer")
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Publish what somebody else proposed, or decline it with a reason."""
    said = Decided(request.POST.get("say") == "publish", staff(request).id, request.POST.get("reason", ""))
    try:
        state = services.decide_draft(number, said, datetime.now(UTC))
    except (Conflict, Forbidden, Invalid) as refused:
        return _preview(request, number, refused)
    published = state is ProposalState.APPROVED
    messages.success(request, _("Published. Those it touches are told now.") if published else _("Declined."))
    return redirect("console:notices")
