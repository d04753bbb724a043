"""Tell a recipient. It cannot be searched, so its signed word is the evidence."""

import os
from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError

from sayso.connectors import http
from sayso.connectors.base import Connector, Done, Found, Impossible, NotNow, Person, Verb
from sayso.core.errors import Forbidden, Misconfigured
from sayso.core.values import canonical, utc_text
from sayso.inventory.queries import System

ERASED = "subject.erased"


def _setting(system: System, name: str) -> str:
    variable = system.config.get(f"{name}_env", "")
    value = os.environ.get(str(variable)) or system.config.get(name)
    if not isinstance(value, str) or not value:
        raise Misconfigured(
            "system_setting_missing", f"{system.id} has no {name}.", f"Set {variable or name}."
        )
    return value


def _retry_after(value: str | None, now: datetime) -> float | None:
    """Read a Retry-After header: seconds or a date (RFC 9110, 10.2.3)."""
    if not value:
        return None
    if value.isdigit():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - now).total_seconds())
    except (TypeError, ValueError):
        return None


class WebhookConnector(Connector):
    """Sends CloudEvents to one address of one recipient."""

    offers = frozenset({Verb.FIND, Verb.ERASE, Verb.TELL})

    def __init__(self, system: System) -> None:
        self._system = system

    def _signer(self) -> Webhook:
        return Webhook(_setting(self._system, "secret"))

    def _judge(self, reply: http.Reply, now: datetime) -> Done:
        if 200 <= reply.status < 300:
            return Done({"status": reply.status}, awaiting=bool(self._system.config.get("acknowledges")))
        if reply.status in (408, 409, 425, 429) or reply.status >= 500:
            wait = _retry_after(reply.headers.get("retry-after"), now)
            raise NotNow(f"The recipient answered {reply.status}.", wait)
        remedy = "Ask the recipient why, then try this step again."
        raise Impossible("recipient_refused", f"The recipient answered {reply.status}.", remedy)

    def find(self, person: Person, now: datetime) -> Found:
        """Nothing can be looked at over there; the plan says that it is told and must confirm."""
        return Found(())

    def tell(self, message: str, data: Mapping[str, Any], key: str, at: datetime, now: datetime) -> Done:
        """Send one CloudEvent; the same key is the same `webhook-id` and the same bytes."""
        event = {
            "specversion": "1.0",
            "id": key,
            "source": f"urn:sayso:{self._system.brand}",
            "type": message,
            "time": utc_text(at),
            "datacontenttype": "application/json",
            "data": dict(data),
        }
        body = canonical(event)
        headers = {
            "content-type": "application/cloudevents+json",
            "webhook-id": key,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._signer().sign(key, now, body.decode()),
        }
        return self._judge(http.post(_setting(self._system, "url"), body, headers), now)

    def erase(self, person: Person, key: str, at: datetime, now: datetime) -> Done:
        """Tell the recipient that the person was erased; nothing is sent to one that never knew her."""
        members = person.values("member")
        if not members:
            return Done({"never_told": True})
        return self.tell(ERASED, {"member": members[0], "members": members}, key, at, now)

    def read_acknowledgement(self, key: str, headers: Mapping[str, str], body: bytes) -> Mapping[str, Any]:
        """Give what the recipient says about one message of ours.

        Raises `Forbidden` with code `forged_acknowledgement` unless it is signed, recent and about this one.
        """
        lowered = {name.lower(): value for name, value in headers.items()}
        remedy = "Sign it with the secret of this webhook, and its webhook-id."
        try:
            said = self._signer().verify(body.decode(), lowered)
        except (WebhookVerificationError, ValueError) as forged:
            raise Forbidden("forged_acknowledgement", "The signature does not hold.", remedy) from forged
        if lowered.get("webhook-id") not in (key, f"ack_{key}") or not isinstance(said, dict):
            raise Forbidden("forged_acknowledgement", "It speaks of another message.", remedy)
        return said


def connect(system: System) -> WebhookConnector:
    """Give the connector of a recipient told by webhook."""
    return WebhookConnector(system)
