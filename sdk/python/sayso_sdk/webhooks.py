"""Sign and verify webhooks after the Standard Webhooks specification."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError


class ForgedWebhook(Exception):
    """The message was not signed with our secret, is too old, too new, or not JSON."""


def sign(secret: str, message_id: str, body: str, now: datetime) -> dict[str, str]:
    """Return the three headers that sign `body`; `secret` is `whsec_…`, `now` is aware."""
    at = now.astimezone(UTC)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, at, body),
    }


def verify(secret: str, body: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    """Return the message if its signature is ours and at most five minutes old.

    Raises ForgedWebhook otherwise, whatever is wrong with it.
    """
    try:
        message = Webhook(secret).verify(body, dict(headers))
    except (WebhookVerificationError, ValueError, RecursionError) as fault:
        raise ForgedWebhook(str(fault)) from fault
    if not isinstance(message, dict):
        raise ForgedWebhook("not a JSON object")
    return message
