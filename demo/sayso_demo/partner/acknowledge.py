"""Tell Sayso that a webhook was carried out, again and again until it is heard."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from threading import Event, Thread

import httpx
from sayso_sdk.webhooks import sign

from sayso_demo.partner.settings import Settings
from sayso_demo.partner.store import Store

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0


class Acknowledger:
    """A thread that sends what is waiting; it picks up after a restart where it stopped."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._settings, self._store = settings, store
        self._news = Event()
        self._http = httpx.Client(timeout=5, trust_env=False)
        Thread(target=self._work, name="acknowledge", daemon=True).start()

    def wake(self) -> None:
        """Say that something is waiting."""
        self._news.set()

    def _work(self) -> None:
        pause = FIRST_PAUSE
        while True:
            waiting = self._store.waiting()
            heard = [message_id for message_id in waiting if self._send(message_id)]
            pause = FIRST_PAUSE if heard or not waiting else min(pause * 2, LONGEST_PAUSE)
            self._news.wait(None if len(heard) == len(waiting) else pause)
            self._news.clear()

    def _send(self, message_id: str) -> bool:
        body = json.dumps({"state": "done"})
        headers = sign(self._settings.secret, f"ack_{message_id}", body, datetime.now(UTC))
        url = f"{self._settings.sayso_url}/v1/acknowledgements/{message_id}"
        try:
            reply = self._http.post(
                url, content=body, headers={**headers, "content-type": "application/json"}
            )
        except httpx.HTTPError:
            return False
        if reply.is_success:
            self._store.acknowledged(message_id, time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
        return reply.is_success
