"""Tables of what really was used. `store.py` writes them, in plain SQL; the ORM reads and deletes.

A count, its day, its first and its last moment, and nothing else: no network address, no content.
"""

from django.db import models


class Use(models.Model):
    """How often one system was told yes, or no, on one day about one choice of one subject."""

    pk = models.CompositePrimaryKey("subject", "brand", "choice", "system", "day", "permitted")
    subject = models.CharField(max_length=36)
    brand = models.CharField(max_length=40)
    choice = models.CharField(max_length=170)
    system = models.CharField(max_length=80)  # the label of the server key that asked
    day = models.CharField(max_length=10)  # in UTC, as in ISO 8601
    permitted = models.BooleanField()
    times = models.BigIntegerField()
    first_at = models.CharField(max_length=27)
    last_at = models.CharField(max_length=27)

    class Meta:
        indexes = [models.Index(fields=["day", "brand"], name="use_by_day")]


class Lost(models.Model):
    """How many uses could not be counted on one day, of whomever they were."""

    pk = models.CompositePrimaryKey("brand", "system", "day")
    brand = models.CharField(max_length=40)
    system = models.CharField(max_length=80)
    day = models.CharField(max_length=10)
    times = models.BigIntegerField()
