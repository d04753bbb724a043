"""Requests and the packages made for them. What names the person is sealed under the request's own key."""

from django.db import models

from sayso.core.request import RequestKind, RequestState


def key_of(request: str) -> str:
    """Give the name of a request's key in the key store."""
    return f"request:{request}"


class RightsRequest(models.Model):
    """One request and its clock. `account` is empty once the person is forgotten; `sealed` goes with the key."""

    id = models.CharField(max_length=36, primary_key=True)
    kind = models.CharField(max_length=20, choices=[(kind, kind) for kind in RequestKind])
    state = models.CharField(max_length=20, choices=[(state, state) for state in RequestState])
    account = models.CharField(max_length=36, blank=True, db_index=True)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    law = models.CharField(max_length=200)
    law_source = models.CharField(max_length=300)
    region = models.CharField(max_length=12, blank=True)
    rules_by = models.CharField(max_length=12)
    warnings = models.JSONField(default=list)
    locale = models.CharField(max_length=12)
    link_hash = models.CharField(max_length=64)
    sealed = models.BinaryField(null=True)
    plan = models.JSONField(null=True)
    plan_version = models.CharField(max_length=71, blank=True)
    proof = models.CharField(max_length=64, blank=True)
    proof_level = models.IntegerField(default=0)
    proof_at = models.DateTimeField(null=True)
    corrected_field = models.CharField(max_length=80, blank=True)
    closed_at = models.DateTimeField(null=True)


class Package(models.Model):
    """Everything about a person as one sealed archive, for seven days."""

    request = models.OneToOneField(RightsRequest, on_delete=models.CASCADE, related_name="package")
    sealed = models.BinaryField()
    until = models.DateTimeField()


class Approval(models.Model):
    """A deletion that waits for a second person: who proposed it, who decided. Nobody's data stands here."""

    request = models.OneToOneField(RightsRequest, on_delete=models.CASCADE, related_name="+")
    proposer = models.IntegerField(null=True)  # a login of the staff; empty for the customer herself
    proposed_by = models.CharField(max_length=150, blank=True)
    proposed_at = models.DateTimeField()
    decider = models.IntegerField(null=True)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)
    why = models.CharField(max_length=20, blank=True)


class EvidenceLook(models.Model):
    """A look at the evidence of somebody who was erased: who wants it, who agreed, and what it found.

    `found_by` is the keyed hash of the name asked for and goes when the look ends; the reason is sealed under
    a key of the look's own.
    """

    id = models.CharField(max_length=36, primary_key=True)
    found_by = models.CharField(max_length=64, blank=True)
    reason = models.BinaryField()
    proposer = models.IntegerField()
    proposed_by = models.CharField(max_length=150)
    proposed_at = models.DateTimeField(db_index=True)
    decider = models.IntegerField(null=True)
    decided_by = models.CharField(max_length=150, blank=True)
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(null=True)
    shown = models.IntegerField(default=0)  # answers that were found


class Policy(models.Model):
    """What a brand wants of deletions: `four_eyes` lets those that customers confirm wait for staff too."""

    brand = models.CharField(max_length=40, primary_key=True)
    four_eyes = models.BooleanField(default=False)


class Sent(models.Model):
    """A letter that a request led to, by its number: what became of it is asked of the letters."""

    request = models.ForeignKey(RightsRequest, on_delete=models.CASCADE, related_name="+")
    letter = models.CharField(max_length=36)
    template = models.CharField(max_length=40)
    at = models.DateTimeField()


class Complaint(models.Model):
    """What somebody is not content with. Her words are sealed under her own key; `purpose` is empty for all else."""

    id = models.CharField(max_length=36, primary_key=True)
    brand = models.CharField(max_length=40)
    subject = models.CharField(max_length=36, db_index=True)
    purpose = models.CharField(max_length=40, blank=True)
    sealed = models.BinaryField()
    at = models.DateTimeField()
