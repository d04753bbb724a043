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
