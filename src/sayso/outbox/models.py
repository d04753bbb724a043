"""The table of news and how far each consumer has read it."""

from django.db import models


class Sequence(models.Model):
    """One counter row per database: its lock is held to the commit, so numbers are commit order."""

    name = models.CharField(max_length=20, primary_key=True)
    next = models.BigIntegerField(default=1)


class News(models.Model):
    """Something that happened, for the rooms above to act upon. The payload holds ids only."""

    seq = models.BigIntegerField(primary_key=True)
    topic = models.CharField(max_length=60)
    payload = models.JSONField()
    at = models.CharField(max_length=27)  # UTC, as core.values.utc_text writes it


class Consumer(models.Model):
    """How far one consumer has read."""

    name = models.CharField(max_length=60, primary_key=True)
    read_to = models.BigIntegerField(default=0)


class Epoch(models.Model):
    """An epoch of the ledger that was opened after a restore. Without a row it is the first."""

    number = models.BigIntegerField(primary_key=True)
