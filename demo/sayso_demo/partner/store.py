"""The partner's database: the audience, and every webhook that came."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS audience (member TEXT PRIMARY KEY, interests TEXT NOT NULL, since TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS webhooks (
    id TEXT PRIMARY KEY, type TEXT NOT NULL, first_at TEXT NOT NULL,
    received INTEGER NOT NULL, effects INTEGER NOT NULL, acknowledged_at TEXT);
"""


@dataclass(frozen=True)
class Member:
    """One row of the audience: a number made for this partner alone, and what it may like."""

    member: str
    interests: list[str]
    since: str


@dataclass(frozen=True)
class Received:
    """One webhook: how often it came, how often it had an effect, when Sayso took our word for it."""

    id: str
    type: str
    first_at: str
    received: int
    effects: int
    acknowledged_at: str | None


class Store:
    """The partner's tables in one SQLite file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with self._open() as database:
            database.executescript(TABLES)

    def take(self, message_id: str, message: dict[str, Any], now: str, *, lying: bool) -> None:
        """Carry a webhook out once; the same id again is counted and changes nothing."""
        with self._open() as database:
            database.execute("BEGIN IMMEDIATE")
            again = database.execute(
                "UPDATE webhooks SET received = received + 1 WHERE id = ?", [message_id]
            ).rowcount
            if not again:
                kind = str(message["type"])
                if not lying:
                    _apply(database, kind, message["data"], now)
                row = [message_id, kind, now, 1, 0 if lying else 1]
                database.execute("INSERT INTO webhooks VALUES (?, ?, ?, ?, ?, NULL)", row)

    def acknowledged(self, message_id: str, now: str) -> None:
        """Note that Sayso has our acknowledgement."""
        with self._open() as database:
            database.execute("UPDATE webhooks SET acknowledged_at = ? WHERE id = ?", [now, message_id])

    def waiting(self) -> list[str]:
        """Return the webhooks Sayso has no acknowledgement of yet, oldest first."""
        with self._open() as database:
            rows = database.execute("SELECT id FROM webhooks WHERE acknowledged_at IS NULL ORDER BY first_at")
            return [row[0] for row in rows]

    def audience(self) -> list[Member]:
        """Return everybody on the list, newest first."""
        with self._open() as database:
            rows = database.execute(
                "SELECT member, interests, since FROM audience ORDER BY since DESC, member"
            )
            return [Member(member, json.loads(interests), since) for member, interests, since in rows]

    def webhooks(self) -> list[Received]:
        """Return every webhook that came, newest first."""
        with self._open() as database:
            return [
                Received(*row)
                for row in database.execute("SELECT * FROM webhooks ORDER BY first_at DESC, rowid DESC")
            ]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self._file, timeout=5, isolation_level=None)
        try:
            with database:
                yield database
        finally:
            database.close()


def _apply(database: sqlite3.Connection, kind: str, data: dict[str, Any], now: str) -> None:
    member = str(data["member"])
    if kind == "audience.member.added":
        interests = json.dumps([str(interest) for interest in data["interests"]], ensure_ascii=False)
        database.execute(
            "INSERT INTO audience VALUES (?, ?, ?) ON CONFLICT (member) DO UPDATE SET interests = excluded.interests",
            [member, interests, now],
        )
    elif kind in ("audience.member.removed", "subject.erased"):
        database.execute("DELETE FROM audience WHERE member = ?", [member])
