"""Requests and their steps in words: honest states, measured times, the plan in numbers of rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from sayso.centre import correcting
from sayso.centre.evidence import evidence_shown
from sayso.centre.shown import Words
from sayso.core.plan import SystemPlan, TablePlan
from sayso.core.request import CLOSED, RequestKind, RequestState
from sayso.fulfilment import queries as fulfilment
from sayso.fulfilment.queries import DeliveryView
from sayso.rights.queries import RequestView

KIND: dict[RequestKind, Words] = {
    RequestKind.ACCESS: gettext_lazy("A copy of your data"),
    RequestKind.RECTIFICATION: gettext_lazy("A correction"),
    RequestKind.ERASURE: gettext_lazy("Deleting your data"),
}
STATE: dict[RequestState, tuple[Words, str]] = {
    RequestState.RECEIVED: (gettext_lazy("Received"), "open"),
    RequestState.AWAITING_PROOF: (gettext_lazy("Waiting for the check that it is you"), "open"),
    RequestState.PLANNED: (gettext_lazy("Planned; waiting for your confirmation"), "open"),
    RequestState.AWAITING_APPROVAL: (
        gettext_lazy("Every use stopped; a second person checks before anything is deleted"),
        "open",
    ),
    RequestState.RUNNING: (gettext_lazy("Under way"), "open"),
    RequestState.WAITING_ON_SYSTEMS: (gettext_lazy("Waiting for systems that have not confirmed"), "open"),
    RequestState.COMPLETE: (gettext_lazy("Done and checked"), "yes"),
    RequestState.REFUSED: (gettext_lazy("Refused"), "no"),
    RequestState.CANCELLED: (gettext_lazy("Taken back"), "no"),
}
INSTRUCTION: dict[str, Words] = {
    "stop": gettext_lazy("Stop using"),
    "audience.add": gettext_lazy("Add your entry"),
    "audience.remove": gettext_lazy("Remove your entry"),
    "suppress": gettext_lazy("Never import again"),
    "export": gettext_lazy("Gather your data"),
    "rectify": gettext_lazy("Correct"),
    "erase": gettext_lazy("Delete"),
    "verify": gettext_lazy("Search again"),
}
STEP: dict[str, tuple[Words, str]] = {
    "blocked": (gettext_lazy("Waits for earlier steps"), "told"),
    "waiting": (gettext_lazy("Waiting; it will be tried again"), "open"),
    "working": (gettext_lazy("Under way"), "open"),
    "told": (gettext_lazy("Told; not confirmed yet"), "open"),
    "done": (gettext_lazy("Done"), "yes"),
    "found_again": (gettext_lazy("Still found there: not done"), "no"),
    "dead": (gettext_lazy("Gave up; a person is looking into it"), "no"),
    "cancelled": (gettext_lazy("No longer needed"), "told"),
}
RULES_BY: dict[str, Words] = {
    "declared": gettext_lazy("because you said so"),
    "delivery": gettext_lazy("because that is where your orders go"),
    "market": gettext_lazy("because that is the market this shop is made for"),
    "strictest": gettext_lazy("the strictest rules we know, because your place is unknown"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One step in one system."""

    title: str
    instruction: Words
    says: Words
    tone: str
    at: datetime
    took: str
    due_at: datetime | None
    attempts: int
    evidence: tuple[tuple[Words, Words], ...]
    error: str


@dataclass(frozen=True, slots=True)
class PlannedTable:
    """What happens to one table, in words."""

    table: str
    lines: tuple[str, ...]
    law: str
    until: date | None


@dataclass(frozen=True, slots=True)
class PlannedSystem:
    """What happens in one system."""

    title: str
    searchable: bool
    tables: tuple[PlannedTable, ...]


@dataclass(frozen=True, slots=True)
class Request:
    """One request as pages show it."""

    id: str
    kind: Words
    is_access: bool
    is_erasure: bool
    says: Words
    tone: str
    is_open: bool
    received_at: datetime
    due_at: datetime
    closed_at: datetime | None
    law: str
    law_source: str
    region: str
    rules_by: Words
    warnings: tuple[str, ...]
    steps: tuple[Step, ...]
    done: int
    plan: tuple[PlannedSystem, ...]
    plan_version: str
    package_ready: bool
    package_until: datetime | None
    field: Words
    may_take_back: bool
    proposed_by: str


def in_words(texts: Mapping[str, str] | None, locale: str) -> str:
    """Give a text in a locale, else in whichever it is written in."""
    return (texts or {}).get(locale) or next(iter((texts or {}).values()), "")


def took(seconds: float | None) -> str:
    """Write a measured time as people read it."""
    if seconds is None:
        return ""
    if seconds < 60:
        return _("%(seconds)s s") % {"seconds": f"{seconds:.2f}" if seconds < 1 else f"{seconds:.1f}"}
    if seconds < 5400:
        return ngettext("%(count)s minute", "%(count)s minutes", round(seconds / 60)) % {
            "count": round(seconds / 60)
        }
    hours = round(seconds / 3600)
    return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}


def step_shown(step: DeliveryView, locale: str) -> Step:
    """Give one delivery as a step of the timeline."""
    says, tone = STEP.get(step.state, (step.state, "open"))
    return Step(
        title=in_words(step.title, locale),
        instruction=INSTRUCTION.get(step.instruction, step.instruction),
        says=says,
        tone=tone,
        at=step.done_at or step.recorded_at,
        took=took(step.seconds),
        due_at=step.due_at if tone == "open" else None,
        attempts=step.attempts,
        evidence=evidence_shown(step),
        error=step.error,
    )


def steps_of(subjects: list[str], locale: str) -> list[Step]:
    """List every step taken for these subjects, newest first."""
    return [step_shown(step, locale) for step in fulfilment.timeline_of(subjects)] if subjects else []


def _rows(count: int, sentence: str) -> str:
    rows = ngettext("%(count)s row", "%(count)s rows", count) % {"count": count}
    return sentence % {"rows": rows}


def _table(table: TablePlan, locale: str) -> PlannedTable:
    lines = {
        _("%(rows)s deleted"): table.delete,
        _("%(rows)s emptied of what names you"): table.blank,
        _("%(rows)s kept because the law says so"): table.keep,
        _("%(rows)s kept because they are also somebody else's"): table.others,
        _("%(rows)s of others in which you are struck out"): table.mentions,
    }
    written = tuple(_rows(count, sentence) for sentence, count in lines.items() if count)
    return PlannedTable(table.table, written, in_words(table.law, locale), table.until)


def _system(system: SystemPlan, locale: str) -> PlannedSystem:
    tables = tuple(_table(table, locale) for table in system.tables if table.touches)
    return PlannedSystem(in_words(system.title, locale), system.searchable, tables)


def request_shown(view: RequestView, locale: str) -> Request:
    """Give one request in words."""
    says, tone = STATE[view.state]
    steps = tuple(step_shown(step, locale) for step in view.steps)
    return Request(
        id=view.id,
        kind=KIND[view.kind],
        is_access=view.kind is RequestKind.ACCESS,
        is_erasure=view.kind is RequestKind.ERASURE,
        says=says,
        tone=tone,
        is_open=view.state not in CLOSED,
        received_at=view.received_at,
        due_at=view.due_at - timedelta(seconds=1),  # the last moment of the last day
        closed_at=view.closed_at,
        law=view.law,
        law_source=view.law_source,
        region=view.rules.region,
        rules_by=RULES_BY.get(view.rules.by, view.rules.by),
        warnings=view.warnings,
        steps=steps,
        done=sum(step.tone == "yes" for step in steps),
        plan=tuple(_system(system, locale) for system in view.plan.systems) if view.plan else (),
        plan_version=view.plan.version if view.plan else "",
        package_ready=view.package_ready,
        package_until=view.package_until,
        field=correcting.label(view.corrected_field),
        may_take_back=view.state is RequestState.AWAITING_APPROVAL,
        proposed_by=view.approval.proposed_by if view.approval else "",
    )
