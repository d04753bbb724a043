"""Tables of what may be asked, what was asked of whom, and what they said."""

from django.db import models


class Catalogue(models.Model):
    """A brand's questions as they were authored."""

    brand = models.CharField(max_length=40, primary_key=True)
    document = models.JSONField()


class AskShown(models.Model):
    """A question shown to a subject. Shown again within the hour it is the same showing."""

    brand = models.CharField(max_length=40)
    subject = models.CharField(max_length=36)
    ask = models.CharField(max_length=40)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["subject", "brand"], name="ask_shown_to")]


class AskOutcome(models.Model):
    """What a subject said to a question: given, deferred or refused. One row an answer."""

    brand = models.CharField(max_length=40)
    subject = models.CharField(max_length=36)
    ask = models.CharField(max_length=40)
    answer = models.CharField(max_length=12)
    event = models.CharField(max_length=36)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "brand", "event"], name="ask_outcome_once")]
