"""The journal outside the database: lines that were durable before anybody was told, in append-only segments.

One segment is one process's own file, so that nobody waits for anybody and a crash can tear the last line of
its own file only. A line holds everything that was appended together, under a keyed checksum over itself and
the line before. What is said in it, and what is sealed, is decided in `sayso.consent.journal`; here it is kept
and read back.
"""

import hmac
import json
import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sayso.core.errors import Conflict, Unavailable
from sayso.deployment import env, secrets

LARGEST = 64 * 1024 * 1024  # bytes after which a segment is left and the next begun
OWED = 10_000  # entries kept in memory for a disk that takes none
SUFFIX = ".journal"
_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True).encode
SLACK = 60.0  # seconds that a file's time may be behind ours: file systems read a coarser clock
_MAC = 32  # hexadecimal digits of a line's checksum

Entry = Mapping[str, Any]


def _key() -> bytes:
    return hmac.digest(secrets.load().lookup, b"journal lines", "sha256")


def _mac(key: bytes, before: bytes, text: bytes) -> bytes:
    return hmac.digest(key, before + text, "sha256").hex()[:_MAC].encode()


def _make_durable(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Segment:
    """A file this process alone appends to."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = f"{time.time_ns():020d}-{os.getpid()}-{os.urandom(4).hex()}{SUFFIX}"
        self.folder, self.process = folder, os.getpid()
        self._key, self._before, self.size = _key(), name.encode(), 0
        self._file = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        _make_durable(folder)

    def write(self, entries: Sequence[Entry]) -> None:
        """Append one line with these entries and wait until the disk has it."""
        text = _encode(entries).encode()
        mac = _mac(self._key, self._before, text)
        line = mac + b" " + text + b"\n"
        if os.write(self._file, line) != len(line):
            raise OSError("the disk took a part of it only")
        os.fdatasync(self._file)
        self._before, self.size = mac, self.size + len(line)

    def close(self) -> None:
        """Leave the file."""
        os.close(self._file)


_lock = threading.Lock()
_open: list[_Segment] = []
_owed: list[Entry] = []  # what the disk did not take: it goes before everything else


def _segment() -> _Segment:
    folder = env.journal_folder()
    if _open and (_open[0].process, _open[0].folder) == (os.getpid(), folder) and _open[0].size < LARGEST:
        return _open[0]
    leave()
    _open.append(_Segment(folder))
    return _open[0]


def leave() -> None:
    """Leave this process's file; the next append begins another."""
    # A child that was forked leaves its parent's file alone, and begins one of its own.
    while _open:
        _open.pop().close()


def append(entries: Sequence[Entry]) -> None:
    """Append entries; when this returns they are on the disk. No entries, no work.

    Raises `Unavailable` with code `journal_unwritable` when the disk does not take them: whoever waits for
    them must not be told that it is done. They are then appended before the next ones.
    """
    if not entries:
        return
    with _lock:
        _owed.extend(entries)
        try:
            _segment().write(_owed)
        except OSError as broken:
            leave()  # what is torn stays at the end of its file, where a reader expects it
            del _owed[:-OWED]
            raise Unavailable(
                "journal_unwritable",
                "The journal cannot be written; nothing is acknowledged without it.",
                "Free space where SAYSO_JOURNAL_URL points, then send it again.",
            ) from broken
        _owed.clear()


@dataclass(frozen=True, slots=True)
class Segment:
    """A closed or growing file of the journal, as whoever tidies sees it."""

    path: Path
    begun_at: float  # POSIX time
    last_at: float


def segments() -> list[Segment]:
    """List the files of the journal, in the order they were begun."""
    folder = env.journal_folder()
    found = sorted(folder.glob(f"*{SUFFIX}")) if folder.is_dir() else []
    return [Segment(path, int(path.name.partition("-")[0]) / 1e9, path.stat().st_mtime) for path in found]


def _damaged(path: Path, number: int) -> Conflict:
    told = f"Line {number} of {path.name} is not what was written."
    return Conflict("journal_damaged", told, "Put the journal's copy back; do not start without it.")


def _entries(text: bytes) -> list[dict[str, Any]]:
    """Read what a line says: nothing where only a part of it reached the disk."""
    try:
        read: list[dict[str, Any]] = json.loads(text)
    except ValueError:
        return []
    return read


def _read(path: Path, key: bytes) -> Iterator[dict[str, Any]]:
    before, raw = path.name.encode(), path.read_bytes()
    *lines, torn = raw.split(b"\n")
    for number, line in enumerate(lines, 1):
        mac, _, text = line.partition(b" ")
        if not hmac.compare_digest(mac, _mac(key, before, text)):
            if number == len(lines) and not torn and not _entries(text):
                return  # nobody was told of what the last line of a file says before it was whole
            raise _damaged(path, number)
        before = mac
        yield from json.loads(text)


def read() -> Iterator[dict[str, Any]]:
    """Give every entry of the journal, file after file.

    Raises `Conflict` with code `journal_damaged` where a line was changed, put in or taken out; what a
    crash left half written at the end of a file was never acknowledged, and is passed over.
    """
    key = _key()
    for segment in segments():
        yield from _read(segment.path, key)


def _last_line(path: Path) -> list[dict[str, Any]]:
    """Read what was appended to a file last, without reading all of it."""
    with path.open("rb") as file:
        size, reach = file.seek(0, os.SEEK_END), 4096
        while True:
            file.seek(max(0, size - reach))
            lines = file.read().split(b"\n")[:-1]
            whole = lines if reach >= size else lines[1:]  # the first may have begun before what was read
            for line in reversed(whole):
                if entries := _entries(line.partition(b" ")[2]):
                    return entries
            if reach >= size:
                return []
            reach *= 4


def newest() -> Iterator[dict[str, Any]]:
    """Give the entries of the last line of every file: the highest number the ledger had given is among them."""
    for segment in segments():
        yield from _last_line(segment.path)


def read_since(seq: int) -> Iterator[dict[str, Any]]:
    """Give the entries of every file that reaches a number; raises what `read` raises."""
    key = _key()
    for segment in segments():
        if any(int(entry["seq"]) >= seq for entry in _last_line(segment.path)):
            yield from _read(segment.path, key)


def drop_before(moment: float) -> int:
    """Delete the files that were surely written to for the last time before a moment (POSIX); give how many."""
    ended = [segment for segment in segments() if segment.last_at < moment - SLACK]
    for segment in ended:
        segment.path.unlink()
    return len(ended)
