"""Tables of who is who. Identifiers are a keyed hash to find by and a sealed value to write to."""

from django.conf import settings
from django.db import models

ROLES = ("officer", "marketer", "support", "developer")  # what staff may do, as Django groups


class Subject(models.Model):
    """A person as far as one device or one account goes. The id is random and tells nothing."""

    id = models.CharField(max_length=36, primary_key=True)
    kind = models.CharField(max_length=10, choices=[("device", "device"), ("account", "account")])
    created_at = models.DateTimeField()
    declared_region = models.CharField(max_length=12, blank=True)
    delivery_region = models.CharField(max_length=12, blank=True)


class Device(models.Model):
    """A secret of a browser that answered, as its hash. `state` is `current`, `awaited` or `replaced`.

    One that takes another's place is awaited until it is first shown; only then the replaced ones go, so that
    an answer lost on the way locks nobody out. A replaced one names the device and sees no link.
    """

    secret_hash = models.CharField(max_length=64, primary_key=True)
    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, default="current")


class Identifier(models.Model):
    """A name the brand knows an account by."""

    subject = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12)
    lookup = models.CharField(max_length=64)
    sealed = models.BinaryField()
    vouched_by = models.CharField(max_length=12)
    proved_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "lookup"], name="identifier_once")]


class DeviceLink(models.Model):
    """A device and an account, from sign-in to sign-out, never longer than the sign-in itself (`until`).

    `joined_at`: she said "also for my account".
    """

    device = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="+")
    started_at = models.DateTimeField()
    until = models.DateTimeField()
    joined_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    session = models.CharField(max_length=40, blank=True)  # ended with the link, wherever she unlinks it


class DeviceName(models.Model):
    """What a person calls one of her devices, sealed under her key."""

    account = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="+")
    device = models.ForeignKey(Subject, on_delete=models.CASCADE, related_name="+")
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "device"], name="device_named_once")]


class Login(models.Model):
    """The account subject behind a signed-in person."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    subject = models.OneToOneField(Subject, on_delete=models.CASCADE, related_name="+")


class LoginAddress(models.Model):
    """The address a login answers to. Django's and allauth's own columns for addresses stay empty."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    lookup = models.CharField(max_length=64, unique=True)
    sealed = models.BinaryField()


class Suppression(models.Model):
    """Somebody who was erased and must not be imported again: a keyed hash, nothing more."""

    kind = models.CharField(max_length=12)
    lookup = models.CharField(max_length=64)
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "lookup"], name="suppression_once")]


class ApiKey(models.Model):
    """A brand's server key: its hash and what it may do."""

    secret_hash = models.CharField(max_length=64, primary_key=True)
    brand = models.CharField(max_length=40)
    label = models.CharField(max_length=80)
    scopes = models.CharField(max_length=200)  # names with a space between
    created_at = models.DateTimeField()


def key_of_login(username: str) -> str:
    """Give the name of the key a login's address is sealed under."""
    return f"login:{username}"


# The tables of proofs belong to this app and stand in their own folder.
from sayso.identity.proofing.models import Attempt, Challenge, Proof, SignIn  # noqa: E402

__all__ = [
    "ROLES",
    "ApiKey",
    "Attempt",
    "Challenge",
    "Device",
    "DeviceLink",
    "DeviceName",
    "Identifier",
    "Login",
    "LoginAddress",
    "Proof",
    "SignIn",
    "Subject",
    "Suppression",
]
