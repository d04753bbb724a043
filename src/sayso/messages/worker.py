"""Send what is due over SMTP, retrying with growing pauses, and forget what was sent.

The claim is committed before any word goes out; `attempts` is the fence: an outcome is written only by the
attempt that claimed the row. A letter may arrive twice when we die in between; its Message-ID is the same.
"""

import json
import logging
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import Q

from sayso.core.errors import NotFound
from sayso.identity import keys
from sayso.messages import models
from sayso.messages.models import key_of
from sayso.outbox.services import News

log = logging.getLogger("sayso.messages")
SUBSCRIPTIONS: dict[str, Callable[[News], None]] = {}
SMTP = "django.core.mail.backends.smtp.EmailBackend"
LEASE = timedelta(minutes=2)
LAST_ATTEMPT = 12
LONGEST_PAUSE = timedelta(hours=1)
BATCH = 50


def send_due(now: datetime) -> int:
    """Send every letter that is due and give how many were taken by the mail server."""
    due = Q(state=models.Letter.DUE, due_at__lte=now) | Q(state=models.Letter.SENDING, due_at__lte=now)
    rows = list(models.Letter.objects.filter(due).order_by("due_at")[:BATCH])
    return sum(_send_one(row, now) for row in rows)


def pause(letter: str, attempts: int) -> timedelta:
    """Give how long to wait after the given number of attempts: 5 s doubling to an hour, spread by id."""
    spread = int(letter[:2], 16) / 255  # the first digits of a random id: no two letters return together
    seconds = min(5 * 2 ** (attempts - 1), LONGEST_PAUSE.total_seconds())
    return timedelta(seconds=seconds * (0.75 + spread / 2))


def _claim(row: models.Letter, now: datetime) -> int | None:
    """Take a letter for this attempt; None when somebody else has."""
    mine = models.Letter.objects.filter(id=row.id, attempts=row.attempts, due_at=row.due_at)
    taken = mine.update(state=models.Letter.SENDING, attempts=row.attempts + 1, due_at=now + LEASE)
    return row.attempts + 1 if taken else None


def _send_one(row: models.Letter, now: datetime) -> bool:
    fence = _claim(row, now)
    if fence is None:
        return False
    try:
        _hand_over(row)
    except (OSError, smtplib.SMTPException, NotFound) as broken:
        _postpone(row, fence, _fault(broken), now)
        return False
    _finish(row.id, fence, state=models.Letter.SENT, sent_at=now, fault="")
    return True


def _hand_over(row: models.Letter) -> None:
    words = json.loads(keys.unseal(key_of(row.id), row.sealed))
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    headers = {"Message-ID": f"<{row.id}@{domain}>", "Auto-Submitted": "auto-generated"}
    EmailMessage(
        words["subject"],
        words["body"],
        to=[words["to"]],
        headers={**headers, "Content-Language": row.locale},
        connection=get_connection(SMTP),
    ).send()


def _fault(broken: Exception) -> tuple[str, bool]:
    """Give a fault's code, which names no address, and whether trying again cannot help."""
    if isinstance(broken, NotFound):
        return broken.code, True
    if isinstance(broken, smtplib.SMTPRecipientsRefused):
        code = min(code for code, _ in broken.recipients.values())
        return f"recipient_refused_{code}", code >= 500
    if isinstance(broken, smtplib.SMTPResponseException):
        return f"smtp_{broken.smtp_code}", broken.smtp_code >= 500
    return "unreachable", False


def _postpone(row: models.Letter, fence: int, fault: tuple[str, bool], now: datetime) -> None:
    code, permanent = fault
    log.warning("letter %s not sent: %s (attempt %s)", row.id, code, fence)
    if permanent or fence >= LAST_ATTEMPT:
        _finish(row.id, fence, state=models.Letter.DEAD, fault=code)
        return
    models.Letter.objects.filter(id=row.id, attempts=fence).update(
        state=models.Letter.DUE, due_at=now + pause(row.id, fence), fault=code
    )


def _finish(letter: str, fence: int, **outcome: Any) -> None:
    """Write how it ended and destroy what the letter said."""
    if models.Letter.objects.filter(id=letter, attempts=fence).update(sealed=b"", **outcome):
        keys.destroy(key_of(letter))
