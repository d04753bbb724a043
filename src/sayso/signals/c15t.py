"""Rows of c15t's table `consent`, joined with who it is about, as an export of its database gives them.

One row is one act and replaces the one before. `purposeIds` names what was accepted, as a list or as
`{"json": […]}`; what is not named was not accepted. The subject is known by `externalId` once somebody signed in;
before, by nothing but a cookie. c15t keeps no wording: `policyId` names the policy in force. Where its model was
`opt-out`, purposes were on from the start, and without `consentAction` nobody knows whether anything was pressed:
no act of the person lies behind such a yes.

Source: github.com/c15t/c15t, packages/backend/src/db/schema/2.0.0 (consent.ts, subject.ts, consent-purpose.ts) and
handlers/subject/post.handler.ts, as of 2026; `preferences` is what its REST interface gives instead of ids.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any

NAME = "c15t"
COLUMNS = frozenset({"subjectId", "givenAt"})
_SAYS = frozenset({"purposeIds", "preferences"})
ACTS = ("accept_all", "custom")  # no set: an export may hold lists where a word belongs
NO_ACT = "an act of the person: c15t's model was opt-out, or it names no consentAction"


def recognises(columns: Iterable[str]) -> bool:
    """Tell whether these are the columns of c15t's answers."""
    found = set(columns)
    return found >= COLUMNS and bool(found & _SAYS)


def _opened(value: Any) -> Any:
    """Open what an export wrote as text, and the wrapper some versions put around lists."""
    if isinstance(value, str) and value[:1] in "[{":
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value["json"] if isinstance(value, Mapping) and set(value) == {"json"} else value


def _said(record: Mapping[str, Any], purposes: Iterable[str]) -> dict[str, str] | None:
    preferences = _opened(record.get("preferences"))
    if isinstance(preferences, Mapping) and preferences:
        return {str(name): "yes" if yes is True else "no" for name, yes in preferences.items()}
    accepted = _opened(record.get("purposeIds"))
    if not isinstance(accepted, list):
        return None
    names = [str(name) for name in accepted]
    return {**dict.fromkeys(purposes, "no"), **dict.fromkeys(names, "yes")}


def _pressed(record: Mapping[str, Any]) -> bool:
    return record.get("consentAction") in ACTS and record.get("jurisdictionModel") != "opt-out"


def _nested(record: Mapping[str, Any], table: str, column: str) -> Any:
    inside = record.get(table)
    return inside.get(column) if isinstance(inside, Mapping) else None


def row_of(record: Mapping[str, Any], purposes: Iterable[str]) -> dict[str, Any]:
    """Give a c15t row under our names; `purposes` are those of the mapping, of which the unnamed were refused."""
    place = (
        record.get("domain") if isinstance(record.get("domain"), str) else _nested(record, "domain", "name")
    )
    shown = " ".join(str(each) for each in (record.get("uiSource"), place) if each)
    return {
        "customer": record.get("externalId") or _nested(record, "subject", "externalId"),
        "email": record.get("email"),
        "said": _said(record, purposes) or {},
        "raw": [str(record.get(name)) for name in sorted(_SAYS)],
        "answered_at": record.get("givenAt"),
        "until": record.get("validUntil"),
        "text": record.get("policyId"),
        "source": shown,
        "receipt": record.get("id"),
        "flaw": "" if _pressed(record) else NO_ACT,
    }
