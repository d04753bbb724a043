"""Tables of who is told of a change: the run over those it touches, and one row for each of them."""

from django.db import models


class Run(models.Model):
    """The telling of one publication: how far it came. `seq` is the number of the news it began with."""

    version = models.CharField(max_length=71, primary_key=True)
    before = models.CharField(max_length=71)
    brand = models.CharField(max_length=40)
    seq = models.BigIntegerField()
    phase = models.CharField(max_length=10)
    cursor = models.CharField(max_length=36, blank=True)  # the last subject looked at in this phase
    begun_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)


class Told(models.Model):
    """One person or browser that one publication touches.

    `before` is the version she last stood on: an older one than the publication before, where she left an
    earlier change unanswered; that one is then `replaced` by this. `letter` is empty where there is no address.
    """

    id = models.CharField(max_length=36, primary_key=True)
    version = models.CharField(max_length=71)
    before = models.CharField(max_length=71)
    brand = models.CharField(max_length=40)
    subject = models.CharField(max_length=36, db_index=True)
    told_at = models.DateTimeField()
    letter = models.CharField(max_length=36, blank=True)
    reminder = models.CharField(max_length=36, blank=True)
    remind_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)
    said = models.JSONField(default=dict)  # change → the way she chose on one of our pages

    class Meta:
        # INVARIANT: one row, and so one letter, per person and publication, however often the run is begun.
        constraints = [models.UniqueConstraint(fields=["version", "subject"], name="told_once")]
        indexes = [models.Index(fields=["remind_at"], name="told_reminders")]
