"""What to suggest and why. A score is a sum of terms, and every term is a reason a person can read and switch.

Terms are whole 1/1024ths. A power of two makes every contribution exact as a binary fraction, so what a page
or a browser adds up is the score to the last bit, and a reason switched off equals one never counted.
"""

import heapq
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sayso.core.catalogue import Catalogue
from sayso.core.duration import Duration

UNIT = 1024
Terms = Mapping[str, int]  # item id → contribution in units


class Kind(StrEnum):
    """What sort of reason it is."""

    BOUGHT = "bought"
    RENEWABLE = "renewable"
    PREFERENCE = "preference"
    WEATHER = "weather"
    TOGETHER = "together"


# Why these sizes: what she says outright outweighs anything we infer; things that stand in one room should
# match before they should be renewable; the warmest thing in a cold week matters a little more than its
# colour, the lukewarm ones less; what other people bought only decides between things that fit equally.
WEIGHT: dict[Kind, int] = {
    Kind.PREFERENCE: 3 * UNIT,
    Kind.BOUGHT: 2 * UNIT,
    Kind.RENEWABLE: UNIT + UNIT // 2,
    Kind.WEATHER: UNIT // 2,  # for each of the five degrees of warmth
    Kind.TOGETHER: UNIT,  # at most, when everybody who bought the one also bought the other
}
RECENT = Duration(months=0, days=30)  # a type bought within it is not suggested again
LEAST_PEOPLE = 5  # fewer people than this in common could tell what one of them bought
UNDYED = frozenset({"natural"})  # undyed cloth goes with everything, so owning some tells no taste in colours
ALSO_IN = {"colour": ("colour", "colour_family")}  # a liked colour is met by its family too


@dataclass(frozen=True, slots=True)
class Purchase:
    """An item somebody bought; `fact` is the id of the datum."""

    fact: str
    item: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Preference:
    """What somebody says they like (+1) or dislike (-1)."""

    fact: str
    attribute: str
    value: str
    liking: int
    at: datetime


@dataclass(frozen=True, slots=True)
class ColdWeek:
    """A cold week is forecast where somebody lives; `fact` is their postcode's datum."""

    fact: str


@dataclass(frozen=True, slots=True)
class Known:
    """The permitted facts about a person. `together` says, per item bought, how many people also bought what.

    `people` says how many bought each of those items at all.
    """

    now: datetime
    purchases: tuple[Purchase, ...] = ()
    preferences: tuple[Preference, ...] = ()
    cold_week: ColdWeek | None = None
    together: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    people: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason, the facts it rests on, and what it contributes to each item. The id outlives the facts."""

    kind: Kind
    attribute: str
    value: str
    facts: tuple[str, ...]
    terms: Terms = field(repr=False)

    @property
    def id(self) -> str:
        """Give the stable name a switch is remembered by, such as `bought:colour_family:blue`."""
        return f"{self.kind}:{self.attribute}:{self.value}"


@dataclass(frozen=True, slots=True)
class Because:
    """What one reason contributes to one suggestion, in units, and whether it is switched on."""

    reason: Reason
    units: int
    on: bool

    @property
    def contribution(self) -> float:
        """Give the contribution as an exact binary fraction."""
        return self.units / UNIT


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An item, its score in units, and every reason for or against it."""

    item: str
    units: int
    because: tuple[Because, ...]

    @property
    def score(self) -> float:
        """Give the score: exactly the sum of the contributions that are on."""
        return self.units / UNIT


def _grouped(
    purchases: Iterable[Purchase], catalogue: Catalogue, attribute: str
) -> dict[str, list[Purchase]]:
    groups: dict[str, list[Purchase]] = {}
    for purchase in purchases:
        value = catalogue.of(purchase.item, attribute)
        if isinstance(value, str) and value:
            groups.setdefault(value, []).append(purchase)
    return groups


def _bought_colours(known: Known, catalogue: Catalogue) -> Iterator[Reason]:
    """Items of other types in the colour family of something bought."""
    families = _grouped(known.purchases, catalogue, "colour_family")
    for family, bought in sorted(families.items()):
        if family in UNDYED:
            continue
        types = {catalogue.of(purchase.item, "type") for purchase in bought}
        found = catalogue.having("colour_family", family)
        terms = {item: WEIGHT[Kind.BOUGHT] for item in found if catalogue.of(item, "type") not in types}
        yield Reason(Kind.BOUGHT, "colour_family", family, _facts(bought), terms)


def _renewable(known: Known, catalogue: Catalogue) -> Iterator[Reason]:
    """Items of renewable material, after one was bought."""
    bought = [purchase for purchase in known.purchases if catalogue.of(purchase.item, "renewable") is True]
    if bought:
        terms = dict.fromkeys(catalogue.having("renewable", True), WEIGHT[Kind.RENEWABLE])
        yield Reason(Kind.RENEWABLE, "material", "renewable", _facts(bought), terms)


def _weather(known: Known, catalogue: Catalogue) -> Iterator[Reason]:
    """Warm things in a cold week, each by its degree of warmth."""
    if known.cold_week:
        terms = {item: WEIGHT[Kind.WEATHER] * warmth for warmth in range(1, 6)
                 for item in catalogue.having("warmth", warmth)}  # fmt: skip
        yield Reason(Kind.WEATHER, "week", "cold", (known.cold_week.fact,), terms)


def _preferences(known: Known, catalogue: Catalogue) -> Iterator[Reason]:
    """What she said she likes, and what she said she does not. Her latest word on a thing counts."""
    latest: dict[tuple[str, str], Preference] = {}
    for said in sorted(known.preferences, key=lambda one: (one.at, one.fact)):
        latest[(said.attribute, said.value)] = said
    for (attribute, value), said in sorted(latest.items()):
        found = [
            item for name in ALSO_IN.get(attribute, (attribute,)) for item in catalogue.having(name, value)
        ]
        terms = dict.fromkeys(found, WEIGHT[Kind.PREFERENCE] * said.liking)
        yield Reason(Kind.PREFERENCE, attribute, value, (said.fact,), terms)


def _together(known: Known, catalogue: Catalogue) -> Iterator[Reason]:
    """What people who bought the same thing also bought: the share of them, never below `LEAST_PEOPLE`."""
    bought: dict[str, list[Purchase]] = {}
    for purchase in known.purchases:
        bought.setdefault(purchase.item, []).append(purchase)
    for item, purchases in sorted(bought.items()):
        terms = {
            other: WEIGHT[Kind.TOGETHER] * both // known.people[item]
            for other, both in known.together.get(item, {}).items()
            if both >= LEAST_PEOPLE and other in catalogue.items
        }
        if terms:
            yield Reason(Kind.TOGETHER, "item", item, _facts(purchases), terms)


RULES = (_bought_colours, _renewable, _weather, _preferences, _together)


def _facts(purchases: Iterable[Purchase]) -> tuple[str, ...]:
    return tuple(sorted({purchase.fact for purchase in purchases}))


def reasons_for(known: Known, catalogue: Catalogue) -> list[Reason]:
    """List every reason the permitted facts give, whether or not it is switched on."""
    return [reason for rule in RULES for reason in rule(known, catalogue)]


def not_again(known: Known, catalogue: Catalogue) -> frozenset[str]:
    """Give the items she has, and those of a type she bought within `RECENT`."""
    had = {purchase.item for purchase in known.purchases}
    fresh = (purchase for purchase in known.purchases if RECENT.after(purchase.at) > known.now)
    types = {catalogue.of(purchase.item, "type") for purchase in fresh} - {None}
    return frozenset(had.union(*(catalogue.having("type", kind) for kind in types if kind is not None)))


def scores(reasons: Iterable[Reason], off: frozenset[str]) -> dict[str, int]:
    """Add up, per item, the terms of the reasons that are on; in units."""
    total: dict[str, int] = {}
    for reason in reasons:
        if reason.id not in off:
            for item, units in reason.terms.items():
                total[item] = total.get(item, 0) + units
    return total


def suggest(known: Known, catalogue: Catalogue, off: frozenset[str], limit: int) -> list[Suggestion]:
    """Give the best items, best first; equal scores in the order of their ids, so that nothing is random.

    `off` holds the ids of reasons switched off: they are listed with what they would contribute and count
    for nothing. Only items with more for them than against are suggested.
    """
    reasons = reasons_for(known, catalogue)
    shut = not_again(known, catalogue)
    worth = [(-units, item) for item, units in scores(reasons, off).items() if units > 0 and item not in shut]
    return [
        Suggestion(item, -units, _because(item, reasons, off))
        for units, item in heapq.nsmallest(limit, worth)
    ]


def _because(item: str, reasons: Iterable[Reason], off: frozenset[str]) -> tuple[Because, ...]:
    return tuple(
        Because(reason, reason.terms[item], reason.id not in off)
        for reason in reasons
        if reason.terms.get(item)
    )
