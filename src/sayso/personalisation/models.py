"""Tables of what can be suggested, what is known of whom, and what was learned from it.

A subject is named by its id only: this room outlives identity's rows long enough to subtract what it added.
"""

from django.db import models


class Item(models.Model):
    """Something of the brand's catalogue. `title` is locale → text; rules read `attributes` only."""

    brand = models.CharField(max_length=40)
    item = models.CharField(max_length=100)
    title = models.JSONField()
    url = models.CharField(max_length=500, blank=True)
    image = models.CharField(max_length=500, blank=True)
    price_cents = models.IntegerField(null=True)
    attributes = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "item"], name="item_once")]


class Fact(models.Model):
    """One datum. Its value is sealed under the subject's own key."""

    brand = models.CharField(max_length=40)
    subject = models.CharField(max_length=36)
    fact = models.CharField(max_length=100)
    category = models.CharField(max_length=40)
    source = models.CharField(max_length=12)
    at = models.DateTimeField()
    sealed = models.BinaryField()
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "brand", "fact"], name="fact_once")]
        indexes = [models.Index(fields=["brand", "category", "subject"], name="fact_by_category")]


class Contribution(models.Model):
    """What of a subject really stands in the counts, and until when the permission for it lasts."""

    brand = models.CharField(max_length=40)
    subject = models.CharField(max_length=36)
    item = models.CharField(max_length=100)
    until = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "brand", "item"], name="contribution_once")]
        indexes = [models.Index(fields=["until"], name="contribution_until")]


class ItemCount(models.Model):
    """How many people have an item."""

    brand = models.CharField(max_length=40)
    item = models.CharField(max_length=100)
    people = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "item"], name="item_count_once"),
            models.CheckConstraint(condition=models.Q(people__gte=0), name="item_count_not_negative"),
        ]
        indexes = [models.Index(fields=["brand"], condition=models.Q(people=0), name="item_count_empty")]


class PairCount(models.Model):
    """How many people have both of two items; the smaller id stands first."""

    brand = models.CharField(max_length=40)
    first = models.CharField(max_length=100)
    second = models.CharField(max_length=100)
    people = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["brand", "first", "second"], name="pair_count_once"),
            models.CheckConstraint(condition=models.Q(people__gte=0), name="pair_count_not_negative"),
        ]
        indexes = [
            models.Index(fields=["brand", "second"], name="pair_count_second"),
            models.Index(fields=["brand"], condition=models.Q(people=0), name="pair_count_empty"),
        ]


class Switch(models.Model):
    """A reason somebody switched off."""

    brand = models.CharField(max_length=40)
    subject = models.CharField(max_length=36)
    reason = models.CharField(max_length=300)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "brand", "reason"], name="switch_once")]


class Revision(models.Model):
    """Which catalogue a brand has now, by a random name, and how often its counts changed.

    The row is the lock under which the counts change.
    """

    brand = models.CharField(max_length=40, primary_key=True)
    shelf = models.CharField(max_length=36, blank=True)
    counts = models.BigIntegerField(default=0)
