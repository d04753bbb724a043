"""Reach per purpose beside withdrawals and what is kept. Small numbers are not told."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from sayso.consent import queries as consent
from sayso.core.decision import Reason
from sayso.core.purpose import Purpose
from sayso.core.small import told
from sayso.decisions import queries as decisions
from sayso.identity import queries as identity
from sayso.identity.queries import OnePerson
from sayso.notices import queries as notices

LATELY = timedelta(days=30)
LONG_AGO = timedelta(days=90)  # FEATURES J4: what counts is what people still want after three months
BATCH, MOST = 200, 2_000
YES, NO, SILENT, SAID_YES, KEPT = "yes", "no", "silent", "said_yes", "kept"
SPOKEN = frozenset({Reason.REFUSED, Reason.WITHDRAWN})


@dataclass(frozen=True, slots=True)
class Reach:
    """One purpose in numbers of people; None stands for fewer than five.

    `yes`, `no` and `silent` are now; `withdrawn` counts acts of the last 30 days; of `said_yes`, who had
    permitted it 90 days ago, `kept` still do.
    """

    purpose: Purpose
    yes: int | None
    no: int | None
    silent: int | None
    withdrawn: int | None
    said_yes: int | None
    kept: int | None


def _answer(brand: str, purpose: Purpose, person: OnePerson, now: datetime) -> str:
    """Say where a person stands with a purpose: yes when any part of it is permitted on any of her devices."""
    asked = [part.choice for part in purpose.parts]
    made = [one for way in person.ways for one in decisions.decide(brand, way, asked, now)]
    if any(decision.permitted for decision in made):
        return YES
    return NO if any(decision.reason in SPOKEN for decision in made) else SILENT


def _count(brand: str, purposes: list[Purpose], now: datetime) -> dict[str, Counter[str]]:
    counts: dict[str, Counter[str]] = {purpose.id: Counter() for purpose in purposes}
    for person in identity.everybody(MOST, BATCH, now):
        subjects = list(dict.fromkeys(subject for way in person.ways for subject in way))
        before = {choice.split(".")[0] for choice in consent.said_yes_by(subjects, brand, now - LONG_AGO)}
        for purpose in purposes:
            answer = _answer(brand, purpose, person, now)
            counts[purpose.id][answer] += 1
            counts[purpose.id][SAID_YES] += purpose.id in before
            counts[purpose.id][KEPT] += purpose.id in before and answer == YES
    return counts


def _withdrawn(brand: str, purpose: Purpose, acts: dict[str, set[str]]) -> int:
    return len(set().union(*(acts.get(part.choice.id, set()) for part in purpose.parts)))


def reach_of(brand: str, now: datetime) -> list[Reach]:
    """Give the reach of every purpose that is asked, in the notice's order.

    The gate is asked about each person, at most two thousand of them, chosen by their random ids.
    """
    purposes = [purpose for purpose in notices.current(brand).notice.purposes.values() if purpose.asked]
    counts, acts = _count(brand, purposes, now), consent.withdrawals_since(brand, now - LATELY)
    found = []
    for purpose in purposes:
        here = counts[purpose.id]
        numbers = [
            here[YES],
            here[NO],
            here[SILENT],
            _withdrawn(brand, purpose, acts),
            here[SAID_YES],
            here[KEPT],
        ]
        found.append(Reach(purpose, *(told(number) for number in numbers)))
    return found
