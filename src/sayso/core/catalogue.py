"""What can be suggested, by attribute. Names are for people; rules never see them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Attribute = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Item:
    """Something that can be suggested. Rules see its attributes, never its name."""

    id: str
    attributes: Mapping[str, Attribute]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Every item, and which items have an attribute at a value."""

    items: Mapping[str, Item]
    index: Mapping[tuple[str, Attribute], tuple[str, ...]]

    def having(self, attribute: str, value: Attribute) -> tuple[str, ...]:
        """Give the ids of the items with this attribute at this value."""
        return self.index.get((attribute, value), ())

    def of(self, item: str, attribute: str) -> Attribute | None:
        """Give an item's attribute, or None when the item or the attribute is unknown."""
        known = self.items.get(item)
        return known.attributes.get(attribute) if known else None


def read_catalogue(items: Iterable[Item]) -> Catalogue:
    """Index a catalogue by attribute and value."""
    known = {item.id: item for item in items}
    index: dict[tuple[str, Attribute], list[str]] = {}
    for item in known.values():
        for pair in item.attributes.items():
            index.setdefault(pair, []).append(item.id)
    return Catalogue(known, {pair: tuple(ids) for pair, ids in index.items()})
