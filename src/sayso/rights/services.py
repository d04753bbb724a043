"""Verbs that carry a person's request from her words to its end.

What the privacy centre calls:

    ask_rectification(account, field, value, now)               -> request id
    ask_access(account, proof, now, locale)                     -> request id
    read_package(request, account, proof, now)                  -> bytes of a ZIP
    plan_erasure(account, now, locale)                          -> RequestView with its plan
    confirm_erasure(request, account, plan_version, proof, now) -> address of the request link
    cancel(request, account, now)                               -> None

What the console calls, where deletions need a second person:

    propose_erasure(account, who, now)                          -> request id
    approve_erasure(request, who, plan_version, now)            -> None
    decline_erasure(request, who, why, now)                     -> None
    evidence_file(request, who, reason, now)                    -> bytes, signed
    ask_evidence(typed, reason, who, now)                       -> id of a look at an erased person's evidence
    decide_evidence(look, who, approved, now)                   -> None, by another officer
    evidence_shown(look, who, now)                              -> the look, what it found

What the worker calls: `advance(request, now)` and `advance_all(now)`; both may be repeated at any time.
Reads are in `rights.queries`: `request_of`, `requests_of`, `queue`, `timeline_by_link`, `rules_of`.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from sayso.core.errors import Forbidden, Invalid, NotFound, SaysoError
from sayso.core.request import CLOSED, UNDERWAY, Proof, RequestKind, RequestState, move
from sayso.fulfilment import services as fulfilment
from sayso.fulfilment.services import Progress, Step
from sayso.identity import keys
from sayso.identity.queries import Staff
from sayso.rights import access, approving, correcting, erasure, evidence, letters, opening, queries
from sayso.rights.approving import set_policy
from sayso.rights.complaints import complain
from sayso.rights.deleting import (
    approve_erasure,
    cancel,
    confirm_erasure,
    decline_erasure,
    plan_erasure,
    propose_erasure,
    reopen_erasure,
)
from sayso.rights.erasure import again as erase_again
from sayso.rights.looking_up import (
    Asked,
    ask_evidence,
    decide_evidence,
    evidence_looks,
    evidence_shown,
    may_open_evidence,
    tidy_evidence_looks,
)
from sayso.rights.models import Package, RightsRequest, key_of
from sayso.staff import services as staff

__all__ = [
    "Asked", "advance", "advance_all", "approve_erasure", "ask_access", "ask_evidence", "ask_rectification",
    "cancel", "complain", "confirm_erasure", "decide_evidence", "decline_erasure", "erase_again", "evidence_file",
    "evidence_looks", "evidence_shown", "may_open_evidence", "plan_erasure", "propose_erasure",
    "read_package", "reopen_erasure", "set_policy", "tidy_evidence_looks",
]  # fmt: skip
log = logging.getLogger("sayso.rights")


@transaction.atomic
def ask_rectification(account: str, field: str, value: str, now: datetime, locale: str = "en") -> str:
    """Have a datum corrected in every system that holds it; give the id of the request.

    `field` is the name of a column some system declares as correctable (`name`, `email`, `phone`).
    Raises `Invalid` with code `not_correctable` when no system does, `invalid_value` for an unfit value.
    """
    value = correcting.read_value(value)
    systems = correcting.systems_of(field)
    if not systems:
        raise Invalid("not_correctable", "No system lets this be corrected.", "Write to the privacy officer.")
    row = opening.open_request(
        RequestKind.RECTIFICATION, RequestState.RUNNING, account, locale, now, corrected_field=field
    )
    held = opening.held_of(row)
    details = {"identifiers": held["identifiers"], "field": field, "value": value}
    steps = [Step(system.id, "rectify", 0, system.brand, details=details) for system in systems]
    fulfilment.begin(row.id, key_of(row.id), steps, "", now)
    return row.id


@transaction.atomic
def ask_access(account: str, proof: Proof | None, now: datetime, locale: str = "en") -> str:
    """Have everything about a person gathered into a package; give the id of the request.

    The worker builds it: read `request_of` until `package_ready`. Raises `Unproved` without a fresh proof.
    """
    shown = opening.need_proof(RequestKind.ACCESS, proof, now)
    row = opening.open_request(
        RequestKind.ACCESS, RequestState.RUNNING, account, locale, now, **opening.proved(shown)
    )
    access.begin(row, opening.held_of(row), now)
    return row.id


def read_package(request: str, account: str, proof: Proof | None, now: datetime) -> bytes:
    """Give the package as a ZIP.

    Raises `Unproved` without a fresh proof, `NotFound` when it is not hers, not ready or past its seven days.
    """
    opening.need_proof(RequestKind.ACCESS, proof, now)
    row = opening.mine(request, account)
    package = Package.objects.filter(request=row, until__gt=now).first()
    if package is None:
        raise NotFound("no_package", "There is no package to fetch.", "Wait until it is ready, or ask again.")
    return keys.unseal(key_of(row.id), package.sealed)


@transaction.atomic
def evidence_file(request: str, who: Staff, reason: str, now: datetime) -> bytes:
    """Give the signed evidence of one request for a regulator.

    While its person is known it is a look at her: it needs a reason, and she reads it.
    Raises `Forbidden`, `Invalid` with code `reason_needed`, and `NotFound`.
    """
    row = queries.some(request)
    if approving.ROLE not in who.roles:
        raise Forbidden("wrong_role", "Only a privacy officer hands this out.", "Ask an officer.")
    if row.account:
        staff.look_at(row.account, who, approving.ROLE, reason, ["evidence"], now)
    return evidence.signed_file(evidence.content(queries.officer_view(request), who.name, now))


def _close_rectification(row: RightsRequest, held: dict[str, Any], now: datetime) -> None:
    letters.rectification_done(row, held, now)
    row.state, row.closed_at = move(RequestState(row.state), RequestState.COMPLETE), now
    row.save()
    fulfilment.drop_secrets(row.id)


_CLOSE: dict[str, Callable[[RightsRequest, dict[str, Any], datetime], None]] = {
    RequestKind.ACCESS: access.close,
    RequestKind.RECTIFICATION: _close_rectification,
    RequestKind.ERASURE: erasure.close,
}


_STATE_OF = {
    Progress.READY: RequestState.RUNNING,
    Progress.RUNNING: RequestState.RUNNING,
    Progress.WAITING: RequestState.WAITING_ON_SYSTEMS,
}


def _stands_still(row: RightsRequest) -> bool:
    """Tell, without taking any lock, whether there is nothing to write about an open request."""
    progress = fulfilment.progress_of(row.id)
    return progress in (Progress.RUNNING, Progress.WAITING) and _STATE_OF[progress] == row.state


@transaction.atomic
def _advance_one(request: str, now: datetime) -> bool:
    row = RightsRequest.objects.select_for_update().get(id=request)
    if row.state not in UNDERWAY:
        return False
    progress = fulfilment.progress_of(row.id)
    if progress is Progress.SETTLED:
        _CLOSE[row.kind](row, opening.held_of(row), now)
        return True
    if progress is Progress.READY:
        fulfilment.release(row.id, now)
    if _STATE_OF[progress] != row.state:
        row.state = move(RequestState(row.state), _STATE_OF[progress])
        row.save(update_fields=["state"])
    return False


def _needs_its_key(row: RightsRequest, now: datetime) -> bool:
    """Tell whether anything sealed for a request is still to be read by somebody."""
    if not row.account or row.state in (RequestState.CANCELLED, RequestState.REFUSED):
        return False
    return row.kind == RequestKind.ACCESS and Package.objects.filter(request=row, until__gt=now).exists()


def _destroy_keys(row: RightsRequest) -> None:
    """Destroy a closed request's key, and those of the people it erased. Repeatable: a crash may come between."""
    if keys.has_key(key_of(row.id)):
        if row.kind == RequestKind.ERASURE and row.state == RequestState.COMPLETE:
            for subject in opening.held_of(row)["subjects"]:
                keys.destroy(subject)
        keys.destroy(key_of(row.id))
    Package.objects.filter(request=row).delete()
    RightsRequest.objects.filter(id=row.id).update(sealed=None)


def advance(request: str, now: datetime) -> bool:
    """Take a request as far as its deliveries allow; tell whether it was closed. Repeating it changes nothing."""
    row = RightsRequest.objects.get(id=request)
    if row.state in UNDERWAY and _stands_still(row):
        return False
    closed = row.state in UNDERWAY and _advance_one(request, now)
    row.refresh_from_db()
    if row.state in CLOSED and row.sealed is not None and not _needs_its_key(row, now):
        _destroy_keys(row)
    return closed


def advance_all(now: datetime) -> int:
    """Advance every request that can move, finish what a crash left between a commit and the key store.

    Gives how many were closed. Called in every round of the worker and so at its start.
    """
    open_or_sealed = Q(state__in=UNDERWAY) | Q(state__in=CLOSED, sealed__isnull=False)
    closed = 0
    for request in list(RightsRequest.objects.filter(open_or_sealed).values_list("id", flat=True)):
        try:
            closed += advance(request, now)
        except SaysoError as error:
            log.warning("request %s: %s", request, error.code)
    return closed
