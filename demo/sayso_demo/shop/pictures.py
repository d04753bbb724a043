"""Tags by which a browser knows a picture or the style sheet it already has."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from django.http import HttpRequest

from sayso_demo.shop import catalogue
from sayso_demo.shop.swatch import picture

STYLE = Path(__file__).parent / "static" / "shop.css"


def picture_tag(request: HttpRequest, product_id: str) -> str | None:
    """Return the tag of a product's picture, None where there is no such product."""
    item = catalogue.product(product_id)
    return _tag(picture(item)) if item else None


def style_tag(request: HttpRequest) -> str:
    """Return the tag of the style sheet."""
    return _tag(STYLE.read_text("utf-8"))


@cache
def _tag(text: str) -> str:
    return f'"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'
