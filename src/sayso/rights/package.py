"""The package a person takes home: a page to read, JSON, a CSV per table, receipts, and a manifest of hashes."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from sayso.core.sheets import csv_bytes
from sayso.core.values import utc_text
from sayso.rights.page import render


@dataclass(frozen=True, slots=True)
class Source:
    """One system and its sheets (name, columns, titles, rows, withheld), as JSON has them."""

    id: str
    title: Mapping[str, str]
    sheets: Sequence[Mapping[str, Any]]


def sheet(name: str, columns: list[str], rows: list[list[Any]]) -> dict[str, Any]:
    """Make a sheet of our own."""
    return {"name": name, "columns": columns, "titles": [{} for _ in columns], "rows": rows, "withheld": {}}


def _data(sources: Sequence[Source]) -> bytes:
    def table(each: Mapping[str, Any]) -> dict[str, Any]:
        rows = [dict(zip(each["columns"], row, strict=True)) for row in each["rows"]]
        return {"rows": rows, "withheld": each["withheld"]}

    data = {source.id: {each["name"]: table(each) for each in source.sheets} for source in sources}
    return json.dumps(data, ensure_ascii=False, indent=2).encode()


def _files(
    sources: Sequence[Source], receipts: Mapping[str, str], locale: str, now: datetime
) -> dict[str, bytes]:
    files = {"index.html": render(sources, locale, now).encode(), "data.json": _data(sources)}
    for source in sources:
        for each in source.sheets:
            files[f"{source.id}/{each['name']}.csv"] = csv_bytes(each["columns"], each["rows"])
    return files | {f"receipts/{event}.jws": jws.encode() for event, jws in receipts.items()}


def build(sources: Sequence[Source], receipts: Mapping[str, str], locale: str, now: datetime) -> bytes:
    """Put everything into one ZIP; `manifest.json` gives the SHA-256 of every other file."""
    files = _files(sources, receipts, locale, now)
    hashes = {name: sha256(content).hexdigest() for name, content in sorted(files.items())}
    files["manifest.json"] = json.dumps({"made_at": utc_text(now), "sha256": hashes}, indent=2).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, now.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()
