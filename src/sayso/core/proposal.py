"""Four eyes: what one of the staff proposes, another one decides."""

from dataclasses import dataclass
from enum import StrEnum

from sayso.core.errors import Conflict, Forbidden, Invalid


class ProposalKind(StrEnum):
    """What can be proposed."""

    DROP_FIELD = "drop_field"
    PUBLISH_NOTICE = "publish_notice"


class ProposalState(StrEnum):
    """Where a proposal stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Decided:
    """How somebody decides: approved or not, by whom, and why not."""

    approve: bool
    by: int
    reason: str = ""


def decide(state: ProposalState, proposed_by: int, said: Decided) -> ProposalState:
    """Give the state after a decision.

    Raises `Conflict` (`already_decided`), `Forbidden` (`own_proposal`: four eyes, not two), and `Invalid`
    (`reason_missing`: whoever declines says why).
    """
    if state is not ProposalState.PROPOSED:
        raise Conflict("already_decided", "This proposal was decided already.", "Read it again.")
    if said.by == proposed_by:
        # INVARIANT: nobody decides what they proposed.
        raise Forbidden("own_proposal", "Nobody decides their own proposal.", "Ask a colleague to decide it.")
    if said.approve:
        return ProposalState.APPROVED
    if not said.reason.strip():
        raise Invalid("reason_missing", "A no needs its reason.", "Say why, in a sentence.")
    return ProposalState.DECLINED
