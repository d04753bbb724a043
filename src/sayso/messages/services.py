"""Hand over letters. The row is written in the caller's transaction; the worker does the sending."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sayso.core.values import new_id
from sayso.identity import keys
from sayso.messages import letters, models
from sayso.messages.models import key_of
from sayso.messages.worker import send_due

__all__ = ["send", "send_due", "send_text"]


def send(template: str, to: str, context: Mapping[str, Any], locale: str, now: datetime) -> str:
    """Write a letter to one address and give its id. Nothing is sent before the caller commits.

    Raises `Invalid` with code `unknown_letter` when there is no such template.
    """
    text = letters.write(template, locale, context)
    return _queue(template, to, text, letters.known_locale(locale), now)


def send_text(to: str, subject: str, body: str, now: datetime) -> str:
    """Queue a letter somebody else wrote, as plain text, and give its id."""
    return _queue(letters.PLAIN, to, letters.Text(subject, body), "en", now)


def _queue(template: str, to: str, text: letters.Text, locale: str, now: datetime) -> str:
    letter = new_id()
    words = json.dumps({"to": to, "subject": text.subject, "body": text.body}, ensure_ascii=False)
    models.Letter.objects.create(
        id=letter,
        template=template,
        locale=locale,
        due_at=now,
        written_at=now,
        sealed=keys.seal(key_of(letter), words.encode()),
    )
    return letter
