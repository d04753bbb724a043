"""Four eyes: a deletion that waits for a second person. Every use stops at once; deleting waits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sayso.consent import journal
from sayso.consent import services as consent
from sayso.core.errors import Conflict, Forbidden, Invalid
from sayso.core.request import RequestState, Why, move
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import queries as identity
from sayso.identity.queries import Staff
from sayso.notices import queries as notices
from sayso.rights import erasure, letters
from sayso.rights.models import Approval, Policy, RightsRequest

ROLE = "officer"


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """Who proposed a deletion, who decided and when. `proposer` is None for the customer herself.

    `approved` is None while nobody decided; `why` says why not, in a word of `core.request.Why`.
    """

    proposer: int | None
    proposed_by: str
    proposed_at: datetime
    decided_by: str
    decided_at: datetime | None
    approved: bool | None
    why: str


def view_of(row: RightsRequest) -> ApprovalView | None:
    """Give a request's approval, or None when it needs none."""
    found = Approval.objects.filter(request=row).first()
    if found is None:
        return None
    return ApprovalView(
        found.proposer,
        found.proposed_by,
        found.proposed_at,
        found.decided_by,
        found.decided_at,
        found.approved,
        found.why,
    )


def demanded() -> bool:
    """Tell whether a brand wants a second person for what customers themselves confirm."""
    return Policy.objects.filter(four_eyes=True).exists()


def set_policy(brand: str, document: dict[str, Any]) -> None:
    """Take a brand's setting, `{four_eyes: true}`. Raises `Invalid` with code `invalid_file`."""
    if not isinstance(document, dict) or not isinstance(document.get("four_eyes", False), bool):
        remedy = "Write `deletion: {four_eyes: true}` or false."
        raise Invalid("invalid_file", "brand.yaml: `deletion` is not described.", remedy)
    Policy.objects.update_or_create(
        brand=brand, defaults={"four_eyes": bool(document.get("four_eyes", False))}
    )


def begin(row: RightsRequest, held: dict[str, Any], who: Staff | None, now: datetime) -> None:
    """Stop every use now and let the deleting wait, in the caller's transaction."""
    row.state = move(RequestState(row.state), RequestState.AWAITING_APPROVAL)
    row.save()
    Approval.objects.create(
        request=row,
        proposer=who.id if who else None,
        proposed_by=who.name if who else "",
        proposed_at=now,
    )
    erasure.stop(row, held, now)
    if who is None:
        letters.erasure_confirmed(row, held, now, waits=True)
    else:
        letters.erasure_proposed(row, held, who.name, now)


def may_decide(row: RightsRequest, who: Staff) -> None:
    """Make sure that a second person of the right role decides.

    Raises `Forbidden` (`wrong_role`, `four_eyes`) and `Conflict` with code `request_state`.
    """
    if ROLE not in who.roles:
        raise Forbidden("wrong_role", "Only a privacy officer decides this.", "Ask an officer.")
    if row.state != RequestState.AWAITING_APPROVAL:
        raise Conflict("request_state", "This request waits for nobody.", "Read the request again.")
    proposer = Approval.objects.get(request=row).proposer
    # INVARIANT: who proposed a deletion, or is the person it deletes, does not approve it.
    if who.id == proposer or identity.account_of_person(who.id) == row.account:
        raise Forbidden("four_eyes", "Who proposed this cannot decide it.", "Ask another officer.")


def decided(row: RightsRequest, who: Staff, approved: bool, now: datetime, why: str = "") -> None:
    """Write down who decided, and what."""
    Approval.objects.filter(request=row).update(
        decider=who.id, decided_by=who.name, decided_at=now, approved=approved, why=why
    )


def read_why(text: str) -> Why:
    """Read why a deletion is declined. Raises `Invalid` with code `unknown_reason`."""
    if text not in list(Why):
        raise Invalid("unknown_reason", "That is no reason we know.", "Choose one of the list.")
    return Why(text)


def resume(row: RightsRequest, held: dict[str, Any], now: datetime) -> None:
    """Let her answers count again: nothing of hers is being deleted."""
    for brand in notices.brands():
        consent.lift_erasing(held["subjects"], brand, now)
    db = DjangoDatabase()
    journal.append(db, [journal.kept(db, row.account)])
