"""Open the mailbox: `python -m sayso_demo.mailbox --smtp-port 8725 --port 8730`."""

from __future__ import annotations

import os
import signal
from http.server import ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread

import click
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from sayso_demo.mailbox.page import handler
from sayso_demo.mailbox.store import Store


class Slot:
    """What happens to a letter that is pushed in: it is kept."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:
        """Keep the letter."""
        content = envelope.content if isinstance(envelope.content, bytes) else str(envelope.content).encode()
        self._store.keep(envelope.mail_from or "", list(envelope.rcpt_tos), content)
        return "250 kept"


@click.command()
@click.option("--smtp-port", default=8725, show_default=True)
@click.option("--port", default=8730, show_default=True)
def serve(smtp_port: int, port: int) -> None:
    """Take letters over SMTP and show them on a page."""
    store = Store(Path(os.environ.get("SAYSO_HOME", ".demo")).resolve() / "mailbox.sqlite3")
    slot = Controller(Slot(store), hostname="127.0.0.1", port=smtp_port)
    window = ThreadingHTTPServer(("127.0.0.1", port), handler(store))
    stop = Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    slot.start()
    Thread(target=window.serve_forever, daemon=True).start()
    stop.wait()
    window.shutdown()
    slot.stop()


if __name__ == "__main__":
    serve()
