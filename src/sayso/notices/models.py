"""Tables of brands' sites and the notices they published."""

from django.db import models


class NoticeVersion(models.Model):
    """One published version. Its name is the content hash of its document."""

    version = models.CharField(max_length=71, primary_key=True)
    brand = models.CharField(max_length=40)
    ordinal = models.IntegerField()
    document = models.TextField()  # JSON text, not a JSON column: the order of purposes is what was shown
    generations = models.TextField()
    published_at = models.DateTimeField()
    published_by = models.CharField(max_length=80)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "ordinal"], name="notice_order")]


class Draft(models.Model):
    """A version somebody of the staff proposes (inventory's proposal names it); kept after the decision."""

    id = models.CharField(max_length=36, primary_key=True)
    brand = models.CharField(max_length=40)
    version = models.CharField(max_length=71)
    after = models.CharField(max_length=71, blank=True)  # the version in force when it was written
    document = models.TextField()
    drafted_at = models.DateTimeField()


class Site(models.Model):
    """A place of the brand that asks: its name, its address, and the market whose rules apply there."""

    id = models.CharField(max_length=40, primary_key=True)
    brand = models.CharField(max_length=40)
    address = models.CharField(max_length=200)
    market = models.CharField(max_length=12)
