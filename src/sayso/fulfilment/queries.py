"""Deliveries as a customer's timeline and an officer's queue show them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F

from sayso.connectors.services import Measured
from sayso.core.errors import NotFound
from sayso.fulfilment.fields import Report, field_report, measured
from sayso.fulfilment.models import SETTLED, Delivery
from sayso.fulfilment.steps import GATE
from sayso.inventory import queries as inventory

__all__ = ["DeliveryView", "Measured", "Report", "field_report", "measured"]


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One step in one system.

    `instruction`: stop, audience.add, audience.remove, suppress, export, rectify, erase, verify, drop_field.
    `state`: blocked (earlier steps first), waiting, working, told (awaits the partner's word), done,
    found_again (read back and still there), dead (gave up: an officer must look), cancelled.
    `seconds` is how long it took from the person's act to done. `evidence` holds counts and words, never her data.
    """

    key: str
    system: str
    title: Mapping[str, str]
    instruction: str
    choice: str
    state: str
    stage: int
    attempts: int
    recorded_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    acknowledged_at: datetime | None
    seconds: float | None
    evidence: Mapping[str, Any]
    error: str
    request: str | None
    proposal: str = ""

    @property
    def evidence_lines(self) -> tuple[tuple[str, str], ...]:
        """Give the evidence as names and texts; counts by table stand in one text, empty ones nowhere."""
        lines = ((name, _in_one_text(value)) for name, value in self.evidence.items())
        return tuple((name, text) for name, text in lines if text)


def _in_one_text(value: object) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {count}" for name, count in value.items())
    return str(value)


GATE_TITLE = {"en": "Sayso itself", "zh-Hant": "Sayso 本身", "ar": "Sayso نفسه"}


def _title(system: str) -> Mapping[str, str]:
    if system == GATE:
        return GATE_TITLE
    try:
        return inventory.system(system).title
    except NotFound:
        return {"en": system}


def _view(row: Delivery, titles: dict[str, Mapping[str, str]]) -> DeliveryView:
    if row.system not in titles:
        titles[row.system] = _title(row.system)
    took = (row.done_at - row.recorded_at).total_seconds() if row.done_at else None
    return DeliveryView(
        row.key,
        row.system,
        titles[row.system],
        row.instruction,
        row.choice,
        row.state,
        row.stage,
        row.attempts,
        row.recorded_at,
        row.due_at,
        row.done_at,
        row.acknowledged_at,
        took,
        row.evidence,
        row.error,
        row.request,
        row.proposal,
    )


def _views(rows: Iterable[Delivery]) -> list[DeliveryView]:
    titles: dict[str, Mapping[str, str]] = {}
    return [_view(row, titles) for row in rows]


def timeline_of(subjects: list[str]) -> list[DeliveryView]:
    """List every step taken for these subjects, newest first."""
    return _views(Delivery.objects.filter(subject__in=subjects).order_by("-recorded_at", "-id"))


def deliveries_of(request: str) -> list[DeliveryView]:
    """List the steps of one request in the order they are done."""
    return _views(Delivery.objects.filter(request=request).order_by("stage", "id"))


def deliveries_of_proposal(proposal: str) -> list[DeliveryView]:
    """List what an approved proposal had systems do."""
    return _views(Delivery.objects.filter(proposal=proposal).order_by("id")) if proposal else []


def queue(limit: int = 100) -> list[DeliveryView]:
    """List what is not settled, the longest due first, for the privacy officer."""
    rows = Delivery.objects.exclude(state__in=SETTLED).order_by(F("due_at").asc(nulls_last=True), "id")
    return _views(rows[:limit])
