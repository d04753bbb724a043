"""Every field of the brand's databases: how full, used by whom; and the way one that nothing uses is given up."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from sayso.console import showing
from sayso.console.brand import locale_of, people, the_brand, the_notice, who
from sayso.console.gates import needs, staff
from sayso.core.proposal import Decided, ProposalState
from sayso.core.small import told
from sayso.fulfilment import queries as fulfilment
from sayso.fulfilment import services
from sayso.fulfilment.queries import Measured, Report
from sayso.inventory import queries as inventory
from sayso.inventory.queries import Proposal

STATE: dict[ProposalState, tuple[str | Promise, str]] = {
    ProposalState.PROPOSED: (gettext_lazy("waiting for a second person"), "open"),
    ProposalState.APPROVED: (gettext_lazy("approved"), "yes"),
    ProposalState.DECLINED: (gettext_lazy("declined"), "no"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One field in words. `share` is of a hundred, None where the count may not be told."""

    report: Report
    title: str
    filled: str
    share: int | None
    newest: str
    used_by: tuple[str, ...]
    again: bool


def _filled(counted: Measured) -> str:
    if told(counted.rows) is None:
        return _("fewer than 5 rows")
    return _("%(n)s of %(all)s") % {"n": people(told(counted.filled)), "all": people(counted.rows)}


def _row(report: Report, locale: str) -> Row:
    counted = report.measured
    filled = told(counted.filled) if counted else None
    share = (
        round(100 * filled / counted.rows) if counted and told(counted.rows) and filled is not None else None
    )
    return Row(
        report,
        report.field.title.get(locale, report.field.name),
        _filled(counted) if counted else "",
        share,
        counted.newest if counted and filled else "",
        tuple(purpose.title[locale] for purpose in report.purposes),
        bool(report.field.dropped_at and counted and counted.filled and _emptied(report)),
    )


def _emptied(report: Report) -> bool:
    steps = fulfilment.deliveries_of_proposal(report.proposal.id if report.proposal else "")
    return any(step.state == "done" for step in steps)


@require_safe
@needs("marketer", "officer")
def fields(request: HttpRequest) -> HttpResponse:
    """Report every field, those that nothing uses first."""
    locale = locale_of(the_notice())
    rows = [_row(one, locale) for one in fulfilment.field_report(the_brand())]
    rows.sort(key=lambda row: bool(row.used_by))
    open_ones = [row for row in rows if row.report.proposal]
    page = {"rows": rows, "proposed": [(row, STATE[_state(row)]) for row in open_ones]}
    return render(request, "console/fields.html", page)


def _state(row: Row) -> ProposalState:
    return row.report.proposal.state if row.report.proposal else ProposalState.PROPOSED


@require_POST
@needs("marketer", "officer")
def propose(request: HttpRequest) -> HttpResponse:
    """Propose to stop collecting a field and to delete it: one press."""
    place = (request.POST.get("system", ""), request.POST.get("table", ""), request.POST.get("column", ""))
    made = services.propose_drop(place, staff(request).id, datetime.now(UTC))
    messages.success(request, _("Proposed. A privacy officer decides."))
    return redirect("console:proposal", made)


def _page(found: Proposal, person: int, is_officer: bool) -> dict[str, object]:
    place = [found.payload[name] for name in ("system", "table", "column")]
    field = inventory.field(*place)
    waiting = found.state is ProposalState.PROPOSED
    steps = fulfilment.deliveries_of_proposal(found.id)
    return {
        "proposal": found,
        "field": field,
        "title": field.title.get(locale_of(the_notice()), field.name) if field else found.payload["column"],
        "state": STATE[found.state],
        "proposed_by": who(found.proposed_by),
        "decided_by": who(found.decided_by) if found.decided_by else "",
        "now": fulfilment.measured(*place) if waiting else None,
        "mine": found.proposed_by == person,
        "may_decide": waiting and is_officer and found.proposed_by != person,
        "deliveries": [showing.delivery_row(one, get_language() or "en") for one in steps],
    }


@require_safe
@needs("marketer", "officer")
def proposal(request: HttpRequest, number: str) -> HttpResponse:
    """Show one proposal with its dry run, its decision and what came of it."""
    asking = staff(request)
    page = _page(inventory.proposal(number), asking.id, "officer" in asking.roles)
    return render(request, "console/proposal.html", page)


@require_POST
@needs("officer")
def decide(request: HttpRequest, number: str) -> HttpResponse:
    """Approve or decline somebody else's proposal."""
    said = Decided(request.POST.get("say") == "approve", staff(request).id, request.POST.get("reason", ""))
    state = services.decide_drop(number, said, datetime.now(UTC))
    approved, declined = (
        _("Approved. The system is told to empty the field."),
        _("Declined, with your reason."),
    )
    messages.success(request, approved if state is ProposalState.APPROVED else declined)
    return redirect("console:proposal", number)
