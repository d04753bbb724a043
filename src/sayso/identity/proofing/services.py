"""Record that somebody showed, by whichever method, that it is them."""

from datetime import datetime

from sayso.core.errors import Invalid
from sayso.core.request import PROOF_LEVELS
from sayso.core.values import new_id
from sayso.identity import keys
from sayso.identity.proofing import models

ACTS = frozenset({"download", "delete", "security"})


def check_act(act: str) -> None:
    """Raise `Invalid` with code `unknown_act` for an act that needs no proof."""
    if act not in ACTS:
        raise Invalid("unknown_act", "No proof is asked for that.", f"Choose among {sorted(ACTS)}.")


def record_proof(account: str, act: str, method: str, session: str, now: datetime) -> None:
    """Record a proof for one act in one session, as strong as its method is."""
    check_act(act)
    models.Proof.objects.create(
        id=new_id(),
        account_id=account,
        method=method,
        level=PROOF_LEVELS[method],
        act=act,
        session_hash=keys.secret_hash(session),
        at=now,
    )
