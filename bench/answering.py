"""Valid answers of browsers, as the banner of the demo's brand makes them."""

import re
import secrets
import uuid
from typing import Any

import httpx

from bench.deployment import SITE, Deployment

CHOICE = re.compile(r"[a-z0-9_-]+(\.[a-z0-9_-]+){3}\Z")
NEWSLETTER = "newsletter.contact.use.self"


def choices_of(shown: Any) -> list[str]:
    """List the choices a banner puts to a person, in its order, however its layout groups them."""
    if isinstance(shown, str):
        return [shown] if CHOICE.match(shown) else []
    if isinstance(shown, dict):
        shown = [*shown, *shown.values()]
    found = [choice for each in shown for choice in choices_of(each)] if isinstance(shown, list) else []
    return list(dict.fromkeys(found))


def answer(banner: dict[str, Any], answers: dict[str, str], base: int = 0) -> dict[str, Any]:
    """Give the body of one answer."""
    told = {name: banner[name] for name in ("version", "text_hash", "layout", "locale")}
    event = str(uuid.uuid4())
    return {**told, "event": event, "act": "choose", "surface": "banner", "answers": answers, "base": base}


class Browser:
    """A browser with a device secret of its own."""

    def __init__(self, deployment: Deployment, client: httpx.Client) -> None:
        self._address = f"{deployment.edge}/v1/sites/{SITE}/answers"
        self._client, self.secret, self.rev = client, secrets.token_urlsafe(32), 0

    def answers(self, banner: dict[str, Any], answers: dict[str, str]) -> dict[str, Any]:
        """Answer, and give what came back, durable."""
        body = answer(banner, answers, self.rev)
        reply = self._client.post(self._address, json=body, headers={"Sayso-Device": self.secret})
        reply.raise_for_status()
        came: dict[str, Any] = reply.json()
        self.rev = came["standing"]["rev"]
        return came
