"""Which proof of somebody's identity holds now."""

from datetime import datetime, timedelta

from sayso.core.request import Proof
from sayso.identity import keys
from sayso.identity.proofing import models

PROOF_HOLDS = timedelta(minutes=5)


def fresh_proof(account: str, act: str, session: str, now: datetime) -> Proof | None:
    """Give the proof shown for this act in this session within the last five minutes, or None."""
    row = (
        models.Proof.objects.filter(
            account_id=account,
            act=act,
            session_hash=keys.secret_hash(session),
            at__gt=now - PROOF_HOLDS,
            at__lte=now,
        )
        .order_by("-at")
        .first()
    )
    return Proof(row.id, row.level, row.at) if row else None


def code_is_waiting(account: str, act: str, session: str) -> bool:
    """Tell whether a code was sent for this act in this session and not yet typed."""
    return models.Challenge.objects.filter(
        account_id=account, act=act, session_hash=keys.secret_hash(session)
    ).exists()
