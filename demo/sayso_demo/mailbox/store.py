"""The letters that came, in one SQLite file."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

TABLE = """CREATE TABLE IF NOT EXISTS letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, sender TEXT NOT NULL, recipient TEXT NOT NULL,
    subject TEXT NOT NULL, text TEXT NOT NULL)"""


@dataclass(frozen=True)
class Letter:
    """One letter to one recipient, as plain text."""

    id: int
    at: str
    sender: str
    recipient: str
    subject: str
    text: str


class Store:
    """Keeps letters, shows them newest first, forgets them all on request."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file
        with closing(self._open()) as database:
            database.execute(TABLE)

    def keep(self, sender: str, recipients: list[str], content: bytes) -> None:
        """Keep one letter for each recipient."""
        letter = message_from_bytes(content, policy=default)
        body = letter.get_body(("plain", "html")) if isinstance(letter, EmailMessage) else None
        text = body.get_content() if body is not None else ""
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        rows = [(now, sender, recipient, str(letter["subject"] or ""), text) for recipient in recipients]
        with closing(self._open()) as database, database:
            database.executemany(
                "INSERT INTO letters (at, sender, recipient, subject, text) VALUES (?, ?, ?, ?, ?)", rows
            )

    def letters(self) -> list[Letter]:
        """Return every letter, newest first."""
        with closing(self._open()) as database:
            return [Letter(*row) for row in database.execute("SELECT * FROM letters ORDER BY id DESC")]

    def clear(self) -> None:
        """Throw every letter away."""
        with closing(self._open()) as database, database:
            database.execute("DELETE FROM letters")

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(self._file, timeout=5)
