"""Check an evidence file offline and say in plain words what it shows."""

from pathlib import Path
from typing import Any

from sayso.consent.log.signing import read_pins
from sayso.consent.receipts import Rejected, verify
from sayso.core.errors import SaysoError
from sayso.core.values import read_json

TYPE = "sayso-evidence+jws"
LONGEST = 8 * 1024 * 1024  # bytes of a file we would read


def read(file: Path) -> dict[str, Any] | None:
    """Read an evidence file; None when it is something else, such as a receipt."""
    if file.stat().st_size > LONGEST:
        return None
    try:
        found = read_json(file.read_bytes())
    except SaysoError:
        return None
    return found if isinstance(found, dict) and found.get("typ") == "sayso-evidence" else None


def _summary(content: dict[str, Any]) -> list[str]:
    request, clock = content["request"], content["clock"]
    done = [step for step in content["deliveries"] if step["state"] == "done"]
    absent = [step for step in content["read_backs"] if step["state"] == "done"]
    in_time = {True: "in time", False: "late", None: "not closed yet"}[clock["in_time"]]
    return [
        f"Evidence made {content['made_at']} by {content['made_by']}",
        f"Request  {request['number']}: {request['kind']}, {request['state']}",
        f"Clock    received {clock['received_at']}, due before {clock['due_before']}: {in_time}",
        f"Law      {clock['law']} ({clock['law_source']})",
        f"Steps    {len(done)} of {len(content['deliveries'])} done",
        f"Searched again: {len(absent)} of {len(content['read_backs'])} found nothing",
        f"Letters  {len(content['letters'])}",
    ]


def verify_file(found: dict[str, Any], pins: Path) -> tuple[bool, list[str]]:
    """Check a file that `read` gave against pinned keys; give whether it holds and lines to print."""
    try:
        source = read_json(pins.read_bytes())
        outcome, compromised = (
            verify(str(found.get("evidence", "")), source, TYPE, LONGEST),
            read_pins(source).compromised,
        )
    except SaysoError as broken:
        return False, [f"REFUSED  bad_pins: {broken.detail}"]
    if isinstance(outcome, Rejected):
        return False, [f"REFUSED  {outcome.code}: {outcome.reason}"]
    if outcome.content != found.get("content"):
        return False, ["REFUSED  changed: What can be read in this file is not what was signed."]
    if outcome.fingerprint in compromised:
        return False, [
            "REFUSED  compromised_key: Its key was compromised, and no log shows that it is older."
        ]
    signed = f"HOLDS    signed with pinned key {outcome.key_id}"
    return True, [signed, *_summary(outcome.content), "Not independently witnessed."]
