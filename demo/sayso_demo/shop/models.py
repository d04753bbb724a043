"""The shop's own tables: plain names, because other programs read them too."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class Address(models.Model):
    """A place to deliver to; people who live together share one row."""

    line1 = models.CharField(max_length=200)
    city = models.CharField(max_length=100)
    postcode = models.CharField(max_length=16)
    region = models.CharField(max_length=8, blank=True)
    country = models.CharField(max_length=2)

    class Meta:
        db_table = "addresses"
        constraints = [
            models.UniqueConstraint(
                fields=["line1", "city", "postcode", "region", "country"], name="one_row_per_address"
            )
        ]

    def __str__(self) -> str:
        return ", ".join(
            part for part in (self.line1, self.city, self.region, self.postcode, self.country) if part
        )


class Customer(models.Model):
    """Somebody who ordered."""

    number = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)
    phone = models.CharField(max_length=40, blank=True)
    fax = models.CharField(max_length=40, blank=True)  # from the order forms of the early years
    address = models.ForeignKey(Address, on_delete=models.PROTECT, null=True, related_name="residents")
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=8, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "customers"

    def __str__(self) -> str:
        return self.number

    @property
    def jurisdiction(self) -> str:
        """Where the customer's deliveries go, as ISO 3166-2 (`US-CA`); empty without a region."""
        return f"{self.country}-{self.region}" if self.region else ""


class Order(models.Model):
    """One order; `gift_note` is free text and may name somebody else."""

    number = models.CharField(max_length=16, unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="orders")
    placed_at = models.DateTimeField(default=timezone.now)
    delivery_address = models.ForeignKey(Address, on_delete=models.PROTECT, related_name="+")
    gift_note = models.TextField(blank=True)

    class Meta:
        db_table = "orders"

    def __str__(self) -> str:
        return self.number


class OrderLine(models.Model):
    """One product of an order, at the price it then had."""

    order = models.ForeignKey(Order, on_delete=models.CASCADE, related_name="lines")
    product_id = models.CharField(max_length=16)
    qty = models.PositiveIntegerField()
    price_cents = models.PositiveIntegerField()

    class Meta:
        db_table = "order_lines"

    def __str__(self) -> str:
        return f"{self.qty} x {self.product_id}"


class Invoice(models.Model):
    """What the tax law wants kept; it outlives its order and its customer."""

    number = models.CharField(max_length=16, unique=True)
    order = models.ForeignKey(Order, on_delete=models.SET_NULL, null=True, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.SET_NULL, null=True, related_name="+")
    issued_on = models.DateField()
    name = models.CharField(max_length=200)
    address_text = models.CharField(max_length=400)
    total_cents = models.PositiveIntegerField()

    class Meta:
        db_table = "invoices"

    def __str__(self) -> str:
        return self.number


class SupportNote(models.Model):
    """What somebody of the shop wrote down about a conversation."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="+")
    author = models.CharField(max_length=100)
    text = models.TextField()
    written_at = models.DateTimeField(default=timezone.now)

    class Meta:
        db_table = "support_notes"

    def __str__(self) -> str:
        return f"note {self.pk}"


class Suppression(models.Model):
    """A key of somebody who was erased and must not be loaded again."""

    key = models.CharField(max_length=200, unique=True)

    class Meta:
        db_table = "suppressions"

    def __str__(self) -> str:
        return self.key


class Counter(models.Model):
    """The last number given out; numbers are never used twice, not even after an erasure."""

    name = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField()

    class Meta:
        db_table = "counters"

    def __str__(self) -> str:
        return f"{self.name} {self.last}"
