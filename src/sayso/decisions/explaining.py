"""Why a question was answered as it was: by the plain rules and the rows of now, never from a replica."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sayso.consent import blocks, ledger
from sayso.core.choice import Choice
from sayso.core.consent import Published, Standing, as_one_person, status_of, strictest
from sayso.core.decision import Decision, Reason, decide, decide_together
from sayso.core.opt_out import Heard
from sayso.core.vocabulary import ConsentStatus
from sayso.deployment.database import Database
from sayso.identity import store as identity
from sayso.identity.store import Resolved
from sayso.notices import store as notices


@dataclass(frozen=True, slots=True)
class Share:
    """What one of a person's subjects contributes: `kind` is `device` or `account`."""

    kind: str
    permitted: bool
    reason: Reason


@dataclass(frozen=True, slots=True)
class Explanation:
    """A decision and what it rests on.

    `status` is where the choice stands for all subjects together. `generation_matches` tells whether what was
    last answered is what the notice says now; None where nothing was answered.
    """

    decision: Decision
    version: str
    status: ConsentStatus
    generation_matches: bool | None
    shares: tuple[Share, ...]


def explain(
    db: Database, brand: str, who: Resolved, questions: Sequence[Choice], now: datetime, *, signal: bool
) -> list[Explanation]:
    """Answer every question about a person in order, each with what it rests on."""
    published = notices.current(db, brand)
    standings = as_one_person([ledger.standing_of(db, subject, brand) for subject in who.subjects])
    heard = Heard(signal, blocks.scopes_of(db, {*who.lookups, *identity.lookups_of(db, who.subjects)}))
    return [_explained(who, standings, question, published, now, heard) for question in questions]


def _explained(
    who: Resolved,
    standings: Sequence[Standing | None],
    question: Choice,
    published: Published,
    now: datetime,
    heard: Heard,
) -> Explanation:
    each = [decide(standing, question, published, now, heard) for standing in standings]
    known = [standing or Standing() for standing in standings] or [Standing()]
    return Explanation(
        decide_together(standings, question, published, now, heard),
        published.notice.version,
        strictest([status_of(standing, question.id, published, now) for standing in known]),
        _matches(known, question.id, published),
        tuple(
            Share("device" if subject == who.device else "account", one.permitted, one.reason)
            for subject, one in zip(who.subjects, each, strict=True)
        ),
    )


def _matches(standings: Sequence[Standing], choice: str, published: Published) -> bool | None:
    said = [standing.held[choice].generation for standing in standings if choice in standing.held]
    answered = [generation for generation in said if generation]
    return all(one == published.generations.get(choice) for one in answered) if answered else None
