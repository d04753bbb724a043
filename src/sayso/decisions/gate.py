"""Answer questions in plain SQL without Django: edge and web share this."""

from collections.abc import Sequence
from datetime import datetime

from sayso.consent import blocks, ledger
from sayso.consent.blocks import Lookup
from sayso.core.choice import Choice
from sayso.core.decision import Decision, decide_together
from sayso.core.opt_out import Heard
from sayso.deployment.database import Database
from sayso.identity import store as identity
from sayso.notices import store as notices


def decide(
    db: Database,
    brand: str,
    subjects: Sequence[str],
    questions: Sequence[Choice],
    now: datetime,
    named: Sequence[Lookup] = (),
    *,
    signal: bool = False,
) -> list[Decision]:
    """Answer every question about these subjects together, in order. Nobody known is no.

    A Block on an identifier of theirs, or on one that the question `named`, refuses what it covers; `signal`
    says that Global Privacy Control came with the request this is about.
    """
    published = notices.current(db, brand)
    standings = [ledger.standing_of(db, subject, brand) for subject in subjects]
    scopes = blocks.scopes_of(db, {*named, *identity.lookups_of(db, subjects)})
    heard = Heard(signal, scopes)
    return [decide_together(standings, question, published, now, heard) for question in questions]
