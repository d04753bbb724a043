"""The basket: product ids and quantities in the visitor's own signed cookie, once there is something in it."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

from sayso_demo.shop import catalogue
from sayso_demo.shop.catalogue import Product

MOST = 20
"""Of one product, and of different products."""


@dataclass(frozen=True)
class Line:
    """One product in the basket."""

    product: Product
    qty: int

    @property
    def cents(self) -> int:
        """What this line costs."""
        return self.qty * self.product.price_cents


def contents(request: HttpRequest) -> dict[str, int]:
    """Return product ids and quantities; products that left the shelves are gone here too."""
    kept = request.session.get("basket", {})
    return {item: qty for item, qty in kept.items() if catalogue.product(item) is not None}


def lines(request: HttpRequest) -> list[Line]:
    """Return the basket as lines, in the order things were put in."""
    held = contents(request)
    return [Line(item, held[item.id]) for item in catalogue.known(held)]


def total(request: HttpRequest) -> int:
    """Return what everything costs, in cents."""
    return sum(line.cents for line in lines(request))


def count(request: HttpRequest) -> int:
    """Return how many pieces there are."""
    return sum(contents(request).values())


def put(request: HttpRequest, product: Product, qty: int) -> None:
    """Set how many of a product there are; none takes it out, and an empty basket leaves no cookie."""
    held = contents(request)
    held[product.id] = min(max(qty, 0), MOST)
    kept = {item: number for item, number in list(held.items())[:MOST] if number}
    if kept:
        request.session["basket"] = kept
    else:
        empty(request)


def empty(request: HttpRequest) -> None:
    """Forget the basket."""
    request.session.flush()
