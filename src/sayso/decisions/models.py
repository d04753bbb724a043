"""Tables of purpose tokens: their places in the status lists. `tokens.py` and `status.py` write them.

A row lives for five minutes and a sweep. What the token says is not kept, least of all its signature.
"""

from django.db import models


class Token(models.Model):
    """A place in a status list. By itself it is about nobody: whom it is about stands in `TokenAbout`."""

    pk = models.CompositePrimaryKey("number", "idx")
    number = models.IntegerField()  # of the list
    idx = models.IntegerField()
    brand = models.CharField(max_length=40)
    audience = models.CharField(max_length=200)
    choices = models.TextField()  # JSON: what was permitted when the place was taken
    signal = models.IntegerField()  # 1: it was asked for a request with Global Privacy Control
    since = models.BigIntegerField()  # news up to this number was known when it was decided
    until = models.BigIntegerField(db_index=True)  # POSIX seconds
    revoked = models.IntegerField(default=0)


class TokenAbout(models.Model):
    """Whom a token is about: a subject, or an identifier's keyed hash that a Block may name."""

    number = models.IntegerField()
    idx = models.IntegerField()
    kind = models.CharField(max_length=12)  # `subject`, or the kind of the identifier
    name = models.CharField(max_length=64)
    until = models.BigIntegerField(db_index=True)

    class Meta:
        indexes = [
            models.Index(fields=["name"], name="token_about_name"),
            models.Index(fields=["number", "idx"], name="token_about_place"),
        ]
