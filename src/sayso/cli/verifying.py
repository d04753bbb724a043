"""Check a receipt file offline and say the outcome in plain words."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sayso.consent.log.proving import Held, Place, Rejected, check
from sayso.core.errors import SaysoError
from sayso.core.values import read_json, utc_text

UNWITNESSED = "Not independently witnessed."


def _summary(content: dict[str, Any]) -> list[str]:
    record = content["dpv:hasRecordOfActivity"]
    lines = [
        f"Recorded {content['dct:created']} by {content['dct:publisher']}",
        f"Notice   {record['dpv:hasNotice']['dct:identifier']}",
    ]
    for process in record["dpv:hasProcess"]:
        lines.append(f"  {process['dpv:hasConsentStatus']['dct:title']:10} {process['dct:identifier']}")
    return lines


def _witnessed(place: Place) -> str:
    return f"Witnessed by {', '.join(place.witnesses)}." if place.witnesses else UNWITNESSED


def _in_log(held: Held) -> list[str]:
    place = held.place
    if place is None:
        promise = f"PROMISED in the log by {held.in_log_by}; download the receipt again for its proof"
        return [promise, UNWITNESSED]
    at = utc_text(datetime.fromtimestamp(place.signed_at, UTC)) if place.signed_at is not None else "unknown"
    where = f"IN LOG   {place.origin}, entry {place.index + 1} of {place.size}, signed {at}"
    return [where, _witnessed(place)]


def verify_files(file: Path, pins: Path) -> tuple[bool, list[str]]:
    """Check a receipt file against a file of pinned keys; give whether it holds and lines to print."""
    try:
        outcome = check(file.read_bytes(), read_json(pins.read_bytes()))
    except SaysoError as broken:
        return False, [f"REFUSED  bad_pins: {broken.detail}"]
    if isinstance(outcome, Rejected):
        return False, [f"REFUSED  {outcome.code}: {outcome.reason}"]
    signed = f"HOLDS    signed with pinned key {outcome.key_id}"
    return True, [signed, *_summary(outcome.content), *_in_log(outcome)]
