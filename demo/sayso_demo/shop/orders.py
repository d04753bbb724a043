"""Take an order: customer, address, lines and invoice in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from sayso_demo.shop import catalogue
from sayso_demo.shop.models import Address, Counter, Customer, Invoice, Order, OrderLine

FIRST = {"customer": 1000, "order": 2040, "invoice": 5000}


@dataclass(frozen=True)
class Delivery:
    """What a guest types at checkout; `region` is the part after the hyphen of ISO 3166-2 (`CA`)."""

    name: str
    email: str
    line1: str
    city: str
    postcode: str
    country: str
    region: str = ""
    phone: str = ""
    gift_note: str = ""
    fax: str = ""


@transaction.atomic
def place_order(delivery: Delivery, basket: Mapping[str, int], now: datetime) -> Order:
    """Write the order down and return it; `basket` maps product ids to quantities."""
    address = address_of(delivery)
    customer = _customer(delivery, address, now)
    order = Order.objects.create(
        number=f"L-{_next('order')}",
        customer=customer,
        placed_at=now,
        delivery_address=address,
        gift_note=delivery.gift_note,
    )
    lines = [
        OrderLine(order=order, product_id=item.id, qty=basket[item.id], price_cents=item.price_cents)
        for item in catalogue.known(basket)
    ]
    OrderLine.objects.bulk_create(lines)
    _invoice(order, delivery.name, sum(line.qty * line.price_cents for line in lines))
    return order


def address_of(delivery: Delivery) -> Address:
    """Return the one row for this place."""
    place = ("line1", "city", "postcode", "region", "country")
    return Address.objects.get_or_create(**{part: getattr(delivery, part) for part in place})[0]


def new_customer(delivery: Delivery, address: Address, now: datetime, number: str = "") -> Customer:
    """Write down a new customer, under a number nobody had before."""
    return Customer.objects.create(
        number=number or f"C-{_next('customer')}",
        name=delivery.name,
        email=delivery.email.lower(),
        phone=delivery.phone,
        fax=delivery.fax,
        address=address,
        country=delivery.country,
        region=delivery.region,
        created_at=now,
    )


def _customer(delivery: Delivery, address: Address, now: datetime) -> Customer:
    known = Customer.objects.filter(email__iexact=delivery.email).first()
    if known is None:
        return new_customer(delivery, address, now)
    # The rules that apply follow the newest delivery address.
    known.address, known.country, known.region = address, delivery.country, delivery.region
    known.save(update_fields=["address", "country", "region"])
    return known


def _invoice(order: Order, name: str, total_cents: int) -> None:
    Invoice.objects.create(
        number=f"INV-{_next('invoice')}",
        order=order,
        customer=order.customer,
        issued_on=order.placed_at.date(),
        name=name,
        address_text=str(order.delivery_address),
        total_cents=total_cents,
    )


def _next(name: str) -> int:
    Counter.objects.get_or_create(name=name, defaults={"last": FIRST[name]})
    Counter.objects.filter(name=name).update(last=F("last") + 1)
    return Counter.objects.get(name=name).last
