"""The queue is the timeline: one row for each thing one system has to do."""

from django.db import models

BLOCKED, WAITING, WORKING, TOLD = "blocked", "waiting", "working", "told"
DONE, FOUND_AGAIN, DEAD, CANCELLED = "done", "found_again", "dead", "cancelled"
SETTLED = (DONE, CANCELLED)


class Delivery(models.Model):
    """One instruction to one system.

    `key` is the idempotency key and the webhook-id. `fence` grows with every claim: evidence is written only
    by the claim that holds it. `round` grows when a reading back found the person again. `details` and
    `result` are sealed under the key named `sealed_under`.
    """

    key = models.CharField(max_length=40, unique=True)
    brand = models.CharField(max_length=40, blank=True)
    system = models.CharField(max_length=40)
    instruction = models.CharField(max_length=20)
    choice = models.CharField(max_length=170, blank=True)
    subject = models.CharField(max_length=36, blank=True, db_index=True)
    member = models.CharField(max_length=36, blank=True, db_index=True)
    request = models.CharField(max_length=36, null=True, db_index=True)
    proposal = models.CharField(max_length=36, blank=True, db_index=True)
    plan_version = models.CharField(max_length=71, blank=True)
    stage = models.IntegerField(default=0)
    checks = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    round = models.IntegerField(default=1)
    state = models.CharField(max_length=12)
    recorded_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    lease_until = models.DateTimeField(null=True)
    fence = models.IntegerField(default=0)
    attempts = models.IntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    evidence = models.JSONField(default=dict)
    error = models.CharField(max_length=60, blank=True)
    sealed_under = models.CharField(max_length=48, blank=True)
    details = models.BinaryField(null=True)
    result = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"], name="delivery_due")]


class Pairwise(models.Model):
    """The random number one recipient knows one subject by. It ends when the recipient must forget it."""

    subject = models.CharField(max_length=36, db_index=True)
    recipient = models.CharField(max_length=40)
    member = models.CharField(max_length=36, unique=True)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "recipient"], condition=models.Q(ended_at=None), name="one_live_member"
            )
        ]
