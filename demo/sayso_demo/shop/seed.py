"""The shop's past: a few customers who ordered before, all of them made up."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from sayso_sdk import SaysoProblem

from sayso_demo.shop import catalogue
from sayso_demo.shop.consent import sayso
from sayso_demo.shop.models import Customer, SupportNote
from sayso_demo.shop.orders import Delivery, place_order

OPENED = datetime(2025, 3, 4, 10, 0, tzinfo=UTC)
SHOPPERS = 60
HOME = {
    "line1": "14 Donner Pass Road",
    "city": "Truckee",
    "postcode": "96161",
    "region": "CA",
    "country": "US",
}
ADA = Delivery(name="Ada Moreau", email="ada@example.test", phone="+1 555 0100", gift_note="", **HOME)
CLEO = Delivery(
    name="Cleo Hart",
    email="cleo@example.test",
    gift_note="For Ben, who is thirteen today. Love, Cleo",
    **HOME,
)
NOTE = "Rang about the napkins; her neighbour Jonas Weil takes parcels in when she is away."
PLACES = (
    ("3 Quay Street", "Galway", "H91 AX99", "", "IE"),
    ("21 Lindenweg", "Leipzig", "04109", "", "DE"),
    ("8 Rue des Tisserands", "Lyon", "69004", "", "FR"),
    ("55 Mill Lane", "Portland", "97201", "OR", "US"),
    ("9 Harbour Row", "Boston", "02108", "MA", "US"),
)
TASTES = ("bedroom", "bathroom", "living room", "kitchen", "dining room", "study")


def load_customers() -> int:
    """Write the earlier customers and orders once; returns how many customers there are now."""
    if not Customer.objects.exists():
        with transaction.atomic():
            _cast()
            for number in range(3, SHOPPERS + 3):
                _shopper(number, random.Random(number))  # noqa: S311
    return Customer.objects.count()


def push_items() -> int:
    """Tell Sayso what is on the shelves; returns how many, 0 when Sayso cannot be reached."""
    items = [item.as_item(settings.SHOP_URL) for item in catalogue.products()]
    try:
        sayso().put_items(items)
    except SaysoProblem:
        return 0
    return len(items)


def _cast() -> None:
    place_order(ADA, {catalogue.products()[-1].id: 1}, OPENED)
    place_order(CLEO, {catalogue.products()[95].id: 1}, OPENED + timedelta(days=2))
    ada = Customer.objects.get(email=ADA.email)
    SupportNote.objects.create(customer=ada, author="Mara", text=NOTE, written_at=OPENED + timedelta(days=9))


def _shopper(number: int, chance: random.Random) -> None:
    line1, city, postcode, region, country = PLACES[number % len(PLACES)]
    delivery = Delivery(
        name=f"Test Customer {number:02d}",
        email=f"customer{number:02d}@example.test",
        line1=f"{line1}, flat {number}",
        city=city,
        postcode=postcode,
        region=region,
        country=country,
        fax=f"+353 91 555 {number:03d}" if number % 5 == 0 else "",
    )
    for visit in range(chance.randint(1, 3)):
        day = OPENED + timedelta(days=chance.randint(3, 400) + visit)
        place_order(delivery, _bundle(chance), day)


def _bundle(chance: random.Random) -> dict[str, int]:
    """Return things that go together: mostly one room, leaning to one family of colours."""
    room, family = chance.choice(TASTES), chance.choice(("blue", "green", "red", "natural", "grey"))
    liked = [item for item in catalogue.products() if item.room == room or item.colour_family == family]
    both = [item for item in liked if item.room == room and item.colour_family == family]
    chosen = chance.sample(both, min(2, len(both))) + chance.sample(liked, chance.randint(1, 3))
    return {item.id: 1 for item in chosen}
