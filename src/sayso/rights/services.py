"""Verbs that carry a person's request from her words to its end.

What the privacy centre calls:

    ask_rectification(account, field, value, now)               -> request id
    ask_access(account, proof, now, locale)                     -> request id
    read_package(request, account, proof, now)                  -> bytes of a ZIP
    plan_erasure(account, now, locale)                          -> RequestView with its plan
    confirm_erasure(request, account, plan_version, proof, now) -> address of the request link
    cancel(request, account, now)                               -> None

What the worker calls: `advance(request, now)` and `advance_all(now)`; both may be repeated at any time.
Reads are in `rights.queries`: `request_of`, `requests_of`, `open_requests`, `timeline_by_link`, `rules_of`.
"""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from sayso.connectors.services import Identifier
from sayso.core.errors import Conflict, Invalid, NotFound, SaysoError
from sayso.core.request import CLOSED, Proof, RequestKind, RequestState, move
from sayso.fulfilment import services as fulfilment
from sayso.fulfilment.services import Progress, Step
from sayso.identity import keys
from sayso.rights import access, correcting, erasure, letters, opening, queries
from sayso.rights.models import Package, RightsRequest, key_of
from sayso.rights.queries import RequestView

log = logging.getLogger("sayso.rights")
_UNDERWAY = (RequestState.RUNNING, RequestState.WAITING_ON_SYSTEMS)


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
        RequestKind.ACCESS, RequestState.RUNNING, account, locale, now, **_proved(shown)
    )
    access.begin(row, opening.held_of(row), now)
    return row.id


def _proved(proof: Proof | None) -> dict[str, Any]:
    return {"proof": proof.reference, "proof_level": proof.level} if proof else {}


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


def plan_erasure(account: str, now: datetime, locale: str = "en") -> RequestView:
    """Look into every system and say what an erasure would do there; nothing is changed yet.

    Repeated calls replace the plan of the same open request; one that was confirmed is given as it stands.
    Raises `Unavailable` when a system does not answer, and `SaysoError` with code `not_annotated` when one
    holds what nobody described.
    """
    row = (
        RightsRequest.objects.filter(account=account, kind=RequestKind.ERASURE)
        .exclude(state__in=CLOSED)
        .first()
    )
    if row is not None and row.state != RequestState.PLANNED:
        return queries.request_of(row.id, account)
    if row is None:
        row = opening.open_request(RequestKind.ERASURE, RequestState.PLANNED, account, locale, now)
    _plan_again(row, now)
    return queries.request_of(row.id, account)


def _plan_again(row: RightsRequest, now: datetime) -> dict[str, Any]:
    """Look into every system anew and write what was seen; give what the request then holds sealed."""
    held = opening.refreshed(row)
    identifiers = [Identifier(kind, value) for kind, value in held["identifiers"]]
    plan, traces = erasure.look(identifiers, now)
    held = erasure.plan_into(row, held, plan, traces)
    opening.seal(row, held)
    row.save()
    return held


def confirm_erasure(request: str, account: str, plan_version: str, proof: Proof | None, now: datetime) -> str:
    """Begin the erasure she has read the plan of; give the address of her request link.

    Stops every use at once, then deletes, then reads back. Raises `Unproved` without a fresh proof and
    `Conflict` with code `plan_changed` when the plan she read is not the one that stands. Confirming again
    gives the same link.
    """
    shown = opening.need_proof(RequestKind.ERASURE, proof, now)
    row = opening.mine(request, account)
    if row.state in _UNDERWAY:
        return letters.link(row, opening.held_of(row))
    if row.state != RequestState.PLANNED:
        raise Conflict("request_state", "This request is closed.", "Read the request again.")
    held = _plan_again(row, now)
    if row.plan_version != plan_version:
        raise Conflict(
            "plan_changed", "The plan changed since it was shown.", "Read the new plan, then confirm."
        )
    _begin_erasure(row.id, held, shown, now)
    return letters.link(row, held)


@transaction.atomic
def _begin_erasure(request: str, held: dict[str, Any], proof: Proof | None, now: datetime) -> None:
    row = RightsRequest.objects.select_for_update().get(id=request)
    if row.state != RequestState.PLANNED:
        return
    row.state = move(RequestState.PLANNED, RequestState.RUNNING)
    for name, value in _proved(proof).items():
        setattr(row, name, value)
    row.save()
    erasure.begin(row, held, now)
    letters.erasure_confirmed(row, held, now)


@transaction.atomic
def cancel(request: str, account: str, now: datetime) -> None:
    """Withdraw a request that was not confirmed yet. Raises `Conflict` once it was."""
    row = opening.mine(request, account)
    if row.state in _UNDERWAY:
        raise Conflict("request_state", "This request is being carried out.", "Read the request again.")
    row.state, row.closed_at = move(RequestState(row.state), RequestState.CANCELLED), now
    row.sealed, row.plan = None, None
    row.save()
    transaction.on_commit(lambda: keys.destroy(key_of(request)))


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
    if row.state not in _UNDERWAY:
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
    if row.state in _UNDERWAY and _stands_still(row):
        return False
    closed = row.state in _UNDERWAY and _advance_one(request, now)
    row.refresh_from_db()
    if row.state in CLOSED and row.sealed is not None and not _needs_its_key(row, now):
        _destroy_keys(row)
    return closed


def advance_all(now: datetime) -> int:
    """Advance every request that can move, finish what a crash left between a commit and the key store.

    Gives how many were closed. Called in every round of the worker and so at its start.
    """
    open_or_sealed = Q(state__in=_UNDERWAY) | Q(state__in=CLOSED, sealed__isnull=False)
    closed = 0
    for request in list(RightsRequest.objects.filter(open_or_sealed).values_list("id", flat=True)):
        try:
            closed += advance(request, now)
        except SaysoError as error:
            log.warning("request %s: %s", request, error.code)
    return closed
