"""Who works on what: a claim is committed before any word goes out, and evidence is written under its fence."""

import secrets as random
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q

from sayso.core.errors import SaysoError
from sayso.core.values import new_id
from sayso.fulfilment.models import (
    DEAD,
    DONE,
    FOUND_AGAIN,
    SETTLED,
    TOLD,
    WAITING,
    WORKING,
    Delivery,
    Pairwise,
)
from sayso.fulfilment.steps import Outcome
from sayso.identity import keys

LEASE = timedelta(minutes=2)
PATIENCE = timedelta(minutes=15)  # until a recipient that did not acknowledge is told again
FIRST_PAUSE = 1.0  # seconds
LONGEST_PAUSE = 3600.0
LAST_ATTEMPT = 60  # about two days
_UNSETTLED = (WAITING, WORKING, TOLD)


def new_key() -> str:
    """Make an idempotency key, fit to be a webhook-id."""
    return f"msg_{new_id().replace('-', '')}"


def _due(now: datetime) -> Q:
    waiting = Q(state__in=(WAITING, TOLD), due_at__lte=now)
    abandoned = Q(state=WORKING, lease_until__lte=now)
    return waiting | abandoned


def claim(now: datetime) -> Delivery | None:
    """Take the delivery that is due longest, for two minutes; None when nothing is due.

    What was said earlier about the same member of the same system goes first.
    """
    earlier = Delivery.objects.filter(
        system=OuterRef("system"), member=OuterRef("member"), state__in=_UNSETTLED, id__lt=OuterRef("id")
    ).exclude(member="")
    with transaction.atomic():
        rows = Delivery.objects.select_for_update(skip_locked=True).filter(_due(now)).exclude(Exists(earlier))
        row = rows.order_by("due_at", "id").first()
        if row is None:
            return None
        row.state, row.lease_until = WORKING, now + LEASE
        row.fence, row.attempts = row.fence + 1, row.attempts + 1
        row.save(update_fields=["state", "lease_until", "fence", "attempts"])
        return row


def pause(attempts: int, at_least: float | None = None) -> timedelta:
    """Give how long to wait after a number of attempts: doubling to an hour, spread, at least as asked."""
    spread = 0.75 + random.randbelow(500) / 1000
    seconds = min(FIRST_PAUSE * 2 ** min(attempts - 1, 12), LONGEST_PAUSE) * spread
    return timedelta(seconds=max(seconds, at_least or 0.0))


def _write(row: Delivery, **values: Any) -> bool:
    """Write under the fence; False when another claim, or an acknowledgement, came first."""
    mine = Delivery.objects.filter(id=row.id, fence=row.fence, state=WORKING)
    return bool(mine.update(lease_until=None, **values))


def after_done(row: Delivery, now: datetime) -> None:
    """Do what follows from a delivery that is done, in the same transaction."""
    if row.instruction == "audience.remove":
        Pairwise.objects.filter(member=row.member).delete()
    if row.instruction == "erase":
        again = Delivery.objects.filter(checks_id=row.id, state=FOUND_AGAIN)
        again.update(state=WAITING, due_at=now)


def _erase_again(row: Delivery, now: datetime) -> None:
    Delivery.objects.filter(id=row.checks_id or 0).update(
        state=WAITING, round=F("round") + 1, due_at=now + pause(row.round), done_at=None
    )


@transaction.atomic
def settle(row: Delivery, outcome: Outcome, now: datetime) -> None:
    """Write what a step came to; nothing is written when the claim was lost meanwhile."""
    values: dict[str, Any] = {"state": outcome.state, "evidence": dict(outcome.evidence), "error": ""}
    if outcome.result is not None:
        values["result"] = keys.seal(row.sealed_under, outcome.result)
    if outcome.state == TOLD:
        values["due_at"] = now + PATIENCE
    elif outcome.state == FOUND_AGAIN:
        values |= {"due_at": None, "round": F("round") + 1}
    else:
        values |= {"due_at": None, "done_at": now}
    if _write(row, **values):
        if outcome.state == DONE:
            after_done(row, now)
        if outcome.state == FOUND_AGAIN:
            _erase_again(row, now)


@transaction.atomic
def put_off(row: Delivery, error: Exception, now: datetime) -> None:
    """Write why a step failed, and when it is tried again; a permanent error, or the last attempt, ends it."""
    known = isinstance(error, SaysoError)
    permanent = known and getattr(error, "permanent", False)
    code = getattr(error, "code", "") if known else "unexpected"
    if permanent or row.attempts >= LAST_ATTEMPT:
        _write(row, state=DEAD, due_at=None, error=code)
    else:
        later = now + pause(row.attempts, getattr(error, "retry_after", None))
        _write(row, state=WAITING, due_at=later, error=code)


def unsettled() -> Q:
    """Give the condition for deliveries that still have something to do."""
    return ~Q(state__in=SETTLED)
