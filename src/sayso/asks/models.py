"""Tables of what may be asked, what was asked of whom, and what they said."""

from django.db import models


class Catalogue(models.Model):
    """A brand's questions as they were authored."""

    brand = models.CharField(max_length=40, primary_key=True)
    document = models.JSONField()


class AskVersion(models.Model):
    """One question as it was published, from the brand's file or from the console. Append-only.

    The newest number is what is asked; one without `entry` says that it is asked no more. `hashes` gives the
    hash of its text per locale: by it every answer finds the words it was given to.
    """

    brand = models.CharField(max_length=40)
    ask = models.CharField(max_length=40)
    number = models.IntegerField()
    entry = models.JSONField(null=True)
    hashes = models.JSONField(default=dict)
    source = models.CharField(max_length=10)
    by = models.IntegerField(null=True)  # the login of one of the staff
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "ask", "number"], name="ask_version_once")]


class AskDraft(models.Model):
    """A question as somebody of the staff is writing it; nobody is asked it."""

    brand = models.CharField(max_length=40)
    ask = models.CharField(max_length=40)
    entry = models.JSONField()
    by = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "ask"], name="ask_draft_once")]


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
