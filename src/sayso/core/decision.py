"""May this be done now? Plain rules: the oracle that every faster engine must agree with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sayso.core.choice import Choice
from sayso.core.consent import Published, Standing, as_one_person, band_of, own_status, status_of
from sayso.core.guardian import refused_for_age
from sayso.core.masking import is_masked
from sayso.core.opt_out import NOTHING_HEARD, Heard, blocked
from sayso.core.purpose import Purpose
from sayso.core.vocabulary import NARROW, PERMITTING, ConsentStatus


class Reason(StrEnum):
    """Why a question was answered yes or no."""

    GIVEN = "given"
    RENEWED = "renewed"
    TOLD_BASIS = "told_basis"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    NOT_ANSWERED = "not_answered"
    DEFERRED = "deferred"
    EXPIRED = "expired"
    REQUESTED = "requested"
    SUPERSEDED = "superseded"
    NOT_LISTED = "not_listed"
    UNKNOWN_SUBJECT = "unknown_subject"
    RESTRICTED = "restricted"
    ERASING = "erasing"
    GPC = "gpc"
    BLOCKED = "blocked"
    MINOR = "minor"
    UNAVAILABLE = "unavailable"


_REASON = {
    ConsentStatus.UNKNOWN: Reason.NOT_ANSWERED,
    ConsentStatus.REQUESTED: Reason.REQUESTED,
    ConsentStatus.DEFERRED: Reason.DEFERRED,
    ConsentStatus.GIVEN: Reason.GIVEN,
    ConsentStatus.RENEWED: Reason.RENEWED,
    ConsentStatus.REFUSED: Reason.REFUSED,
    ConsentStatus.WITHDRAWN: Reason.WITHDRAWN,
    ConsentStatus.EXPIRED: Reason.EXPIRED,
    ConsentStatus.SUPERSEDED: Reason.SUPERSEDED,
}
PERMITS = frozenset({Reason.GIVEN, Reason.RENEWED, Reason.TOLD_BASIS})
SILENT_REASONS = frozenset({Reason.NOT_ANSWERED, Reason.UNKNOWN_SUBJECT})


def reason_of(status: ConsentStatus, otherwise: Reason = Reason.NOT_ANSWERED) -> Reason:
    """Give the reason that a status is; `otherwise` for one that has none of its own."""
    return _REASON.get(status, otherwise)


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to one question. `valid_until` is when a yes ends by age at the latest."""

    choice: str
    permitted: bool
    reason: Reason
    valid_until: datetime | None = None


def _told(standing: Standing | None, choice: Choice) -> Decision:
    # INVARIANT: a no she said while it was asked keeps blocking when the purpose moves to another basis.
    held = standing.held.get(choice.id) if standing else None
    if held is not None and held.status in NARROW:
        return Decision(choice.id, False, reason_of(held.status, Reason.REFUSED))
    return Decision(choice.id, True, Reason.TOLD_BASIS)


def decide(
    standing: Standing | None,
    choice: Choice,
    published: Published,
    now: datetime,
    heard: Heard = NOTHING_HEARD,
) -> Decision:
    """Answer one question about one subject. Absent, expired or unclear is no, with the reason."""
    found = published.notice.find(choice.id)
    if found is None:
        return Decision(choice.id, False, Reason.NOT_LISTED)
    if standing is not None and standing.erasing:
        return Decision(choice.id, False, Reason.ERASING)
    if heard.scopes and blocked(published.notice, choice.id, heard.scopes):
        return Decision(choice.id, False, Reason.BLOCKED)
    if standing is not None and standing.restricted:
        return Decision(choice.id, False, Reason.RESTRICTED)
    if not found[0].asked:
        return _told(standing, choice)
    if standing is not None and _too_young(standing, found[0], choice.id, published, now):
        return Decision(choice.id, False, Reason.MINOR)
    return _answered(standing, choice.id, published, now, heard.signal)


def _too_young(
    standing: Standing, purpose: Purpose, choice: str, published: Published, now: datetime
) -> bool:
    own, stands = (status(standing, choice, published, now) for status in (own_status, status_of))
    return refused_for_age(purpose.minors, band_of(standing, published), own, stands)


def _answered(
    standing: Standing | None, choice: str, published: Published, now: datetime, signal: bool
) -> Decision:
    own = standing or Standing()
    status = status_of(own, choice, published, now)
    if status not in NARROW and is_masked(own, choice, published, signal=signal):
        return Decision(choice, False, Reason.GPC)
    if standing is None:
        return Decision(choice, False, Reason.UNKNOWN_SUBJECT)
    until = _until(own, choice) if status in PERMITTING else None
    return Decision(choice, status in PERMITTING, reason_of(status), until)


def _until(standing: Standing, choice: str) -> datetime | None:
    """Give when the first of the answers that a yes rests on ends by age."""
    held = (said.get(choice) for said in (standing.held, standing.guardian_held))
    return min((one.until for one in held if one and one.until and one.status in PERMITTING), default=None)


def decide_together(
    standings: Sequence[Standing | None],
    choice: Choice,
    published: Published,
    now: datetime,
    heard: Heard = NOTHING_HEARD,
) -> Decision:
    """Answer for a device and the account signed in on it: yes only if every one of them says yes."""
    decisions = [decide(each, choice, published, now, heard) for each in as_one_person(standings) or (None,)]
    refused = [decision for decision in decisions if not decision.permitted]
    if refused:
        # A spoken no explains more than a missing answer.
        return min(refused, key=lambda decision: decision.reason in SILENT_REASONS)
    ends = [decision.valid_until for decision in decisions if decision.valid_until]
    return Decision(choice.id, True, decisions[0].reason, min(ends, default=None))
