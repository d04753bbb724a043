"""Global Privacy Control: a browser's standing request not to sell or share what is known of its person.

Follows the W3C specification (w3.org/TR/gpc). Obeying it is the law in California (11 CCR 7025), Colorado,
Connecticut and elsewhere. What it stops is a rule of the heart: `core.opt_out.covered_by_signal`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

HEADER = "Sec-GPC"
SUPPORT_ADDRESS = "/.well-known/gpc.json"
SUPPORTED_SINCE = date(2026, 11, 24)  # of our statement, not of the deployment


def in_header(values: Iterable[str]) -> bool:
    """Tell whether the header, by each of its field values, carries the signal: exactly `1` and nothing else.

    Several headers of which one is `1` carry it, also where somebody on the way joined them by commas (RFC
    9110, 5.3); every other value is ignored.
    """
    return any(part.strip(" \t") == "1" for value in values for part in value.split(","))


def in_script(value: object) -> bool:
    """Tell whether what `navigator.globalPrivacyControl` gave, or a brand's server passed on, is the signal."""
    return value is True


@dataclass(frozen=True, slots=True)
class Support:
    """What a site's `gpc.json` says. `obeys` is None where it says nothing that can be read."""

    obeys: bool | None
    since: str = ""


def write_support(since: date = SUPPORTED_SINCE) -> dict[str, Any]:
    """Give the document in which a site says that it obeys the signal."""
    return {"gpc": True, "lastUpdate": since.isoformat()}


def _moment(text: object) -> str:
    try:
        return text if isinstance(text, str) and datetime.fromisoformat(text) else ""
    except ValueError:
        return ""


def read_support(document: object) -> Support:
    """Read a site's `gpc.json`: whether it says that it obeys the signal, and since when it says so."""
    if not isinstance(document, dict) or not isinstance(document.get("gpc"), bool):
        return Support(None)
    return Support(document["gpc"], _moment(document.get("lastUpdate")))
