"""Follow the log: every new checkpoint must continue the last one seen, and the rows must still be the log's.

The last checkpoint seen is kept in a file of the auditor's own. Whoever rewrites the log must show him one that
does not continue it.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from sayso.cli.following import EVERY, Public, Source, continues, signature_of
from sayso.cli.verifying import UNWITNESSED
from sayso.consent.log import proving, reading, signing
from sayso.consent.log.checking import Finding, Swept, sweep
from sayso.core.checkpoint import Note, read_note
from sayso.core.errors import NotFound, SaysoError
from sayso.core.values import read_json, utc_text
from sayso.deployment import env
from sayso.deployment.database import Database, open_database
from sayso.identity import keys

STALE = timedelta(seconds=60)  # the keeper signs every second


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

    def witnessed(self) -> str | None:
        """Give the newest checkpoint that a witness signed, None before the first."""
        try:
            return reading.witnessed(self._db)
        except NotFound:
            return None

    def consistency(self, first: int, second: int) -> list[bytes]:
        """Give the proof that one size continues another; none where the log is broken."""
        try:
            return reading.consistency(self._db, first, second)
        except SaysoError:
            return []


@dataclass(frozen=True, slots=True)
class Witnessed:
    """The newest checkpoint that a pinned witness signed as well: who, how many entries, and when at the latest."""

    by: tuple[str, ...]
    size: int


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the log: what was seen, and everything that is wrong with it."""

    note: Note | None
    seen: signing.Seen | None
    swept: Swept | None
    findings: tuple[Finding, ...]
    witnessed: Witnessed | None = None


def _time(seconds: int) -> str:
    return utc_text(datetime.fromtimestamp(seconds, UTC))


def _signed(seen: signing.Seen, now: datetime) -> Iterator[Finding]:
    yield from signature_of(seen)
    if seen.signed_at is not None and now.timestamp() - seen.signed_at > STALE.total_seconds():
        yield Finding("stale", f"nothing was signed since {_time(seen.signed_at)}")


def _back_in_time(pins: signing.Pins, before: Note, seen: signing.Seen) -> Iterator[Finding]:
    earlier = signing.see(before, pins).signed_at
    if earlier is not None and seen.signed_at is not None and seen.signed_at < earlier:
        yield Finding("backwards", f"signed at {_time(seen.signed_at)}, and before that at {_time(earlier)}")


def _look_at_witnesses(
    source: Source, pins: signing.Pins, newest: Note
) -> tuple[Witnessed | None, tuple[Finding, ...]]:
    """Give what pinned witnesses signed last, and why the newest checkpoint does not continue that."""
    text = source.witnessed() if pins.witnesses else None
    if text is None:
        return None, ()
    note = read_note(text)
    seen = signing.see(note, pins)
    if not seen.witnesses:
        return None, tuple(signature_of(seen))
    findings = (*signature_of(seen), *continues(source, note, newest))
    return Witnessed(seen.witnesses, note.checkpoint.size), findings


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
        findings += [*continues(source, before, note), *_back_in_time(pins, before, seen)]
    witnessed, against = _look_at_witnesses(source, pins, note)
    findings += against
    roots = {one.checkpoint.size: one.checkpoint.root for one in (before, note) if one is not None}
    swept = sweep(rows, roots, now) if rows is not None else None
    return Look(note, seen, swept, (*findings, *(swept.findings if swept else ())), witnessed)


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
    return [*lines, f"         {_witness_line(looked)}"]


def _witness_line(looked: Look) -> str:
    told = looked.witnessed
    if told is None:
        return UNWITNESSED
    return f"Witnessed by {', '.join(told.by)}, up to entry {told.size}."


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
