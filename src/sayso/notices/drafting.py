"""Verbs of a draft: one of the staff proposes a version, another publishes it."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from sayso.core.errors import Conflict
from sayso.core.notice_reading import read_notice
from sayso.core.proposal import Decided, ProposalKind, ProposalState
from sayso.core.values import new_id
from sayso.inventory import queries as inventory
from sayso.inventory import services as proposing
from sayso.notices import models, publishing


@transaction.atomic
def draft_notice(document: Mapping[str, Any], by: int, now: datetime) -> str:
    """Check a version and propose it for publication; give the proposal's id. Nothing is published.

    Raises `Invalid` naming the place that is wrong, or `version_reused`.
    """
    notice = read_notice(document)
    publishing.refuse_reuse(notice.version)
    draft, after = new_id(), publishing.in_force(notice.brand)
    models.Draft.objects.create(
        id=draft,
        brand=notice.brand,
        version=notice.version,
        after=after,
        document=json.dumps(notice.document, ensure_ascii=False),
        drafted_at=now,
    )
    payload = {"draft": draft, "brand": notice.brand, "version": notice.version}
    return proposing.propose(ProposalKind.PUBLISH_NOTICE, payload, by, now)


@transaction.atomic
def decide_draft(proposal: str, said: Decided, now: datetime) -> ProposalState:
    """Approve and publish a proposed version in one transaction, or decline it.

    Raises `NotFound` (`unknown_proposal`: of another kind, too), `Conflict` (`draft_outdated`: it was
    compared with a version no longer in force), and what `inventory.services.decide` and `publish_notice`
    raise; then nothing changed.
    """
    found = inventory.proposal(proposal, ProposalKind.PUBLISH_NOTICE)
    draft = models.Draft.objects.get(id=found.payload["draft"])
    state = proposing.decide(proposal, said, now)
    if state is ProposalState.APPROVED:
        if publishing.in_force(draft.brand) != draft.after:
            # What she approved is a difference, and it is not this one any more.
            remedy = "Decline it, write it anew upon the version in force, and look at the differences again."
            raise Conflict("draft_outdated", "Another version was published since.", remedy)
        proposed_by = inventory.proposal(proposal).proposed_by
        publisher = f"staff {said.by}, proposed by staff {proposed_by}"
        publishing.publish_notice(json.loads(draft.document), publisher, now)
    return state
