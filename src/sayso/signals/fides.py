"""Rows of Fides' consent report: one preference for one notice, by whom, when, and through what.

`preference` is `opt_in`, `opt_out`, `acknowledge` (told, not asked) or `tcf` (its answers stand elsewhere). The
notice told is named by `privacy_notice_history_id`, its purpose by `notice_name`. `method` says what was done; what
was dismissed, set by a script or by a browser's signal is no yes of the person.

Source: github.com/ethyca/fides, ConsentReportingSchema in clients/admin-ui/src/types/api/models and
src/fides/api/schemas/privacy_preference.py, UserConsentPreference and ConsentMethod beside them, as of 2026.
"""

from collections.abc import Iterable, Mapping
from typing import Any

NAME = "fides"
COLUMNS = frozenset({"preference", "request_timestamp", "privacy_notice_history_id"})
# Of its methods, those by which a person pressed or saved something that was hers to decide.
# No set, and none below: an export may hold lists where a word belongs.
ACTS = ("button", "accept", "reject", "save", "individual_notice")


def recognises(columns: Iterable[str]) -> bool:
    """Tell whether these are the columns of Fides' consent report."""
    return set(columns) >= COLUMNS


def _flaw(record: Mapping[str, Any]) -> str:
    method = record.get("method")
    if not method:
        return "an act of the person: Fides names no method"
    return "" if method in ACTS else "an act of the person: Fides' method is not one of hers"


def row_of(record: Mapping[str, Any], purposes: Iterable[str]) -> dict[str, Any]:
    """Give a Fides row under our names. A purpose is the notice's name, or the number of its version."""
    notice = record.get("privacy_notice_history_id")
    name = record.get("notice_name")
    return {
        "email": record.get("email"),
        "customer": record.get("external_id"),
        "purpose": notice if notice in tuple(purposes) else name or notice,
        "answer": record.get("preference"),
        "answered_at": record.get("request_timestamp"),
        "text": notice,
        "source": " ".join(str(record[key]) for key in ("request_origin", "url_recorded") if record.get(key)),
        "receipt": record.get("served_notice_history_id") or record.get("id"),
        "flaw": _flaw(record),
    }
