"""Plan a deletion, confirm it, let a second person decide it, or take it back."""

from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from sayso.connectors.services import Identifier
from sayso.consent import queries as consent
from sayso.core.errors import Conflict, Forbidden
from sayso.core.plan import Plan
from sayso.core.request import CLOSED, UNDERWAY, Proof, RequestKind, RequestState, move
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys
from sayso.identity import queries as identity
from sayso.identity.queries import Staff
from sayso.notices import queries as notices
from sayso.rights import approving, erasure, letters, opening, queries
from sayso.rights.models import RightsRequest, key_of
from sayso.rights.queries import RequestView


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
    row.save(update_fields=["sealed", "plan", "plan_version"])
    return held


def confirm_erasure(request: str, account: str, plan_version: str, proof: Proof | None, now: datetime) -> str:
    """Begin the erasure she has read the plan of; give the address of her request link.

    Stops every use at once, then deletes, then reads back. Raises `Unproved` without a fresh proof and
    `Conflict` with code `plan_changed` when the plan she read is not the one that stands. Confirming again
    gives the same link.
    """
    shown = opening.need_proof(RequestKind.ERASURE, proof, now)
    row = opening.mine(request, account)
    if row.state in (*UNDERWAY, RequestState.AWAITING_APPROVAL):
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
    for name, value in opening.proved(proof).items():
        setattr(row, name, value)
    if approving.demanded():
        approving.begin(row, held, None, now)
        return
    row.state = move(RequestState.PLANNED, RequestState.RUNNING)
    row.save()
    erasure.begin(row, held, now)
    letters.erasure_confirmed(row, held, now)


def propose_erasure(account: str, who: Staff, now: datetime) -> str:
    """Begin a deletion on a customer's behalf; give the id of the request.

    Every use stops at once and she is told by whom. Nothing is deleted before another officer approves,
    whatever the brand's setting, and until then she can take it back.
    """
    if approving.ROLE not in who.roles:
        raise Forbidden("wrong_role", "Only a privacy officer proposes this.", "Ask an officer.")
    brands = notices.brands()
    locale = consent.locale_of(account, brands[0]) if brands else "en"
    view = plan_erasure(account, now, locale)
    if view.state is not RequestState.PLANNED:
        raise Conflict("request_state", "Her deletion is under way already.", "Read her request.")
    with transaction.atomic():
        row = RightsRequest.objects.select_for_update().get(id=view.id)
        if row.state == RequestState.PLANNED:
            approving.begin(row, opening.held_of(row), who, now)
    return view.id


def approve_erasure(request: str, who: Staff, plan_version: str, now: datetime) -> None:
    """Let a deletion go on that waited for a second person.

    Raises what `approving.may_decide` raises, and `Conflict` with code `plan_changed` when the plan this
    officer read is not the one that stands.
    """
    row = queries.some(request)
    approving.may_decide(row, who)
    held = _plan_again(row, now)
    if row.plan_version != plan_version:
        raise Conflict(
            "plan_changed", "The plan changed since it was shown.", "Read the new plan, then approve."
        )
    with transaction.atomic():
        row = RightsRequest.objects.select_for_update().get(id=request)
        approving.may_decide(row, who)
        row.state = move(RequestState.AWAITING_APPROVAL, RequestState.RUNNING)
        row.save()
        approving.decided(row, who, True, now)
        erasure.begin(row, held, now)
        letters.erasure_confirmed(row, held, now)


@transaction.atomic
def reopen_erasure(account: str, locale: str, received_at: datetime, now: datetime) -> bool:
    """Take up a confirmed deletion that a restore of the database forgot; tell whether there was one to take up.

    Every use stops at once, and its clock runs from the day she asked. What there is to delete may be another
    thing than what was confirmed, so that an officer reads the plan anew and approves it. She is told.
    """
    if not identity.exists(account):
        return False
    row = (
        RightsRequest.objects.filter(account=account, kind=RequestKind.ERASURE)
        .exclude(state__in=CLOSED)
        .first()
    )
    if row is not None and row.state != RequestState.PLANNED:
        return False
    if row is None:
        row = opening.open_request(RequestKind.ERASURE, RequestState.PLANNED, account, locale, received_at)
    held = erasure.plan_into(row, opening.refreshed(row), Plan(()), {})
    opening.seal(row, held)
    approving.begin(row, held, None, now)
    return True


@transaction.atomic
def decline_erasure(request: str, who: Staff, why: str, now: datetime) -> None:
    """Let a deletion that waited come to nothing: her answers count again, and she is told why."""
    row = queries.some(request, lock=True)
    approving.may_decide(row, who)
    reason, held = approving.read_why(why), opening.held_of(row)
    row.state, row.closed_at = move(RequestState.AWAITING_APPROVAL, RequestState.REFUSED), now
    row.save()
    approving.decided(row, who, False, now, reason)
    approving.resume(row, held, now)
    letters.erasure_declined(row, held, reason, now)


@transaction.atomic
def cancel(request: str, account: str, now: datetime) -> None:
    """Withdraw a request that was not confirmed, or waits for approval. Raises `Conflict` once it runs."""
    row = opening.mine(request, account)
    if row.state in UNDERWAY:
        raise Conflict("request_state", "This request is being carried out.", "Read the request again.")
    if row.state == RequestState.AWAITING_APPROVAL:
        approving.resume(row, opening.held_of(row), now)
    row.state, row.closed_at = move(RequestState(row.state), RequestState.CANCELLED), now
    row.sealed, row.plan = None, None
    row.save()
    DjangoDatabase().after_commit(partial(keys.destroy, key_of(request)))
