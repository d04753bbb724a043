"""The table of letters. Address, subject and body are sealed under a key of the letter's own."""

from django.db import models


class Letter(models.Model):
    """One letter on its way: what it says is readable until it is sent, and by nobody afterwards."""

    DUE, SENDING, SENT, DEAD = "due", "sending", "sent", "dead"

    id = models.CharField(max_length=36, primary_key=True)
    template = models.CharField(max_length=40)
    locale = models.CharField(max_length=12)
    state = models.CharField(max_length=8, default=DUE)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=40, blank=True)
    sealed = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"], name="letters_due")]


def key_of(letter: str) -> str:
    """Give the name of the key a letter is sealed under."""
    return f"letter:{letter}"
