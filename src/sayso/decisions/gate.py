"""Answer questions in plain SQL without Django: edge and web share this."""

from collections.abc import Sequence
from datetime import datetime

from sayso.consent import ledger
from sayso.core.choice import Choice
from sayso.core.decision import Decision, decide_together
from sayso.deployment.database import Database
from sayso.notices import store as notices


def decide(
    db: Database, brand: str, subjects: Sequence[str], questions: Sequence[Choice], now: datetime
) -> list[Decision]:
    """Answer every question about these subjects together, in order. Nobody known is no."""
    published = notices.current(db, brand)
    standings = [ledger.standing_of(db, subject, brand) for subject in subjects]
    return [decide_together(standings, question, published, now) for question in questions]
