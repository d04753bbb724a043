"""One of the staff writes a version, another one publishes it."""

from datetime import datetime

import pytest

from sayso.console import drafting
from sayso.core.errors import Conflict, Forbidden, Invalid, NotFound
from sayso.core.proposal import Decided, ProposalKind, ProposalState
from sayso.inventory import queries as inventory
from sayso.inventory import services as proposing
from sayso.notices import queries, services
from tests import linen

BRAND = "linen-and-loom"
OTTO, DEV = 1, 2
SECOND = {**linen.document(), "edition": "second"}
pytestmark = pytest.mark.django_db


def drafted(now: datetime) -> str:
    services.publish_notice(linen.document(), "first", now)
    return services.draft_notice(SECOND, OTTO, now)


def test_a_draft_publishes_nothing_and_can_be_compared(now: datetime) -> None:
    proposal = inventory.proposal(drafted(now))
    assert len(queries.publications(BRAND)) == 1
    draft = queries.draft(proposal.payload["draft"])
    assert draft.notice.version == proposal.payload["version"]
    assert draft.before is not None
    assert draft.before.notice.version == queries.current(BRAND).notice.version
    assert not draft.outdated


def test_another_person_publishes_it_and_both_are_named(now: datetime) -> None:
    proposal = drafted(now)
    assert services.decide_draft(proposal, Decided(True, DEV), now) is ProposalState.APPROVED
    newest = queries.publications(BRAND)[0]
    assert (newest.ordinal, newest.published_by) == (2, "staff 2, proposed by staff 1")
    assert not queries.draft(inventory.proposal(proposal).payload["draft"]).outdated


def test_nobody_publishes_their_own_draft(now: datetime) -> None:
    proposal = drafted(now)
    with pytest.raises(Forbidden) as refused:
        services.decide_draft(proposal, Decided(True, OTTO), now)
    assert refused.value.code == "own_proposal"
    assert len(queries.publications(BRAND)) == 1


def test_a_declined_draft_is_kept_and_never_published(now: datetime) -> None:
    proposal = drafted(now)
    assert services.decide_draft(proposal, Decided(False, DEV, "Too much."), now) is ProposalState.DECLINED
    assert len(queries.publications(BRAND)) == 1
    assert inventory.proposal(proposal).reason == "Too much."


def test_what_was_compared_with_an_older_version_is_not_published(now: datetime) -> None:
    proposal = drafted(now)
    services.publish_notice({**linen.document(), "edition": "another"}, "meanwhile", now)
    assert queries.draft(inventory.proposal(proposal).payload["draft"]).outdated
    with pytest.raises(Conflict) as refused:
        services.decide_draft(proposal, Decided(True, DEV), now)
    assert refused.value.code == "draft_outdated"
    assert inventory.proposal(proposal).state is ProposalState.PROPOSED


def test_a_draft_that_is_wrong_or_was_published_is_refused(now: datetime) -> None:
    drafted(now)
    with pytest.raises(Invalid) as refused:
        services.draft_notice(linen.document(), OTTO, now)
    assert refused.value.code == "version_reused"
    with pytest.raises(Invalid):
        services.draft_notice({}, OTTO, now)
    with pytest.raises(NotFound):
        queries.draft("none")


def test_before_the_first_version_there_is_nothing_to_compare_with(now: datetime) -> None:
    proposal = services.draft_notice(SECOND, OTTO, now)
    draft = queries.draft(inventory.proposal(proposal).payload["draft"])
    assert draft.before is None
    assert not draft.outdated
    services.decide_draft(proposal, Decided(True, DEV), now)
    assert queries.publications(BRAND)[0].ordinal == 1


def test_a_proposal_about_something_else_is_no_draft(now: datetime) -> None:
    other = proposing.propose(ProposalKind.DROP_FIELD, {"system": "shop"}, OTTO, now)
    with pytest.raises(NotFound):
        services.decide_draft(other, Decided(True, DEV), now)
    with pytest.raises(NotFound):
        drafting.preview(other, DEV, "en", now)
    assert inventory.proposal(other).state is ProposalState.PROPOSED
