"""What is swept away once an hour: what has come to its end, and deleted rows that a log file still holds."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import connection

from sayso.consent import services as consent
from sayso.identity import keys
from sayso.identity.proofing.sign_in import services as sign_in
from sayso.rights import services as rights
from sayso.staff import services as staff
from sayso.uses import services as uses

EVERY = timedelta(hours=1)
_last: list[datetime] = []


def tidy(now: datetime) -> int:
    """Sweep when an hour has passed since the last time; give how many sessions were swept.

    With the sessions go sign-ins that were begun and never finished.
    """
    if _last and now - _last[0] < EVERY:
        return 0
    _last[:] = [now]
    sign_in.forget_old(now)
    swept, _ = Session.objects.filter(expire_date__lt=now).delete()
    staff.tidy(now)
    rights.tidy_evidence_looks(now)
    consent.end_retention(now)
    uses.tidy(now)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    keys.settle()
    return swept
