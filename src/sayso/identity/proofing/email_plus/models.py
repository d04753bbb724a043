"""The table of guardians: asked for by a child, accepted, confirmed by a later letter, ended."""

from django.db import models


class Guardianship(models.Model):
    """One adult answering for one child, from `started_at` to `ended_at`.

    Until somebody accepts, the adult is only the keyed hash of the address the child wrote.
    """

    id = models.CharField(max_length=36, primary_key=True)
    child = models.ForeignKey("identity.Subject", on_delete=models.CASCADE, related_name="+")
    guardian = models.ForeignKey("identity.Subject", on_delete=models.CASCADE, related_name="+", null=True)
    method = models.CharField(max_length=20)
    lookup = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField()
    until = models.DateTimeField()  # past it an unconfirmed row is forgotten
    locale = models.CharField(max_length=12, blank=True)  # of the second letter
    accepted_at = models.DateTimeField(null=True)
    confirm_at = models.DateTimeField(null=True)  # when the second letter is due
    code_hash = models.CharField(max_length=64, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=10, blank=True)

    class Meta:
        indexes = [models.Index(fields=["lookup"], name="guardian_asked")]
