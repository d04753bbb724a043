"""Words, prices and bars for the templates."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from sayso_demo.shop.catalogue import Product
from sayso_demo.shop.consent import locale

register = template.Library()
WORDS = Path(__file__).parent.parent / "data" / "words.yaml"


@cache
def _words() -> dict[str, dict[str, str]]:
    with WORDS.open(encoding="utf-8") as file:
        words: dict[str, dict[str, str]] = yaml.safe_load(file)
    return words


@register.simple_tag
def say(key: str, **values: object) -> str:
    """Return a text of the shop in the page's language; `{name}` takes a value."""
    return _words()[key][locale()].format(**values)


@register.filter
def word(name: str) -> str:
    """Return a colour, material, room or kind in the page's language; an unknown one as it is."""
    known = _words().get(f"name.{name}")
    return known[locale()] if known else name


@register.filter
def filter_label(name: str) -> str:
    """Return what a filter of the shelves is called."""
    return say(f"filter.{name}")


@register.filter
def title(product: Product) -> str:
    """Return the product's name in the page's language."""
    return product.titles[locale()]


@register.filter
def poem(product: Product) -> str:
    """Return the product's description in the page's language."""
    return product.texts[locale()]


@register.filter
def euro(cents: int) -> str:
    """Return a price in euros."""
    return f"€{cents / 100:,.2f}"


@register.simple_tag
def bar(contribution: float, whole: float) -> SafeString:
    """Return a small bar: how much of all reasons this one brings."""
    width = round(100 * min(abs(contribution) / whole, 1)) if whole > 0 else 0
    return format_html(
        '<svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="bar-whole" width="100" height="6"/><rect class="bar-part" width="{}" height="6"/></svg>',
        width,
    )
