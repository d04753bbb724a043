"""Requests as their person and the privacy officer read them."""

from dataclasses import dataclass
from datetime import datetime

from sayso.core.clock import Rules
from sayso.core.plan import Plan
from sayso.core.request import RequestKind, RequestState
from sayso.fulfilment.queries import DeliveryView


@dataclass(frozen=True, slots=True)
class RequestView:
    """One request: its clock (`due_at`, by which `law`, why that one), its plan and its steps.

    `rules` says whose rules apply and by what; `warnings` are rows of the deadlines table nobody read, for
    the officer. `plan` is there from `planned` on, for erasures; `package_ready` and `package_until` for access.
    `mine` is empty once the account is gone.
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


def request_of(request: str, account: str) -> RequestView:
    """Give one request of a signed-in person. Raises `NotFound` when it is not hers."""
    raise NotImplementedError


def requests_of(account: str) -> list[RequestView]:
    """List a person's requests, newest first."""
    raise NotImplementedError


def open_requests() -> list[RequestView]:
    """List what is not closed, the most urgent first, for the privacy officer."""
    raise NotImplementedError


def recent_requests(limit: int = 50) -> list[RequestView]:
    """List the newest requests, closed ones too, for the privacy officer."""
    raise NotImplementedError


def officer_view(request: str) -> RequestView:
    """Give one request for the privacy officer. Raises `NotFound`."""
    raise NotImplementedError


def link_of(request: str, account: str) -> str:
    """Give the address of the request link while its secret can still be read; empty afterwards."""
    raise NotImplementedError


def timeline_by_link(request: str, secret: str) -> RequestView:
    """Give the stripped request to whoever holds the secret of its link, account or not.

    Raises `NotFound`, alike for a wrong secret and an unknown request.
    """
    raise NotImplementedError


def rules_of(account: str, market: str) -> Rules:
    """Say whose rules apply to a person: the region she declared, the one delivered to, or the market."""
    raise NotImplementedError


def correctable_fields(account: str) -> list[str]:
    """List the names of data some system lets a person correct."""
    raise NotImplementedError
