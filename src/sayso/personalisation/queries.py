"""What may be suggested and why, what is known, and what the counts hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from django.utils import translation

from sayso.core.catalogue import Catalogue, Item, read_catalogue
from sayso.core.counts import Counts, total
from sayso.core.fact import SHAPES, Fact
from sayso.core.taste import (
    LEAST_PEOPLE,
    Because,
    ColdWeek,
    Known,
    Preference,
    Purchase,
    Reason,
    reasons_for,
    suggest,
)
from sayso.personalisation import models, permission, stored, weather, why
from sayso.personalisation.postcodes import cell_of


@dataclass(frozen=True, slots=True)
class Why:
    """One reason as a person reads it. `facts` are the ids of the data it rests on."""

    id: str
    kind: str
    text: str
    datum: str
    facts: tuple[str, ...]
    contribution: float
    on: bool


@dataclass(frozen=True, slots=True)
class Recommended:
    """One suggested item; its score is exactly the sum of the contributions that are on."""

    id: str
    title: str
    score: float
    reasons: tuple[Why, ...]


@dataclass(frozen=True, slots=True)
class Recommendations:
    """Suggestions, what to know about them, the choices they rest on, and the reasons switched off."""

    items: tuple[Recommended, ...] = ()
    notes: tuple[why.Note, ...] = ()
    permitted: tuple[str, ...] = ()
    switched_off: tuple[Why, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelf:
    """A brand's catalogue as rules and as pages read it."""

    catalogue: Catalogue
    titles: Mapping[str, Mapping[str, str]]


@lru_cache(maxsize=8)
def _shelf(brand: str, revision: str) -> Shelf:
    rows = list(models.Item.objects.filter(brand=brand).order_by("item"))
    catalogue = read_catalogue(Item(row.item, row.attributes) for row in rows)
    return Shelf(catalogue, {row.item: row.title for row in rows})


def shelf(brand: str) -> Shelf:
    """Give the brand's catalogue, read again when it has changed."""
    row = models.Revision.objects.filter(brand=brand).first()
    return _shelf(brand, row.shelf if row else "")


def switched_off(brand: str, subjects: Sequence[str]) -> frozenset[str]:
    """Give the reasons that any of these subjects switched off."""
    rows = models.Switch.objects.filter(brand=brand, subject__in=subjects)
    return frozenset(rows.values_list("reason", flat=True))


def _together(brand: str, bought: set[str]) -> tuple[dict[str, dict[str, int]], dict[str, int]]:
    pairs: dict[str, dict[str, int]] = {item: {} for item in bought}
    # What the rules would leave out for being too few is not even read: with real shoppers, nearly all of it.
    enough = models.PairCount.objects.filter(brand=brand, people__gte=LEAST_PEOPLE)
    for ours, theirs in (("first", "second"), ("second", "first")):
        for item, other, people in enough.filter(**{f"{ours}__in": bought}).values_list(
            ours, theirs, "people"
        ):
            pairs[item][other] = people
    rows = models.ItemCount.objects.filter(brand=brand, item__in=bought)
    return pairs, dict(rows.values_list("item", "people"))


def _cold_week(place: Fact | None, now: datetime) -> tuple[ColdWeek | None, tuple[why.Note, ...]]:
    if place is None:
        return None, ()
    cell = cell_of(place.value["postcode"], place.value["country"])
    if cell is None:
        return None, (why.note("unknown_postcode"),)
    week = weather.provider().for_cell(cell, now)
    if week is None:
        return None, (why.note("no_forecast"),)
    return (ColdWeek(place.id) if week.cold else None), ()


def _known(brand: str, facts: Sequence[Fact], cold: ColdWeek | None, now: datetime) -> Known:
    bought = tuple(Purchase(f.id, f.value["item"], f.at) for f in facts if f.category == "purchases")
    said = tuple(
        Preference(f.id, f.value["attribute"], f.value["value"], f.value["liking"], f.at)
        for f in facts
        if f.category == "preferences"
    )
    pairs, people = _together(brand, {purchase.item for purchase in bought})
    return Known(now, bought, said, cold, pairs, people)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Says reasons in one locale about one person's facts."""

    facts: Mapping[str, Fact]
    titles: Mapping[str, Mapping[str, str]]
    locale: str

    def why(self, because: Because) -> Why:
        """Say one reason with what it contributes."""
        reason = because.reason
        named = why.datum(reason, self.facts, self.titles, self.locale)
        text = why.sentence(reason, named, because.units > 0)
        return Why(reason.id, reason.kind, text, named, reason.facts, because.contribution, because.on)

    def switched_off(self, reason: Reason) -> Why:
        """Say a reason that is switched off, beside any one item."""
        return self.why(Because(reason, next(iter(reason.terms.values()), 1), False))


def recommendations(
    brand: str, subjects: Sequence[str], limit: int, locale: str, now: datetime
) -> Recommendations:
    """Suggest at most `limit` items from the facts these subjects together permit at this moment.

    Nothing permitted gives nothing. `locale` is the language of texts, such as en or zh-Hant.
    """
    permitted = permission.personalised(brand, subjects, now) if subjects else []
    if not permitted:
        return Recommendations()
    with translation.override(locale.lower()):
        return _recommended(brand, subjects, [choice.category for choice in permitted], limit, locale, now)


def _recommended(
    brand: str, subjects: Sequence[str], categories: Sequence[str], limit: int, locale: str, now: datetime
) -> Recommendations:
    facts, off = stored.facts(brand, subjects, categories), switched_off(brand, subjects)
    place = next((fact for fact in reversed(facts) if fact.category == "location"), None)
    cold, notes = _cold_week(place, now)
    known, goods = _known(brand, facts, cold, now), shelf(brand)
    teller = _Teller({fact.id: fact for fact in facts}, goods.titles, locale)
    items = tuple(
        Recommended(
            found.item,
            why.title(found.item, goods.titles, locale),
            found.score,
            tuple(teller.why(because) for because in found.because),
        )
        for found in suggest(known, goods.catalogue, off, limit)
    )
    quiet = [reason for reason in reasons_for(known, goods.catalogue) if reason.id in off]
    allowed = tuple(choice.id for choice in permission.PERSONALISE if choice.category in categories)
    return Recommendations(items, notes, allowed, tuple(teller.switched_off(reason) for reason in quiet))


def facts_of(brand: str, subjects: Sequence[str]) -> list[Fact]:
    """List everything this room knows of these subjects, oldest first, for their own page and export."""
    return stored.facts(brand, subjects, SHAPES)


def categories_told(brand: str, subjects: Sequence[str]) -> frozenset[str]:
    """Give the categories of which these subjects told us something themselves."""
    return frozenset(fact.category for fact in facts_of(brand, subjects) if fact.source == "told")


def held(subjects: Sequence[str]) -> int:
    """Count what this room holds of these subjects, whatever the brand: nought after an erasure."""
    tables = (models.Fact, models.Contribution, models.Switch)
    return sum(table._default_manager.filter(subject__in=subjects).count() for table in tables)


def contributes(brand: str, subjects: Sequence[str]) -> tuple[str, ...]:
    """Give the items of these subjects that stand in the counts now."""
    rows = models.Contribution.objects.filter(brand=brand, subject__in=subjects)
    return tuple(sorted(set(rows.values_list("item", flat=True))))


def served_counts(brand: str) -> Counts:
    """Give the counts as suggestions use them."""
    items = models.ItemCount.objects.filter(brand=brand).values_list("item", "people")
    pairs = models.PairCount.objects.filter(brand=brand).values_list("first", "second", "people")
    return Counts(dict(items), {(first, second): people for first, second, people in pairs})


def people_with_purchases(brand: str) -> list[str]:
    """List the subjects of whom a purchase is known."""
    rows = models.Fact.objects.filter(brand=brand, category="purchases")
    return sorted(rows.values_list("subject", flat=True).distinct())


def rebuilt_counts(brand: str, now: datetime) -> Counts:
    """Count anew, from the facts alone, everybody who permits it now."""
    return total(
        stored.basket_of(brand, subject)
        for subject in people_with_purchases(brand)
        if permission.learning(brand, subject, now).permitted
    )
