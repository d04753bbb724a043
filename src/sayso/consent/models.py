"""Tables of the ledger. `ledger.py` alone writes them, in plain SQL; the ORM only reads.

In clear in an event stand its number, brand, notice version, answers, times and leaf hash; everything else
is sealed under the subject's key. No network address, no user agent, ever.
"""

from django.db import models


class Event(models.Model):
    """One act of answering. Append-only."""

    seq = models.BigIntegerField(primary_key=True)
    subject = models.CharField(max_length=36)
    brand = models.CharField(max_length=40)
    event = models.CharField(max_length=36)
    version = models.CharField(max_length=71)
    answers = models.TextField()  # JSON: choice → what was said
    outcome = models.TextField()  # JSON: choice → what it came to
    recorded_at = models.CharField(max_length=27)
    body_hash = models.CharField(max_length=64)
    leaf_hash = models.CharField(max_length=64)
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "event"], name="event_once")]


class Standing(models.Model):
    """What the events add up to: a projection that can be rebuilt."""

    pk = models.CompositePrimaryKey("subject", "brand")
    subject = models.CharField(max_length=36)
    brand = models.CharField(max_length=40)
    version = models.CharField(max_length=71)  # that `permit` is a bitset over
    rev = models.BigIntegerField()
    shown = models.CharField(max_length=71, blank=True)  # the version answered on last
    held = models.TextField()
    permit = models.TextField()  # hexadecimal bitset over the version's choices
    valid_until = models.CharField(max_length=27, blank=True)
    restricted = models.IntegerField(default=0)
    erasing = models.IntegerField(default=0)
    gpc = models.BigIntegerField(default=0)  # the revision at which the signal came
    band = models.CharField(max_length=8, blank=True, default="")
    guardian_held = models.TextField(default="{}")  # as `held`, by the guardian
    guardian_method = models.CharField(max_length=20, blank=True, default="")


class Block(models.Model):
    """A refusal of whoever has an identifier, which nobody proved: it binds every brand of the controller.

    A keyed hash and nothing more: it is kept when everything else of a person is erased, as suppressions are.
    """

    kind = models.CharField(max_length=12)
    lookup = models.CharField(max_length=64)
    scope = models.CharField(max_length=12)
    since = models.CharField(max_length=27)  # UTC, as core.values.utc_text writes it
    source = models.CharField(max_length=12)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "lookup", "scope"], name="block_once")]


class Evidence(models.Model):
    """An event of somebody who was erased: what must still be proved, findable by nobody but two officers."""

    seq = models.BigIntegerField(primary_key=True)
    number = models.CharField(max_length=36)
    brand = models.CharField(max_length=40)
    version = models.CharField(max_length=71)
    answers = models.TextField()
    recorded_at = models.CharField(max_length=27)
    leaf_hash = models.CharField(max_length=64)
    basis = models.CharField(max_length=120)
    keep_until = models.CharField(max_length=27)
