"""Follow the log: every new checkpoint must continue the last one seen, and the rows must still be the log's.

The last checkpoint seen is kept in a file of the auditor's own. Whoever rewrites the log must show him one that
does not continue it.
"""

import os
import time
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import click
import httpx

from sayso.cli.verifying import UNWITNESSED
from sayso.consent.log import proving, reading, signing
from sayso.consent.log.checking import Finding, Swept, sweep
from sayso.core.checkpoint import Note, read_note
from sayso.core.errors import SaysoError, Unavailable
from sayso.core.merkle import EMPTY, proves_consistency
from sayso.core.values import read_json, utc_text
from sayso.deployment import env
from sayso.deployment.database import Database, open_database
from sayso.identity import keys

EVERY = 5.0  # seconds between two looks of one who follows
STALE = timedelta(seconds=60)  # the keeper signs every second
LARGEST = 1_000_000  # bytes of a reply


class Source(Protocol):
    """Where checkpoints and their proofs come from."""

    def keys(self) -> Any:
        """Give the log's own word of its keys."""

    def checkpoint(self) -> str:
        """Give the newest signed checkpoint."""

    def consistency(self, first: int, second: int) -> list[bytes]:
        """Give the proof that one size continues another."""


class Public:
    """The log's public address, as anybody sees it."""

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")

    def _get(self, path: str) -> bytes:
        remedy = "See that `sayso serve` runs there, and that the address ends in /log."
        try:
            reply = httpx.get(f"{self._address}/{path}", timeout=10, follow_redirects=False)
        except httpx.HTTPError as broken:
            raise Unavailable("log_unreachable", "The log does not answer.", remedy) from broken
        if reply.status_code != 200 or len(reply.content) > LARGEST:
            told = f"The log answered {path.partition('?')[0]} with {reply.status_code}."
            raise Unavailable("log_unreachable", told, remedy)
        return reply.content

    def keys(self) -> Any:
        """Give the log's own word of its keys."""
        return read_json(self._get("keys"))

    def checkpoint(self) -> str:
        """Give the newest signed checkpoint."""
        return self._get("checkpoint").decode("utf-8", "replace")

    def consistency(self, first: int, second: int) -> list[bytes]:
        """Give the proof that one size continues another; anything that is none proves nothing."""
        told = read_json(self._get(f"consistency?from={first}&to={second}"))
        try:
            return [b64decode(one, validate=True) for one in told["proof"]]
        except (KeyError, TypeError, ValueError):
            return []


class Stored:
    """The database itself, for an auditor who sits beside it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def keys(self) -> Any:
        """Give the log's own word of its keys."""
        return proving.public_keys(self._db)

    def checkpoint(self) -> str:
        """Give the newest signed checkpoint."""
        return reading.checkpoint(self._db)

    def consistency(self, first: int, second: int) -> list[bytes]:
        """Give the proof that one size continues another; none where the log is broken."""
        try:
            return reading.consistency(self._db, first, second)
        except SaysoError:
            return []


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the log: what was seen, and everything that is wrong with it."""

    note: Note | None
    seen: signing.Seen | None
    swept: Swept | None
    findings: tuple[Finding, ...]


def _time(seconds: int) -> str:
    return utc_text(datetime.fromtimestamp(seconds, UTC))


def _signed(seen: signing.Seen, now: datetime) -> Iterator[Finding]:
    if not seen.by_log or seen.signed_at is None:
        yield Finding("bad_signature", "the checkpoint is not signed with a pinned key of the log")
    elif now.timestamp() - seen.signed_at > STALE.total_seconds():
        yield Finding("stale", f"nothing was signed since {_time(seen.signed_at)}")


def _continues(source: Source, before: Note, after: Note) -> Iterator[Finding]:
    old, new = before.checkpoint, after.checkpoint
    if old.origin != new.origin:
        yield Finding("forked", f"this is the log {new.origin}; the last one seen was {old.origin}")
    elif new.size < old.size:
        yield Finding("backwards", f"the log has {new.size} entries and had {old.size}")
    elif new.size == old.size:
        if new.root != old.root:
            yield Finding("forked", f"two different roots were signed for {new.size} entries")
    elif old.size and not proves_consistency(
        old.size, new.size, old.root, new.root, source.consistency(old.size, new.size)
    ):
        yield Finding("forked", f"the log of {new.size} entries does not continue that of {old.size}")
    elif not old.size and old.root != EMPTY:
        yield Finding("forked", "the last checkpoint seen is of no log at all")


def _back_in_time(pins: signing.Pins, before: Note, seen: signing.Seen) -> Iterator[Finding]:
    earlier = signing.see(before, pins).signed_at
    if earlier is not None and seen.signed_at is not None and seen.signed_at < earlier:
        yield Finding("backwards", f"signed at {_time(seen.signed_at)}, and before that at {_time(earlier)}")


def look(
    source: Source, pins: signing.Pins, before: Note | None, rows: Database | None, now: datetime
) -> Look:
    """Look at the log once, and at the rows too where a database is given.

    Raises `Unavailable` with code `log_unreachable` when there is nothing to look at.
    """
    try:
        note = read_note(source.checkpoint())
    except SaysoError as broken:
        if not broken.permanent:
            raise
        return Look(None, None, None, (Finding("bad_checkpoint", broken.detail),))
    seen = signing.see(note, pins)
    findings = list(_signed(seen, now))
    if before is not None:
        findings += [*_continues(source, before, note), *_back_in_time(pins, before, seen)]
    roots = {one.checkpoint.size: one.checkpoint.root for one in (before, note) if one is not None}
    swept = sweep(rows, roots, now) if rows is not None else None
    return Look(note, seen, swept, (*findings, *(swept.findings if swept else ())))


def read_last(file: Path) -> Note | None:
    """Read the last checkpoint seen; None before the first look.

    Raises `Malformed` when the file holds something else.
    """
    return read_note(file.read_text()) if file.exists() else None


def keep_last(file: Path, note: Note) -> None:
    """Keep the last checkpoint seen, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    partial.write_text(note.text)
    partial.replace(file)


def lines_of(looked: Look) -> list[str]:
    """Say in plain words what a look came to."""
    if looked.findings:
        return [f"FAILED   {found.code}: {found.detail}" for found in looked.findings]
    assert looked.note is not None  # noqa: S101 a look without findings saw a checkpoint
    assert looked.seen is not None  # noqa: S101 nor without what it saw
    point, seen = looked.note.checkpoint, looked.seen
    at = _time(seen.signed_at) if seen.signed_at is not None else "unknown"
    lines = [f"HOLDS    {point.origin}, {point.size} entries, signed {at}"]
    if swept := looked.swept:
        lines.append(
            f"         {swept.answers} answers as they were recorded, {swept.erased} erased by right"
        )
        if swept.lost:
            lines.append(f"         {swept.lost} entries lost with a restore of the database, as it declared")
    witnesses = ", ".join(seen.witnesses)
    return [*lines, f"         {f'Witnessed by {witnesses}.' if witnesses else UNWITNESSED}"]


def _pins(source: Source, file: Path | None) -> signing.Pins:
    if file is not None:
        return signing.read_pins(read_json(file.read_bytes()))
    click.echo("Keys not pinned: taken from the log itself. Keep them, and give them with --keys.", err=True)
    return signing.read_pins(source.keys())


def run(address: str | None, database: bool, pins: Path | None, last: Path | None, once: bool) -> int:
    """Look once, or until something is wrong; give the exit code of `sayso audit`."""
    rows = open_database(env.database_url()) if database else None
    own = Stored(rows) if rows is not None and address is None else None
    source: Source = own or Public(address or f"{env.text('SAYSO_EDGE_ADDRESS')}/log")
    file = last or env.home() / "audit.checkpoint"
    try:
        known = _pins(source, pins)
        while True:
            looked = look(source, known, read_last(file), rows, datetime.now(UTC))
            click.echo("\n".join(lines_of(looked)), err=bool(looked.findings))
            if looked.findings:
                return 1
            if looked.note is not None:
                keep_last(file, looked.note)
            if once:
                return 0
            time.sleep(EVERY)
    finally:
        if rows is not None:
            rows.close()
        keys.close()
