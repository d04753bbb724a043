"""Small values shared by every rule: canonical JSON, content hashes, ids and locales."""

import hashlib
import json
import re
import uuid
from datetime import UTC, datetime
from math import isinf
from typing import Any

from sayso.core.errors import Invalid, Malformed

HASH_PREFIX = "sha256:"
DEVICE_SECRET = re.compile(r"[A-Za-z0-9_-]{43}\Z")  # 32 random bytes as base64url without padding
NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}\Z")


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical(value: Any) -> bytes:
    """Write a JSON value the one way it is hashed: sorted keys, no spaces, UTF-8, no NaN."""
    return _CANONICAL.encode(value).encode()


def canonical_list(*values: Any) -> bytes:
    """Write a list the same way; whatever is bytes was written by `canonical` before and is taken as it is."""
    return b"[%b]" % b",".join(each if isinstance(each, bytes) else canonical(each) for each in values)


def content_hash(value: Any) -> str:
    """Give the content identifier of a JSON value: `sha256:` and 64 hexadecimal digits."""
    return HASH_PREFIX + hashlib.sha256(canonical(value)).hexdigest()


def _refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise Malformed("duplicate_key", "A JSON object names the same key twice.", "Send each key once.")
    return read


def _refuse_constant(name: str) -> Any:
    raise Malformed("malformed_json", f"{name} is no number that JSON can hold.", "Send finite numbers only.")


def _finite(text: str) -> float:
    read = float(text)
    return _refuse_constant(text[:20]) if isinf(read) else read


# Made once: what `json.loads` makes anew for every call with hooks takes longer than a short body.
_STRICT = json.JSONDecoder(
    object_pairs_hook=_refuse_duplicates, parse_constant=_refuse_constant, parse_float=_finite
)


def read_json(raw: bytes) -> Any:
    """Read JSON strictly: UTF-8, no duplicate keys, no number without end, no half of a surrogate pair.

    Raises `Malformed`.
    """
    try:
        read = _STRICT.decode(raw.decode())
        if b"\\ud" in raw.lower():
            canonical(read)  # half of a surrogate pair can be written in JSON, and stored nowhere
        return read
    except (UnicodeDecodeError, ValueError, RecursionError) as broken:
        raise Malformed("malformed_json", "The body is not valid JSON.", "Send UTF-8 JSON.") from broken


def new_id() -> str:
    """Make a random identifier. Version 4: a version 7 would tell the minute of the first visit."""
    return str(uuid.uuid4())


def read_event_id(text: object) -> str:
    """Read the identifier a client gave to its answer, in its one canonical spelling.

    Raises `Invalid` when it is not a UUID.
    """
    try:
        if isinstance(text, str) and str(uuid.UUID(text)) == text.lower():
            return text.lower()
    except ValueError:
        pass
    raise Invalid(
        "invalid_answer", "`event` is not a UUID.", "Send a fresh UUID (version 4) with each answer."
    )


def utc_text(moment: datetime) -> str:
    """Write a moment as ISO 8601 in UTC, to the microsecond, ending in Z."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def read_utc(text: str) -> datetime:
    """Read what `utc_text` wrote."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
