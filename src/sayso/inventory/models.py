"""The register of systems (GDPR art. 30)."""

from django.db import models


class System(models.Model):
    """Something that holds personal data, of the brand's own or a recipient's. No secret stands in `config`."""

    id = models.CharField(max_length=40, primary_key=True)
    brand = models.CharField(max_length=40)
    kind = models.CharField(max_length=20)
    title = models.JSONField()
    country = models.CharField(max_length=12, blank=True)
    recipient = models.CharField(max_length=40, blank=True)
    config = models.JSONField()


class Proposal(models.Model):
    """Something one of the staff proposes and another one decides. No personal data stands in `payload`."""

    id = models.CharField(max_length=36, primary_key=True)
    kind = models.CharField(max_length=20)
    payload = models.JSONField()
    proposed_by = models.IntegerField()  # the login of a person of the staff
    proposed_at = models.DateTimeField()
    decided_by = models.IntegerField(null=True)
    decided_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=10)
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "state"], name="proposal_open")]
