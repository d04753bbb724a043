"""The shelves: products authored in a file, never changed by a visit."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

FAVOURITES = ("p-040", "p-020", "p-005", "p-073", "p-083", "p-053", "p-110", "p-101")
"""Picked by hand by the people of the shop; the same for everybody."""

WINDOW = ("p-015", "p-040", "p-073")
"""What hangs beside the welcome."""


@dataclass(frozen=True)
class Product:
    """One cloth: what it is, how it looks, what it costs in euro cents; warmth runs from 0 to 5."""

    id: str
    title_en: str
    title_zh_hant: str
    title_ar: str
    type: str
    colour: str
    colour_family: str
    material: str
    renewable: bool
    warmth: int
    room: str
    price_cents: int
    text_en: str
    text_zh_hant: str
    text_ar: str

    @property
    def titles(self) -> dict[str, str]:
        """Its name by locale."""
        return {"en": self.title_en, "zh-Hant": self.title_zh_hant, "ar": self.title_ar}

    @property
    def texts(self) -> dict[str, str]:
        """What is said of it, by locale."""
        return {"en": self.text_en, "zh-Hant": self.text_zh_hant, "ar": self.text_ar}

    def as_item(self, shop_url: str) -> dict[str, Any]:
        """Return the product as Sayso's catalogue takes it."""
        return {
            "id": self.id,
            "title": self.titles,
            "url": f"{shop_url}/products/{self.id}",
            "image": f"{shop_url}/swatch/{self.id}.svg",
            "price_cents": self.price_cents,
            "attributes": {
                "type": self.type,
                "colour": self.colour,
                "colour_family": self.colour_family,
                "material": self.material,
                "renewable": self.renewable,
                "warmth": self.warmth,
                "room": self.room,
            },
        }


@dataclass(frozen=True)
class Wish:
    """What a visitor looks for; an empty word means anything."""

    type: str = ""
    colour: str = ""
    material: str = ""
    room: str = ""
    renewable: bool = False

    def fits(self, product: Product) -> bool:
        """Say whether the product is what the visitor looks for."""
        return (
            self.type in ("", product.type)
            and self.colour in ("", product.colour_family)
            and self.material in ("", product.material)
            and self.room in ("", product.room)
            and (product.renewable or not self.renewable)
        )


@cache
def _shelf(file: Path) -> dict[str, Product]:
    with file.open(encoding="utf-8", newline="") as lines:
        return {row["id"]: _product(row) for row in csv.DictReader(lines)}


def _product(row: dict[str, str]) -> Product:
    told: dict[str, Any] = {**row, "renewable": row["renewable"] == "yes"}
    return Product(**{**told, "warmth": int(row["warmth"]), "price_cents": int(row["price_cents"])})


def products() -> tuple[Product, ...]:
    """Return every product, in the order of the file."""
    return tuple(_shelf(settings.CATALOGUE_FILE).values())


def product(product_id: str) -> Product | None:
    """Return one product, or None where there is no such thing on the shelves."""
    return _shelf(settings.CATALOGUE_FILE).get(product_id)


def known(product_ids: Iterable[str]) -> list[Product]:
    """Return the products that exist, in the order asked for."""
    return [found for found in map(product, product_ids) if found is not None]


def values_of(attribute: str) -> list[str]:
    """Return the different values of one attribute, in the order they first appear."""
    return list(dict.fromkeys(str(getattr(item, attribute)) for item in products()))
