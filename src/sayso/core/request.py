"""What a person may ask for, and the states a request goes through: two tables."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sayso.core.errors import Conflict

PROOF_LASTS = timedelta(minutes=10)


class RequestKind(StrEnum):
    """The rights Sayso carries out so far (GDPR 15–17)."""

    ACCESS = "access"
    RECTIFICATION = "rectification"
    ERASURE = "erasure"


class RequestState(StrEnum):
    """Where a request stands."""

    RECEIVED = "received"
    AWAITING_PROOF = "awaiting_proof"
    PLANNED = "planned"
    AWAITING_APPROVAL = "awaiting_approval"
    RUNNING = "running"
    WAITING_ON_SYSTEMS = "waiting_on_systems"
    COMPLETE = "complete"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class Why(StrEnum):
    """Why staff decline a deletion; words of a list, so that nobody writes about the person here."""

    NOT_ASKED = "not_asked"  # she says that she did not ask for it
    NOT_SURE = "not_sure"  # nobody could make sure that it was she who asked
    WRONG_PERSON = "wrong_person"  # somebody else was meant


@dataclass(frozen=True, slots=True)
class KindRule:
    """What a kind of request needs: its topic in the deadlines table, and whether a fresh proof."""

    topic: str
    fresh_proof: bool


KINDS: dict[RequestKind, KindRule] = {
    RequestKind.ACCESS: KindRule("respond_access", fresh_proof=True),
    RequestKind.RECTIFICATION: KindRule("respond_correct", fresh_proof=False),
    RequestKind.ERASURE: KindRule("respond_delete", fresh_proof=True),
}

_STATE = RequestState
MOVES: dict[RequestState, frozenset[RequestState]] = {
    _STATE.RECEIVED: frozenset({_STATE.AWAITING_PROOF, _STATE.PLANNED, _STATE.RUNNING, _STATE.REFUSED}),
    _STATE.AWAITING_PROOF: frozenset({_STATE.PLANNED, _STATE.RUNNING, _STATE.REFUSED, _STATE.CANCELLED}),
    _STATE.PLANNED: frozenset({_STATE.RUNNING, _STATE.AWAITING_APPROVAL, _STATE.REFUSED, _STATE.CANCELLED}),
    _STATE.AWAITING_APPROVAL: frozenset({_STATE.RUNNING, _STATE.REFUSED, _STATE.CANCELLED}),
    _STATE.RUNNING: frozenset({_STATE.WAITING_ON_SYSTEMS, _STATE.COMPLETE, _STATE.CANCELLED}),
    _STATE.WAITING_ON_SYSTEMS: frozenset({_STATE.RUNNING, _STATE.COMPLETE, _STATE.CANCELLED}),
    _STATE.COMPLETE: frozenset(),
    _STATE.REFUSED: frozenset(),
    _STATE.CANCELLED: frozenset(),
}
UNDERWAY = (RequestState.RUNNING, RequestState.WAITING_ON_SYSTEMS)
CLOSED = frozenset(state for state, onward in MOVES.items() if not onward)


def move(now_at: RequestState, to: RequestState) -> RequestState:
    """Give the state a request moves to.

    Raises `Conflict` with code `request_state` when the table has no such move.
    """
    if to not in MOVES[now_at]:
        raise Conflict(
            "request_state", f"A request that is {now_at} cannot become {to}.", "Read the request again."
        )
    return to


@dataclass(frozen=True, slots=True)
class Proof:
    """Evidence that the person is who they say: a reference to it, how strong (1–3), and when it was shown."""

    reference: str
    level: int
    at: datetime

    def is_fresh(self, now: datetime) -> bool:
        """Tell whether it was shown within the last ten minutes, and not in the future."""
        return timedelta(0) <= now - self.at <= PROOF_LASTS
