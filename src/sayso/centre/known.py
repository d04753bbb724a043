"""Everything known about her, datum by datum, joined to the notice that says what may be done with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sayso.centre import shown
from sayso.centre.shown import Words
from sayso.centre.used import Line, Lines
from sayso.centre.visitor import Visitor
from sayso.core.fact import Fact
from sayso.core.layout import length_text
from sayso.core.notice import Notice
from sayso.core.purpose import Part, Purpose
from sayso.core.vocabulary import ConsentStatus
from sayso.identity import queries as identity
from sayso.identity.queries import KnownIdentifier
from sayso.inventory import queries as inventory
from sayso.personalisation import queries as personalisation

SOURCE: dict[str, Words] = {
    "told": gettext_lazy("told by you"),
    "observed": gettext_lazy("seen in the shop"),
}


@dataclass(frozen=True, slots=True)
class Datum:
    """One thing known. `fact` is its id when she can take it back here."""

    what: str
    value: str
    source: str
    since: datetime | None
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """What one datum's category is used for: why, on what basis, by whom, how long, how protected."""

    purpose: str
    title: str
    sentence: str
    basis: Words
    law: str
    operation: Words
    who: str
    country: str
    transfer: str
    contact: str
    retention: str
    safeguards: tuple[str, ...]
    asked: bool
    says: Words
    tone: str
    lately: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """One category of data: what is known of it, where the brand keeps it, everything it may be used for."""

    id: str
    title: str
    source: str
    data: tuple[Datum, ...]
    kept_in: tuple[str, ...]
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class Count:
    """How many things of one category are known."""

    id: str
    title: str
    count: int


def _use(
    notice: Notice, purpose: Purpose, part: Part, locale: str, statuses: Mapping[str, str], used: Lines
) -> Use:
    says, tone = shown.STATUS[statuses.get(part.choice.id, ConsentStatus.UNKNOWN)]
    named = notice.recipients.get(part.choice.recipient)
    return Use(
        purpose=purpose.id,
        title=purpose.title[locale],
        sentence=part.text[locale],
        basis=shown.BASIS[purpose.basis],
        law=purpose.law.get(locale, ""),
        operation=shown.OPERATION[part.choice.operation],
        who=shown.who(notice, part.choice.recipient, locale),
        country=named.country if named else notice.controller.country,
        transfer=named.transfer.get(locale, "") if named else "",
        contact=named.contact if named else notice.controller.email,
        retention=length_text(part.retention, locale),
        safeguards=tuple(notice.safeguards[name][locale] for name in part.safeguards),
        asked=purpose.asked,
        says=says if purpose.asked else _("Told, not asked"),
        tone=tone if purpose.asked else "told",
        lately=tuple(used.get(part.choice.id, ())),
    )


def _identifiers(visitor: Visitor) -> dict[str, list[Datum]]:
    """Give her identifiers by category: an address and a customer number are both how we reach her."""
    found = identity.identifiers_of(visitor.account) if visitor.account else []
    return {"contact": [_identifier(one) for one in found]} if found else {}


def _identifier(one: KnownIdentifier) -> Datum:
    named = {"email": _("e-mail address"), "customer": _("customer number")}
    source = _("proved by you") if one.proved else _("told to us by the shop's server")
    return Datum(named.get(one.kind, one.kind), one.value, source, one.added_at)


def _value(fact: Fact, brand: str, locale: str) -> str:
    """Say what a fact says: the title of what she bought, what she likes, her postcode."""
    value = fact.value
    if fact.category == "purchases":
        titles = personalisation.shelf(brand).titles.get(value["item"], {})
        return titles.get(locale) or titles.get("en") or str(value["item"])
    if fact.category == "preferences":
        liking = _("I like: %(what)s") if value["liking"] > 0 else _("I do not like: %(what)s")
        word = str(value["value"])
        return liking % {"what": _(word)}
    return f"{value['postcode']} ({value['country']})"


def _facts(visitor: Visitor, brand: str, locale: str) -> dict[str, list[Datum]]:
    """Give what personalisation knows by category, newest first."""
    found: dict[str, list[Datum]] = {}
    facts = {fact.id: fact for fact in personalisation.facts_of(brand, visitor.subjects)}
    for fact in sorted(facts.values(), key=lambda one: one.at, reverse=True):
        source = str(SOURCE.get(fact.source, fact.source))
        datum = Datum("", _value(fact, brand, locale), source, fact.at, fact.id)
        found.setdefault(fact.category, []).append(datum)
    return found


def data_of(visitor: Visitor, notice: Notice, locale: str) -> dict[str, list[Datum]]:
    """Give everything held here by category id, newest first within each."""
    return {**_identifiers(visitor), **_facts(visitor, notice.brand, locale)}


def _places(brand: str, locale: str) -> dict[str, tuple[str, ...]]:
    """Name, per category, the brand's own systems that hold it for an account."""
    return {
        category: tuple(dict.fromkeys(one.system_title[locale] for one in places if not one.recipient))
        for category, places in inventory.places_of(brand).items()
    }


def everything(
    visitor: Visitor, notice: Notice, locale: str, statuses: Mapping[str, str], used: Lines
) -> list[Known]:
    """List every category of the notice with what is known of it and every use, told ones included.

    `used` is what really happened lately, by choice.
    """
    data = data_of(visitor, notice, locale)
    places = _places(notice.brand, locale) if visitor.account else {}
    uses: dict[str, list[Use]] = {}
    for purpose, part in notice.parts():
        uses.setdefault(part.choice.category, []).append(_use(notice, purpose, part, locale, statuses, used))
    return [
        Known(
            category.id,
            category.title[locale],
            category.source[locale],
            tuple(data.get(category.id, ())),
            places.get(category.id, ()),
            tuple(uses.get(category.id, ())),
        )
        for category in notice.categories.values()
        if category.id in uses or category.id in data
    ]


def counts(visitor: Visitor, notice: Notice, locale: str) -> list[Count]:
    """Count what is known by category, leaving out what is not known."""
    data = data_of(visitor, notice, locale)
    return [
        Count(category.id, category.title[locale], len(data[category.id]))
        for category in notice.categories.values()
        if data.get(category.id)
    ]
