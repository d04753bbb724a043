"""To how many people a question may be put now, and to how many not, and why: counted by the rule that asks."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sayso.asks import authored, gathering
from sayso.asks.authored import Entry
from sayso.core import ask as rules
from sayso.core.ask import Ask, Asks, WhyNot
from sayso.core.ask_reading import read_ask
from sayso.core.small import told
from sayso.identity import queries as identity
from sayso.notices import queries as notices

Ways = tuple[tuple[str, ...], ...]
Told = Callable[[Sequence[str]], frozenset[str]]
BATCH = 200  # people read at once
MOST = 2_000  # people looked at for one count; ids are random, so the first ones are a random choice


@dataclass(frozen=True, slots=True)
class Audience:
    """How many people a question may be put to, and how many not by reason; None stands for fewer than five.

    `everybody` is false when only the first two thousand were counted.
    """

    may: int | None
    may_not: dict[WhyNot, int | None]
    everybody: bool


def _why_not(brand: str, ask: Ask, asks: Asks, ways: Ways, told_of: Told, now: datetime) -> WhyNot | None:
    """Say why not, when the question may be put to a person on none of her devices."""
    reasons = []
    for subjects in ways:
        past = gathering.past_of(brand, subjects, asks, told_of(subjects), now)
        reason = rules.why_not(ask, asks, past, now)
        if reason is None:
            return None
        reasons.append(reason)
    return reasons[0]


def audience_of(brand: str, entry: Entry, told_of: Told, now: datetime) -> Audience:
    """Count the audience of a question, published or only drafted.

    `told_of` gives the categories of which subjects have told something already: a room beside this one knows.

    Raises `Invalid` with code `invalid_asks` for one that could not be published.
    """
    ask = read_ask(entry, notices.current(brand).notice)
    asks = replace(authored.asks_of(brand), asks=(ask,))
    counts: Counter[WhyNot | None] = Counter()
    for person in identity.everybody(MOST, BATCH, now):
        counts[_why_not(brand, ask, asks, person.ways, told_of, now)] += 1
    may = counts.pop(None, 0)
    may_not = {reason: told(count) for reason, count in counts.most_common() if reason is not None}
    return Audience(told(may), may_not, may + counts.total() < MOST)
