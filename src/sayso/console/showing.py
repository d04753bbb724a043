"""Requests and deliveries as the privacy officer reads them: states, clocks, evidence. Values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from sayso.core.clock import UNREAD
from sayso.core.plan import TablePlan
from sayso.core.request import CLOSED, RequestKind, RequestState, Why
from sayso.fulfilment.queries import DeliveryView
from sayso.rights.queries import ApprovalView, RequestView

Words = str | Promise

KIND: dict[RequestKind, Words] = {
    RequestKind.ACCESS: _("Access"),
    RequestKind.RECTIFICATION: _("Rectification"),
    RequestKind.ERASURE: _("Erasure"),
}
STATE: dict[RequestState, tuple[Words, str]] = {
    RequestState.RECEIVED: (_("received"), "open"),
    RequestState.AWAITING_PROOF: (_("awaiting proof"), "open"),
    RequestState.PLANNED: (_("planned, not confirmed"), "open"),
    RequestState.AWAITING_APPROVAL: (_("waits for a second officer"), "open"),
    RequestState.RUNNING: (_("running"), "open"),
    RequestState.WAITING_ON_SYSTEMS: (_("waiting on systems"), "open"),
    RequestState.COMPLETE: (_("complete"), "yes"),
    RequestState.REFUSED: (_("refused"), "no"),
    RequestState.CANCELLED: (_("cancelled"), "told"),
}
WHY_NOT: dict[str, Words] = {
    Why.NOT_ASKED: _("she says that she did not ask"),
    Why.NOT_SURE: _("it is not sure that it was she who asked"),
    Why.WRONG_PERSON: _("somebody else was meant"),
}
STEP: dict[str, tuple[Words, str]] = {
    "blocked": (_("after earlier steps"), "told"),
    "waiting": (_("waiting"), "open"),
    "working": (_("working"), "open"),
    "told": (_("told, no answer yet"), "open"),
    "done": (_("done"), "yes"),
    "found_again": (_("found again"), "no"),
    "dead": (_("gave up: look into it"), "no"),
    "cancelled": (_("cancelled"), "told"),
}


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery as a row."""

    system: str
    instruction: str
    says: Words
    tone: str
    attempts: int
    recorded_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    seconds: str
    evidence: str
    error: str
    request: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One request in the queue. `left` counts the days until it is due."""

    id: str
    kind: Words
    says: Words
    tone: str
    is_open: bool
    received_at: datetime
    due_at: datetime
    left: str
    late: bool
    closed_at: datetime | None
    law: str
    law_source: str
    region: str
    rules_by: str
    warnings: tuple[str, ...]
    settled: int
    steps: int


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the plan, in counts of rows."""

    system: str
    table: str
    counts: tuple[tuple[Words, int], ...]
    law: str
    until: str


@dataclass(frozen=True, slots=True)
class Page:
    """One request with everything an officer may be asked about."""

    row: Row
    plan: tuple[Table, ...]
    plan_version: str
    deliveries: tuple[Delivery, ...]
    approval: ApprovalView | None
    why: Words
    waits: bool
    may_decide: bool
    known: bool
    reasons: tuple[tuple[str, Words], ...] = tuple(WHY_NOT.items())


def _in(texts: Mapping[str, str] | None, locale: str) -> str:
    found = {name.lower(): text for name, text in (texts or {}).items()}
    return found.get(locale.lower()) or next(iter(found.values()), "")


def delivery_row(one: DeliveryView, locale: str) -> Delivery:
    """Give one delivery as a row of the officer's tables."""
    says, tone = STEP.get(one.state, (one.state, "open"))
    return Delivery(
        system=_in(one.title, locale),
        instruction=one.instruction,
        says=says,
        tone=tone,
        attempts=one.attempts,
        recorded_at=one.recorded_at,
        due_at=one.due_at,
        done_at=one.done_at,
        seconds="" if one.seconds is None else f"{one.seconds:.2f} s",
        evidence=", ".join(f"{name}: {text}" for name, text in one.evidence_lines),
        error=one.error,
        request=one.request,
    )


def _left(view: RequestView, now: datetime) -> str:
    days = (view.due_at - now).days
    if days < 0:
        return ngettext("%(days)s day late", "%(days)s days late", -days) % {"days": -days}
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}


def request_row(view: RequestView, now: datetime) -> Row:
    """Give one request as a row of the queue."""
    says, tone = STATE[view.state]
    is_open = view.state not in CLOSED
    return Row(
        id=view.id,
        kind=KIND[view.kind],
        says=says,
        tone=tone,
        is_open=is_open,
        received_at=view.received_at,
        due_at=view.due_at - timedelta(seconds=1),  # the last moment of the last day
        left=_left(view, now) if is_open else "",
        late=is_open and view.due_at < now,
        closed_at=view.closed_at,
        law=view.law,
        law_source=view.law_source,
        region=view.rules.region,
        rules_by=view.rules.by,
        warnings=tuple(_warning(one) for one in view.warnings),
        settled=sum(step.state in ("done", "cancelled") for step in view.steps),
        steps=len(view.steps),
    )


def _warning(told: str) -> str:
    return gettext("%(law)s was not read in its source") % {"law": told.removesuffix(UNREAD)}


def _counts(table: TablePlan) -> tuple[tuple[Words, int], ...]:
    named: tuple[tuple[Words, int], ...] = (
        (_("delete"), table.delete),
        (_("blank"), table.blank),
        (_("keep by law"), table.keep),
        (_("shared with others"), table.others),
        (_("mentions struck out"), table.mentions),
    )
    return tuple((name, count) for name, count in named if count)


def request_page(view: RequestView, locale: str, now: datetime, reader: int) -> Page:
    """Give one request with its plan, its clock and its deliveries, as one of the staff reads it."""
    plan = tuple(
        Table(
            _in(system.title, locale),
            table.table,
            _counts(table),
            _in(table.law, locale),
            table.until.isoformat() if table.until else "",
        )
        for system in (view.plan.systems if view.plan else ())
        for table in system.tables
        if table.touches
    )
    steps = tuple(delivery_row(step, locale) for step in view.steps)
    return Page(
        row=request_row(view, now),
        plan=plan,
        plan_version=view.plan.version if view.plan else "",
        deliveries=steps,
        approval=view.approval,
        why=WHY_NOT.get(view.approval.why, "") if view.approval else "",
        waits=view.state is RequestState.AWAITING_APPROVAL,
        may_decide=bool(view.approval and view.approval.proposer != reader),
        known=view.known,
    )
