"""What a person may tell of her own accord, what it changes at once, and how she takes it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sayso.centre.shown import Words
from sayso.centre.visitor import Visitor
from sayso.core.fact import Fact
from sayso.core.notice import Notice
from sayso.core.values import new_id
from sayso.core.vocabulary import PERMITTING
from sayso.personalisation import queries as personalisation
from sayso.personalisation import services
from sayso.personalisation.queries import Recommended

CATEGORY = "preferences"
SHOWN = 4
ATTRIBUTES: dict[str, Words] = {
    "colour_family": gettext_lazy("Colours"),
    "material": gettext_lazy("Materials"),
}


@dataclass(frozen=True, slots=True)
class Picker:
    """One attribute of the catalogue and the values it has, with their words."""

    attribute: str
    title: Words
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be told here, whether it may be kept, and what is suggested as things stand."""

    pickers: tuple[Picker, ...]
    permitted: bool
    purpose: str
    purpose_title: str
    suggestions: tuple[Recommended, ...]


def _values(brand: str, attribute: str) -> list[str]:
    index = personalisation.shelf(brand).catalogue.index
    return sorted(str(value) for name, value in index if name == attribute)


def _pickers(brand: str) -> tuple[Picker, ...]:
    made = (
        Picker(attribute, title, tuple((value, _(value)) for value in _values(brand, attribute)))
        for attribute, title in ATTRIBUTES.items()
    )
    return tuple(picker for picker in made if picker.options)


def is_offered(brand: str, attribute: str, value: str) -> bool:
    """Tell whether this is something the catalogue has, and may be liked."""
    return attribute in ATTRIBUTES and value in _values(brand, attribute)


def offer(
    visitor: Visitor, notice: Notice, locale: str, statuses: Mapping[str, str], now: datetime
) -> Offer | None:
    """Give what can be told here; None when no purpose needs it or nobody is there to tell."""
    needing = notice.needing(CATEGORY)
    if not needing or not visitor.subjects:
        return None
    purpose = notice.purposes[needing[0].purpose]
    permitted = any(statuses[choice.id] in PERMITTING for choice in needing)
    suggested = personalisation.recommendations(notice.brand, visitor.subjects, SHOWN, locale, now)
    return Offer(_pickers(notice.brand), permitted, purpose.id, purpose.title[locale], suggested.items)


def tell(visitor: Visitor, brand: str, attribute: str, value: str, liking: int, now: datetime) -> bool:
    """Keep a preference she volunteered; False when no choice of hers permits it."""
    if not visitor.subjects:
        return False
    said = {"attribute": attribute, "value": value, "liking": liking}
    fact = Fact(f"told-{new_id()}", CATEGORY, "told", now, said)
    return bool(services.add_facts_to(brand, visitor.subjects[0], [fact], now).accepted)


def take_back(visitor: Visitor, brand: str, fact: str, now: datetime) -> bool:
    """Delete one fact wherever it is kept for her; False when it was not there."""
    gone = [services.remove_facts(brand, subject, [fact], now) for subject in visitor.subjects]
    return any(gone)
