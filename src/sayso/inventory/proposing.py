"""Verbs of four eyes: one of the staff proposes, another decides."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from sayso.core import proposal as rules
from sayso.core.errors import NotFound
from sayso.core.proposal import Decided, ProposalKind, ProposalState
from sayso.core.values import new_id
from sayso.inventory import models
from sayso.outbox import services as outbox

LONGEST_REASON = 500


@transaction.atomic
def propose(kind: ProposalKind, payload: Mapping[str, Any], by: int, now: datetime) -> str:
    """Write down what one of the staff proposes, in values that name no person; give its id."""
    row = models.Proposal.objects.create(
        id=new_id(),
        kind=kind,
        payload=dict(payload),
        proposed_by=by,
        proposed_at=now,
        state=ProposalState.PROPOSED,
    )
    return row.id


@transaction.atomic
def decide(proposal: str, said: Decided, now: datetime) -> ProposalState:
    """Approve or decline a proposal of somebody else. News `proposal.approved` {"id", "kind"}.

    Raises `NotFound` (`unknown_proposal`) and what `core.proposal.decide` raises; then nothing changed.
    """
    row = models.Proposal.objects.select_for_update().filter(id=proposal).first()
    if row is None:
        raise NotFound("unknown_proposal", "There is no such proposal.", "Go back to the list.")
    state = rules.decide(ProposalState(row.state), row.proposed_by, said)
    row.state, row.decided_by, row.decided_at = state, said.by, now
    row.reason = "" if said.approve else said.reason.strip()[:LONGEST_REASON]
    row.save()
    if state is ProposalState.APPROVED:
        outbox.post("proposal.approved", {"id": row.id, "kind": row.kind}, now)
    return state
