"""Four eyes: nobody decides what they proposed, and a no has its reason."""

import pytest

from sayso.core.errors import Conflict, Forbidden, Invalid
from sayso.core.proposal import Decided, ProposalState, decide

MARA, OTTO = 1, 2
PROPOSED, APPROVED, DECLINED = ProposalState.PROPOSED, ProposalState.APPROVED, ProposalState.DECLINED


def test_somebody_else_approves_or_declines_with_a_reason() -> None:
    assert decide(PROPOSED, MARA, Decided(True, OTTO)) is APPROVED
    assert decide(PROPOSED, MARA, Decided(False, OTTO, "The tax office asks for it.")) is DECLINED


@pytest.mark.parametrize("approve", [True, False])
def test_nobody_decides_their_own_proposal(approve: bool) -> None:
    with pytest.raises(Forbidden) as refused:
        decide(PROPOSED, MARA, Decided(approve, MARA, "why not"))
    assert refused.value.code == "own_proposal"


@pytest.mark.parametrize("state", [APPROVED, DECLINED])
def test_a_proposal_is_decided_once(state: ProposalState) -> None:
    with pytest.raises(Conflict):
        decide(state, MARA, Decided(True, OTTO))


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_no_without_its_reason_is_none(reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        decide(PROPOSED, MARA, Decided(False, OTTO, reason))
    assert refused.value.code == "reason_missing"
