"""Check a receipt file offline and say the outcome in plain words."""

import json
from pathlib import Path
from typing import Any

from sayso.consent.receipts import Rejected, verify
from sayso.core.errors import SaysoError
from sayso.core.values import read_json


def _token(raw: bytes) -> str:
    """Read a receipt file: the compact text itself, or the JSON `{"receipt": "…"}` the pages give."""
    text = raw.decode("utf-8", "replace").strip()
    if not text.startswith("{"):
        return text
    found = read_json(raw)
    return str(found.get("receipt", "")) if isinstance(found, dict) else ""


def _summary(content: dict[str, Any]) -> list[str]:
    record = content["dpv:hasRecordOfActivity"]
    lines = [
        f"Recorded {content['dct:created']} by {content['dct:publisher']}",
        f"Notice   {record['dpv:hasNotice']['dct:identifier']}",
    ]
    for process in record["dpv:hasProcess"]:
        lines.append(f"  {process['dpv:hasConsentStatus']['dct:title']:10} {process['dct:identifier']}")
    return lines


def verify_files(file: Path, pins: Path) -> tuple[bool, list[str]]:
    """Check a receipt file against a file of pinned keys; give whether it holds and lines to print."""
    try:
        outcome = verify(_token(file.read_bytes()), json.loads(pins.read_text()))
    except (SaysoError, ValueError) as broken:
        return False, [f"REFUSED  malformed: {broken}"]
    if isinstance(outcome, Rejected):
        return False, [f"REFUSED  {outcome.code}: {outcome.reason}"]
    signed = f"HOLDS    signed with pinned key {outcome.key_id}"
    return True, [signed, *_summary(outcome.content), "Not independently witnessed."]
