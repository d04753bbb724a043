"""Verbs that write deliveries and carry them out."""

import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import F

from sayso.connectors import services as connectors
from sayso.core.errors import Conflict, Invalid, NotFound
from sayso.core.values import read_json
from sayso.fulfilment import claims, steps
from sayso.fulfilment.claims import new_key
from sayso.fulfilment.dropping import decide_drop, propose_drop
from sayso.fulfilment.interests import provide as provide_interests
from sayso.fulfilment.models import (
    BLOCKED,
    CANCELLED,
    DEAD,
    DONE,
    FOUND_AGAIN,
    SETTLED,
    TOLD,
    WAITING,
    Delivery,
    Pairwise,
)
from sayso.identity import keys
from sayso.inventory import queries as inventory

__all__ = [
    "Progress", "Step", "acknowledge", "begin", "carry_out_due", "decide_drop", "drop_secrets", "end_memberships",
    "members_of",
    "progress_of", "propose_drop", "provide_interests", "release", "results_of", "strip", "try_again",
]  # fmt: skip
GATE = steps.GATE
log = logging.getLogger("sayso.fulfilment")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a request needs done. `details` are sealed under the request's key.

    `checks` names a step of the same list by its place: this one reads back what that one did.
    """

    system: str
    instruction: str
    stage: int
    brand: str = ""
    subject: str = ""
    member: str = ""
    details: Mapping[str, Any] | None = None
    checks: int | None = None


class Progress(StrEnum):
    """How far the deliveries of a request are."""

    RUNNING = "running"
    READY = "ready"  # for the next stage
    WAITING = "waiting"  # on a system: it does not answer, did not acknowledge, lies, or gave up
    SETTLED = "settled"


def _row(step: Step, request: str, sealed_under: str, version: str, first: int, now: datetime) -> Delivery:
    blocked = step.stage > first
    details = json.dumps(step.details).encode() if step.details is not None else None
    return Delivery(
        key=new_key(),
        brand=step.brand,
        system=step.system,
        instruction=step.instruction,
        subject=step.subject,
        member=step.member,
        request=request,
        plan_version=version,
        stage=step.stage,
        state=BLOCKED if blocked else WAITING,
        recorded_at=now,
        due_at=None if blocked else now,
        sealed_under=sealed_under,
        details=keys.seal(sealed_under, details) if details is not None else None,
    )


@transaction.atomic
def begin(request: str, sealed_under: str, listed: list[Step], version: str, now: datetime) -> None:
    """Write the deliveries of a request; those of later stages wait until the earlier ones are settled."""
    first = min((step.stage for step in listed), default=0)
    rows = [_row(step, request, sealed_under, version, first, now) for step in listed]
    for step, row in zip(listed, rows, strict=True):
        if step.checks is not None:
            row.checks = rows[step.checks]
        row.save()


def _next_stage(request: str) -> list[Delivery]:
    """List the unsettled deliveries of the earliest stage that has any."""
    rows = list(Delivery.objects.filter(request=request).exclude(state__in=SETTLED))
    stage = min((row.stage for row in rows), default=0)
    return [row for row in rows if row.stage == stage]


def progress_of(request: str) -> Progress:
    """Say how far the deliveries of a request are."""
    here = _next_stage(request)
    if not here:
        return Progress.SETTLED
    if any(row.state == BLOCKED for row in here):
        return Progress.READY
    stuck = any(row.error or row.round > 1 or row.state in (DEAD, FOUND_AGAIN, TOLD) for row in here)
    return Progress.WAITING if stuck else Progress.RUNNING


@transaction.atomic
def release(request: str, now: datetime) -> None:
    """Let the next stage of a request begin, the one before being settled."""
    blocked = [row.id for row in _next_stage(request) if row.state == BLOCKED]
    Delivery.objects.filter(id__in=blocked, state=BLOCKED).update(state=WAITING, due_at=now)


def carry_out_due(now: datetime, limit: int = 100) -> int:
    """Carry out what is due, one step at a time, and give how many steps were taken.

    Each claim is committed before its step and each outcome after it; a process that dies in between leaves
    a lease that runs out, and the same key is used again.
    """
    started = time.monotonic()

    def clock() -> datetime:
        return now + timedelta(seconds=time.monotonic() - started)

    taken = 0
    while taken < limit and (row := claims.claim(clock())) is not None:
        taken += 1
        _carry_out_one(row, clock)
    return taken


def _carry_out_one(row: Delivery, clock: Callable[[], datetime]) -> None:
    try:
        outcome = steps.carry_out(row, clock())
    except Exception as error:
        log.warning("delivery %s: %s", row.key, getattr(error, "code", type(error).__name__))
        claims.put_off(row, error, clock())
    else:
        claims.settle(row, outcome, clock())


@transaction.atomic
def _acknowledged(row: Delivery, now: datetime) -> None:
    # The fence grows: a worker that is still waiting for the answer to this message writes nothing any more.
    fresh = Delivery.objects.filter(id=row.id).exclude(state__in=SETTLED)
    if fresh.update(
        state=DONE,
        fence=F("fence") + 1,
        acknowledged_at=now,
        done_at=now,
        due_at=None,
        lease_until=None,
        error="",
    ):
        claims.after_done(row, now)


def acknowledge(key: str, headers: Mapping[str, str], body: bytes, now: datetime) -> None:
    """Take a recipient's word that it carried out one of our messages. Repeating it changes nothing.

    Raises `NotFound` for a message we never sent, `Forbidden` with code `forged_acknowledgement`, and
    `Invalid` with code `invalid_acknowledgement` when it says anything but done.
    """
    sent = Delivery.objects.exclude(attempts=0)
    row = sent.filter(key=key).first() if "\0" not in key else None  # which PostgreSQL takes in no text
    if row is None:
        raise NotFound("unknown_message", "We sent no such message.", "Acknowledge by its webhook-id.")
    connector = connectors.connect(inventory.system(row.system))
    said = connector.read_acknowledgement(key, headers, body)
    if said.get("state") != "done" or read_json(body) != said:
        raise Invalid("invalid_acknowledgement", "It does not say that it is done.", 'Send {"state":"done"}.')
    _acknowledged(row, now)


@transaction.atomic
def try_again(key: str, now: datetime) -> None:
    """Have a delivery that gave up tried again, by a privacy officer who looked into it."""
    revived = Delivery.objects.filter(key=key, state=DEAD).update(
        state=WAITING, due_at=now, attempts=0, error=""
    )
    if not revived:
        raise Conflict("not_given_up", "This step did not give up.", "Read the queue again.")


def members_of(subjects: list[str]) -> dict[str, list[str]]:
    """Give the numbers recipients know these subjects by: recipient → members."""
    members: dict[str, list[str]] = {}
    for row in Pairwise.objects.filter(subject__in=subjects).order_by("id"):
        members.setdefault(row.recipient, []).append(row.member)
    return members


@transaction.atomic
def end_memberships(subjects: list[str], now: datetime) -> dict[str, list[str]]:
    """End every live membership of these subjects: recipient → members it must be told to forget.

    What recipients were about to be told of them is taken back.
    """
    Delivery.objects.filter(subject__in=subjects, instruction="audience.add", state=WAITING).update(
        state=CANCELLED, due_at=None
    )
    ended: dict[str, list[str]] = {}
    for row in Pairwise.objects.filter(subject__in=subjects, ended_at=None).order_by("id"):
        Pairwise.objects.filter(id=row.id).update(ended_at=now)
        ended.setdefault(row.recipient, []).append(row.member)
    return ended


def results_of(request: str) -> list[tuple[str, dict[str, Any]]]:
    """Give what the systems of a request exported: system and sheets."""
    rows = Delivery.objects.filter(request=request, instruction="export").exclude(result=None).order_by("id")
    return [(row.system, json.loads(keys.unseal(row.sealed_under, row.result or b""))) for row in rows]


@transaction.atomic
def strip(request: str, subjects: list[str]) -> None:
    """Leave of a request's steps what names nobody, and delete every other step of these subjects."""
    Delivery.objects.filter(request=request).update(
        subject="", member="", details=None, result=None, sealed_under=""
    )
    Delivery.objects.filter(subject__in=subjects).delete()
    Pairwise.objects.filter(subject__in=subjects).delete()


@transaction.atomic
def drop_secrets(request: str) -> None:
    """Delete what a request's steps hold sealed, once nothing needs it any more."""
    Delivery.objects.filter(request=request).update(details=None, result=None, sealed_under="")
