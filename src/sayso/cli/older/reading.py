"""Recognise whose export it is, and read its rows into answers of ours."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from types import ModuleType
from typing import Any

from sayso.cli.older.files import Export, records
from sayso.core.older_mapping import OlderSystem
from sayso.core.older_row import BadRow, OlderRow, declared_columns, is_nothing, read_row, renamed
from sayso.signals import c15t, fides

CODECS: tuple[ModuleType, ...] = (c15t, fides)
PLAIN = "a plain table"


def codec_of(columns: Iterable[str]) -> ModuleType | None:
    """Give the codec of the system whose columns these are; None for a plain table."""
    listed = list(columns)
    return next((codec for codec in CODECS if codec.recognises(listed)), None)


def recognised(export: Export) -> str:
    """Name the system an export comes from, by its first row that can be read."""
    first = next((record for _, record in records(export) if isinstance(record, dict)), {})
    codec = codec_of(first)
    return str(codec.NAME) if codec else PLAIN


def _fields(record: dict[str, Any], codec: ModuleType | None, system: OlderSystem) -> dict[str, Any]:
    if codec is None:
        return renamed(record, system)
    told = {name: None if is_nothing(value) else value for name, value in record.items()}
    return {**codec.row_of(told, system.purposes), **declared_columns(record, system)}


def rows(
    export: Export, name: str, system: OlderSystem, after: int, now: datetime
) -> Iterator[OlderRow | BadRow]:
    """Read the rows beyond a line. `name` is the system that was recognised."""
    codec = next((each for each in CODECS if name == each.NAME), None)
    for line, record in records(export):
        if line <= after:
            continue
        yield (
            record
            if isinstance(record, BadRow)
            else read_row(line, _fields(record, codec, system), system, now)
        )
