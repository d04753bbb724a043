"""Tables of codes on their way, of proofs shown, and of how often somebody tried."""

from django.db import models


class Challenge(models.Model):
    """A code that was sent for one act in one session: its keyed hash, never the code."""

    id = models.CharField(max_length=36, primary_key=True)
    account = models.ForeignKey("identity.Subject", on_delete=models.CASCADE, related_name="+")
    act = models.CharField(max_length=12)
    session_hash = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    attempts = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField()


class SignIn(models.Model):
    """A sign-in under way. The address is sealed under a key of this row's own, the code a keyed hash.

    `anywhere`: the code is long, and good in whichever browser it is typed into.
    """

    id = models.CharField(max_length=36, primary_key=True)
    lookup = models.CharField(max_length=64)
    sealed = models.BinaryField()
    code_hash = models.CharField(max_length=64)
    anywhere = models.BooleanField()
    attempts = models.PositiveIntegerField(default=0)
    made_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["lookup", "made_at"], name="sign_in_of_address")]


class Proof(models.Model):
    """Somebody showed, at a moment and for one act, that it is them."""

    id = models.CharField(max_length=36, primary_key=True)
    account = models.ForeignKey("identity.Subject", on_delete=models.CASCADE, related_name="+")
    method = models.CharField(max_length=20)
    level = models.PositiveSmallIntegerField()
    act = models.CharField(max_length=12)
    session_hash = models.CharField(max_length=64)
    at = models.DateTimeField()


class Attempt(models.Model):
    """One use of something limited, under a keyed hash of whose it was. Never an IP address."""

    limit = models.CharField(max_length=20)
    lookup = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["limit", "lookup", "at"], name="attempt_recent")]
