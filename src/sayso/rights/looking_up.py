"""Look at the evidence of somebody who was erased: one officer asks with a reason, another one agrees.

Nobody learns by asking whether there is any: every question waits alike. What was agreed upon is open to the
two of them for as long as any look lasts, and both looks are written down like every other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from sayso.consent import evidence
from sayso.consent.evidence import Evidence
from sayso.core.errors import Conflict, Forbidden, NotFound
from sayso.core.values import new_id
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys
from sayso.identity.proofing import limits
from sayso.identity.queries import Staff
from sayso.rights.approving import ROLE
from sayso.rights.models import EvidenceLook
from sayso.staff import services as staff
from sayso.staff.queries import LOOK_LASTS

WAITS = timedelta(days=7)  # then nobody has agreed, and it is gone
SHOWN = ["evidence"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One look as officers see it. `approved` is None while it waits; `shown` how many answers it found."""

    id: str
    reason: str
    proposer: int
    proposed_by: str
    proposed_at: datetime
    decider: int | None
    decided_by: str
    decided_at: datetime | None
    approved: bool | None
    shown: int


def _key(look: str) -> str:
    return f"evidence look:{look}"


def _asked(row: EvidenceLook) -> Asked:
    return Asked(
        row.id,
        keys.unseal(_key(row.id), row.reason).decode(),
        row.proposer,
        row.proposed_by,
        row.proposed_at,
        row.decider,
        row.decided_by,
        row.decided_at,
        row.approved,
        row.shown,
    )


def _need_officer(who: Staff) -> None:
    if ROLE not in who.roles:
        raise Forbidden("wrong_role", "Only a privacy officer looks there.", "Ask an officer.")


@transaction.atomic
def ask_evidence(typed: str, reason: str, who: Staff, now: datetime) -> str:
    """Ask for the evidence kept under an e-mail address or customer number; give the id of the look.

    Nothing is looked up before another officer agrees, and what was typed is not kept. Raises `Forbidden`,
    `Invalid` with code `reason_needed`, and `Conflict` with code `too_many_looks`.
    """
    _need_officer(who)
    words, look = staff.read_reason(reason), new_id()
    if not limits.take("look_up", str(who.id), now):
        raise Conflict(
            "too_many_looks", "Those were too many looks in a short time.", "Wait a quarter of an hour."
        )
    EvidenceLook.objects.create(
        id=look,
        found_by=evidence.hash_of_name("email" if "@" in typed else "customer", typed),
        reason=keys.seal(_key(look), words.encode()),
        proposer=who.id,
        proposed_by=who.name,
        proposed_at=now,
    )
    return look


def _waiting(look: str, now: datetime) -> EvidenceLook:
    rows = EvidenceLook.objects.select_for_update()
    row = rows.filter(id=look, approved=None, proposed_at__gt=now - WAITS).first()
    if row is None:
        raise NotFound("look_ended", "This look ended.", "Ask again and say why.")
    return row


@transaction.atomic
def decide_evidence(look: str, who: Staff, approved: bool, now: datetime) -> None:
    """Agree to a look another officer asked for, or decline it. Both looks are written down when agreed.

    Raises `Forbidden` (`wrong_role`, `four_eyes`) and `NotFound` for one that does not wait.
    """
    _need_officer(who)
    row = _waiting(look, now)
    # INVARIANT: nobody opens evidence alone.
    if row.proposer == who.id:
        raise Forbidden("four_eyes", "Who asked for this cannot agree to it.", "Ask another officer.")
    row.decider, row.decided_by, row.decided_at, row.approved = who.id, who.name, now, approved
    row.shown = len(evidence.found_by([row.found_by])) if approved else 0
    row.found_by = row.found_by if approved else ""
    row.save()
    for person, name in ((row.proposer, row.proposed_by), (who.id, who.name)) if approved else ():
        staff.note_look(name, person, ROLE, SHOWN, now)


def evidence_looks(now: datetime) -> list[Asked]:
    """List the looks that wait, and those that were decided lately, newest first."""
    rows = EvidenceLook.objects.filter(proposed_at__gt=now - WAITS).order_by("-proposed_at")
    return [_asked(row) for row in rows]


def may_open_evidence(look: Asked, who: Staff, now: datetime) -> bool:
    """Tell whether an officer is one of the two who agreed upon a look, and whether it still lasts."""
    lasts = look.decided_at is not None and look.decided_at > now - LOOK_LASTS
    return bool(look.approved) and lasts and who.id in (look.proposer, look.decider)


def evidence_shown(look: str, who: Staff, now: datetime) -> tuple[Asked, list[Evidence]]:
    """Give what an agreed look found, to the two who agreed upon it, while it lasts.

    Raises `NotFound` alike for everybody else, before it was agreed and after it ended.
    """
    row = EvidenceLook.objects.filter(id=look).first()
    asked = _asked(row) if row else None
    if row is None or asked is None or ROLE not in who.roles or not may_open_evidence(asked, who, now):
        raise NotFound("look_ended", "This look ended.", "Ask again and say why.")
    return asked, evidence.found_by([row.found_by])


@transaction.atomic
def tidy_evidence_looks(now: datetime) -> None:
    """Forget which name an ended look was for, and after as long as other looks are kept all of it."""
    EvidenceLook.objects.filter(decided_at__lte=now - LOOK_LASTS).exclude(found_by="").update(found_by="")
    EvidenceLook.objects.filter(proposed_at__lte=now - WAITS, approved=None).update(found_by="")
    old = EvidenceLook.objects.filter(proposed_at__lte=now - staff.LOOKS_KEPT)
    for look in old.values_list("id", flat=True):
        DjangoDatabase().after_commit(partial(keys.destroy, _key(look)))
    old.delete()
