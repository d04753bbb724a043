"""One thing known about a person, read at the door. What has no known shape is not let in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sayso.core.errors import Invalid
from sayso.core.values import read_utc

SOURCES = frozenset({"told", "observed"})  # told by the person, or seen by the brand in its own shop
LONGEST = 100  # characters of an id or of one text in a value


@dataclass(frozen=True, slots=True)
class Fact:
    """A datum: which, of what category, from whom, since when. `value` is what is kept sealed."""

    id: str
    category: str
    source: str
    at: datetime
    value: dict[str, Any]


def _wrong(detail: str, remedy: str) -> Invalid:
    return Invalid("invalid_fact", detail, remedy)


def _line(source: Mapping[str, Any], name: str) -> str:
    text = source.get(name)
    if not isinstance(text, str) or not text.strip() or len(text) > LONGEST or not text.isprintable():
        raise _wrong(
            f"`{name}` is not a short line of text.", f"Send `{name}`, at most {LONGEST} characters."
        )
    return text.strip()


def _purchase(value: Mapping[str, Any]) -> dict[str, Any]:
    return {"item": _line(value, "item")}


def _preference(value: Mapping[str, Any]) -> dict[str, Any]:
    liking = value.get("liking")
    if isinstance(liking, bool) or liking not in (1, -1):
        raise _wrong("`liking` is neither 1 nor -1.", "Send 1 for liked, -1 for disliked.")
    return {"attribute": _line(value, "attribute"), "value": _line(value, "value"), "liking": liking}


def _location(value: Mapping[str, Any]) -> dict[str, Any]:
    country = _line({"country": "US", **value}, "country").upper()
    if len(country) != 2 or not country.isascii() or not country.isalpha():
        raise _wrong("`country` is not a country code.", "Send two letters of ISO 3166-1, such as US.")
    return {"postcode": _line(value, "postcode").upper(), "country": country}


SHAPES: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "purchases": _purchase,
    "preferences": _preference,
    "location": _location,
}


def read_value(category: str, value: object) -> dict[str, Any]:
    """Read what a fact of this category says, keeping only what the category has.

    Raises `Invalid` with code `invalid_fact`.
    """
    shape = SHAPES.get(category)
    if shape is None:
        raise _wrong("No shape is known for this category.", f"Send one of {', '.join(sorted(SHAPES))}.")
    if not isinstance(value, Mapping):
        raise _wrong("`value` is not an object.", "Send the fact's value as an object.")
    return shape(value)


def read_fact(source: Mapping[str, Any]) -> Fact:
    """Read one fact as a system sends it: id, category, source, at (ISO 8601 with offset) and value.

    Raises `Invalid` with code `invalid_fact`.
    """
    told_by = source.get("source")
    if told_by not in SOURCES:
        raise _wrong("`source` says neither told nor observed.", "Say where the datum came from.")
    at = source.get("at")
    try:
        since = read_utc(at) if isinstance(at, str) else None
    except (ValueError, OverflowError):
        since = None
    if since is None:
        raise _wrong("`at` is not a moment.", "Send ISO 8601 with an offset, such as 2026-05-01T09:00:00Z.")
    category = _line(source, "category")
    return Fact(_line(source, "id"), category, str(told_by), since, read_value(category, source.get("value")))
