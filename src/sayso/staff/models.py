"""Tables of what staff did with a person."""

from django.db import models


class Look(models.Model):
    """Somebody of the staff looked at a person: who, in which role, when, why, and what was shown.

    The reason is sealed under the person's key. Once she is forgotten `account` and `reason` are empty: what
    stays says that somebody of the staff looked at a customer, not at whom.
    """

    id = models.CharField(max_length=36, primary_key=True)
    account = models.CharField(max_length=36, blank=True, db_index=True)
    person = models.IntegerField()  # the login of who looked
    name = models.CharField(max_length=150)
    role = models.CharField(max_length=12)
    at = models.DateTimeField(db_index=True)
    reason = models.BinaryField(null=True)
    shown = models.JSONField(default=list)


class Confirmation(models.Model):
    """A yes by telephone that waits for the person: what it is to, and the hash of the secret in her letter.

    `base` is the revision of her standing after the call: a no said since then outranks this yes.
    `sent_to` is the keyed hash of the address her letter went to: unlinked, that mailbox no longer speaks for her.
    """

    id = models.CharField(max_length=36, primary_key=True)
    secret_hash = models.CharField(max_length=64)
    account = models.CharField(max_length=36, db_index=True)
    brand = models.CharField(max_length=40)
    purpose = models.CharField(max_length=40)
    choices = models.JSONField()
    base = models.BigIntegerField()
    sent_to = models.CharField(max_length=64)
    name = models.CharField(max_length=150)
    asked_at = models.DateTimeField()
    until = models.DateTimeField(db_index=True)
