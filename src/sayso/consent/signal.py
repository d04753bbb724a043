"""Global Privacy Control as the ledger has it: one event when it is first seen, and none after that."""

from collections.abc import Sequence
from uuid import NAMESPACE_OID, uuid5

from sayso.consent.ledger import Submission, body_hash_of, standing_of
from sayso.core.consent import Answer, Standing
from sayso.core.vocabulary import Voucher
from sayso.deployment.database import Database
from sayso.notices import store as notices

ACT = "signal"


def _answer(db: Database, source: str, brand: str) -> Answer:
    """Make the event of a signal: nothing was shown and nothing answered, the browser vouches for it."""
    notice = notices.current(db, brand).notice
    return Answer(
        # One number for one signal, whoever it holds for and however often two tabs see it at once.
        event=str(uuid5(NAMESPACE_OID, f"{source}:{brand}:gpc")),
        version=notice.version,
        answers={},
        locale=notice.locales[0],
        text_hash="",
        layout="",
        surface="browser",
        act=ACT,
        voucher=Voucher.DEVICE,
        gpc=True,
    )


def unrecorded(db: Database, subjects: Sequence[str], brand: str, source: str = "") -> list[Submission]:
    """Give what the ledger must take down when the signal is seen from these subjects: often nothing.

    `source` is the subject whose browser sent it, the first of `subjects` when left out.
    """
    unknown = [each for each in subjects if not (standing_of(db, each, brand) or Standing()).gpc]
    if not unknown:
        return []
    answer = _answer(db, source or subjects[0], brand)
    return [Submission(brand, answer, body_hash_of(b"gpc"), subject=subject) for subject in unknown]
