"""Requests as their person and the privacy officer read them."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from sayso.core.clock import Deadline, Rules
from sayso.core.errors import NotFound
from sayso.core.plan import Plan, read_plan
from sayso.core.request import CLOSED, RequestKind, RequestState
from sayso.fulfilment import queries as fulfilment
from sayso.fulfilment.queries import DeliveryView
from sayso.identity import keys
from sayso.rights import approving, correcting, deadlines, letters, opening
from sayso.rights.approving import ApprovalView
from sayso.rights.models import Package, RightsRequest

__all__ = ["ApprovalView", "RequestView"]
PAGE = 25  # requests on one page of the queue


@dataclass(frozen=True, slots=True)
class RequestView:
    """One request: its clock (`due_at`, by which `law`, why that one), its plan and its steps.

    `rules` says whose rules apply and by what; `warnings` are rows of the deadlines table nobody read, for
    the officer. `plan` is there from `planned` on, for erasures; `package_ready` and `package_until` for access.
    `plan_version` is what a confirmation names.
    """

    id: str
    kind: RequestKind
    state: RequestState
    received_at: datetime
    due_at: datetime
    law: str
    law_source: str
    rules: Rules
    warnings: tuple[str, ...]
    plan: Plan | None
    steps: tuple[DeliveryView, ...]
    package_ready: bool
    package_until: datetime | None
    closed_at: datetime | None
    corrected_field: str = ""
    plan_version: str = ""
    proof_level: int = 0
    proof_at: datetime | None = None
    approval: ApprovalView | None = None
    known: bool = False  # whether its person still is


def _view(row: RightsRequest) -> RequestView:
    package = Package.objects.filter(request=row).first()
    return RequestView(
        row.id,
        RequestKind(row.kind),
        RequestState(row.state),
        row.received_at,
        row.due_at,
        row.law,
        row.law_source,
        Rules(row.region, row.rules_by),
        tuple(row.warnings),
        read_plan(row.plan) if row.plan else None,
        tuple(fulfilment.deliveries_of(row.id)),
        package is not None,
        package.until if package else None,
        row.closed_at,
        row.corrected_field,
        row.plan_version,
        row.proof_level,
        row.proof_at,
        approving.view_of(row),
        bool(row.account),
    )


def _views(rows: Iterable[RightsRequest]) -> list[RequestView]:
    return [_view(row) for row in rows]


def request_of(request: str, account: str) -> RequestView:
    """Give one request of a signed-in person. Raises `NotFound` when it is not hers."""
    return _view(opening.mine(request, account))


def requests_of(account: str) -> list[RequestView]:
    """List a person's requests, newest first."""
    rows = RightsRequest.objects.filter(account=account) if account else RightsRequest.objects.none()
    return _views(rows.order_by("-received_at"))


def _rows_of(which: str, now: datetime) -> QuerySet[RightsRequest]:
    rows = RightsRequest.objects.order_by("due_at", "id")
    if which == "done":
        return rows.filter(state__in=CLOSED).order_by("-closed_at", "id")
    still = rows.exclude(state__in=CLOSED)
    return still.filter(due_at__lt=now) if which == "late" else still


def queue(which: str, page: int, now: datetime, size: int = PAGE) -> list[RequestView]:
    """List one page of what is `open`, `late` or `done`: by due date, the done ones by their end, newest first."""
    return _views(_rows_of(which, now)[(page - 1) * size : page * size])


def queue_counts(now: datetime) -> dict[str, int]:
    """Count what is open, late and done."""
    return {which: _rows_of(which, now).count() for which in ("open", "late", "done")}


def unread_deadlines() -> list[Deadline]:
    """List the rows of the deadlines table that nobody read in their source: they run no clock."""
    return [row for row in deadlines.table() if not row.verified]


def some(request: str, lock: bool = False) -> RightsRequest:
    """Give any request, for this room's own verbs. Raises `NotFound`."""
    rows = RightsRequest.objects.select_for_update() if lock else RightsRequest.objects
    row = rows.filter(id=request).first()
    if row is None:
        raise NotFound("unknown_request", "There is no such request.", "Look at the list of requests.")
    return row


def officer_view(request: str) -> RequestView:
    """Give one request for the privacy officer. Raises `NotFound`."""
    return _view(some(request))


def link_of(request: str, account: str) -> str:
    """Give the address of the request link while its secret can still be read; empty afterwards."""
    row = opening.mine(request, account)
    return letters.link(row, opening.held_of(row)) if row.sealed is not None else ""


def timeline_by_link(request: str, secret: str) -> RequestView:
    """Give the stripped request to whoever holds the secret of its link, account or not.

    Raises `NotFound`, alike for a wrong secret and an unknown request.
    """
    row = RightsRequest.objects.filter(id=request).first()
    held = row.link_hash if row else ""
    if not hmac.compare_digest(held, keys.secret_hash(secret)) or row is None:
        raise NotFound("unknown_request", "This link opens nothing.", "Use the whole link from the letter.")
    return _view(row)


def rules_of(account: str, market: str) -> Rules:
    """Say whose rules apply to a person: the region she declared, the one delivered to, or the market."""
    return opening.rules_of(account, market)


def correctable_fields(account: str) -> list[str]:
    """List the names of data some system lets a person correct."""
    return correcting.fields() if account else []
