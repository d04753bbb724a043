"""One of the staff proposes, another decides, and what was approved is told upwards."""

from datetime import datetime

import pytest

from sayso.core.errors import Forbidden, NotFound
from sayso.core.proposal import Decided, ProposalKind, ProposalState
from sayso.inventory import queries, services
from sayso.outbox.models import News

pytestmark = pytest.mark.django_db
MARA, OTTO = 1, 2
DROP = ProposalKind.DROP_FIELD


def test_what_is_approved_is_told_upwards_once(now: datetime) -> None:
    made = services.propose(DROP, {"system": "shop", "field": "customers.fax"}, MARA, now)
    assert [one.id for one in queries.proposals(DROP, ProposalState.PROPOSED)] == [made]
    assert services.decide(made, Decided(True, OTTO), now) is ProposalState.APPROVED
    [news] = News.objects.filter(topic="proposal.approved")
    assert news.payload == {"id": made, "kind": "drop_field"}
    found = queries.proposal(made)
    assert (found.proposed_by, found.decided_by, found.state) == (MARA, OTTO, ProposalState.APPROVED)
    assert queries.proposals(DROP, ProposalState.PROPOSED) == []


def test_what_is_declined_keeps_the_reason_and_is_told_to_nobody(now: datetime) -> None:
    made = services.propose(DROP, {"system": "shop", "field": "customers.fax"}, MARA, now)
    services.decide(made, Decided(False, OTTO, " The tax office asks for it. "), now)
    assert queries.proposal(made).reason == "The tax office asks for it."
    assert not News.objects.exists()


def test_ones_own_proposal_stays_undecided(now: datetime) -> None:
    made = services.propose(DROP, {}, MARA, now)
    with pytest.raises(Forbidden):
        services.decide(made, Decided(True, MARA), now)
    assert queries.proposal(made).state is ProposalState.PROPOSED
    assert not News.objects.exists()


def test_there_is_no_deciding_what_nobody_proposed(now: datetime) -> None:
    with pytest.raises(NotFound):
        services.decide("nothing", Decided(True, OTTO), now)
    with pytest.raises(NotFound):
        queries.proposal("nothing")
