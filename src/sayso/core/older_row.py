"""One row of an older system's export, read into an answer of ours, or into the reason why it is none.

Reasons name columns and never what stands in them: the list of bad rows holds no personal data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sayso.core.older_answer import LONGEST, Provenance
from sayso.core.older_mapping import FIELDS, OlderSystem, word_of
from sayso.core.values import DEVICE_SECRET, content_hash
from sayso.core.vocabulary import ConsentStatus

LONGEST_NAME = 254  # characters of an e-mail address (RFC 5321, 4.5.3.1.3), and enough for any number
MILLISECONDS = 100_000_000_000  # a number beyond it counts milliseconds: as seconds it is the year 5138
# Before it stands what programs write where they know no time: second 0, the year 1.
_FIRST_TIME = datetime(1970, 1, 2, tzinfo=UTC)
NAMED_BY = ("customer", "email", "device")
# How databases and their tools write that nothing stands there, where a file has no other way to say so.
NOTHING = frozenset({"", "NULL", "null", "\\N", "None", "nan", "NaN", "NaT", "<NA>", "undefined"})
LEFT_OUT = frozenset({"left_out", "erased", "imported_otherwise"})


@dataclass(frozen=True, slots=True)
class OlderRow:
    """What a row says: who, what each of our choices comes to, and the evidence it has."""

    line: int
    people: Mapping[str, str]
    answers: Mapping[str, ConsentStatus]
    source: Provenance
    locale: str = ""


@dataclass(frozen=True, slots=True)
class BadRow:
    """Why a row is no answer, and what to do about it."""

    line: int
    code: str
    reason: str
    remedy: str

    @property
    def fatal(self) -> bool:
        """Tell whether it stops a file that is taken whole; what is left out on purpose does not."""
        return self.code not in LEFT_OUT


class _Bad(Exception):
    """This row is no answer."""

    def __init__(self, code: str, reason: str, remedy: str) -> None:
        super().__init__(code)
        self.told = (code, reason, remedy)


def is_nothing(value: object) -> bool:
    """Tell whether a field of a file says that nothing stands there."""
    return value is None or (isinstance(value, (str, float)) and str(value).strip() in NOTHING)


def value_at(record: Mapping[str, Any], column: str) -> Any:
    """Give what stands in a column; `subject.email` looks inside a table where no column has that very name."""
    if column in record:
        return record[column]
    found: Any = record
    for name in column.split("."):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _text(record: Mapping[str, Any], name: str, system: OlderSystem, longest: int) -> str:
    value = record.get(name)
    # INVARIANT: nothing is neither evidence nor a customer whom all who have none would share.
    if is_nothing(value):
        return ""
    if isinstance(value, (Mapping, list)) or len(text := str(value).strip()) > longest or "\0" in text:
        reason = f"Column {system.column(name)!r} holds no short text."
        raise _Bad("unreadable", reason, f"Write at most {longest} characters.")
    return text


def _people(record: Mapping[str, Any], system: OlderSystem) -> dict[str, str]:
    named = {name: _text(record, name, system, LONGEST_NAME) for name in NAMED_BY}
    people = {name: value for name, value in named.items() if value}
    if not people:
        raise _Bad(
            "nobody_named",
            "The row names nobody we could find again.",
            "Export it with e-mail address or customer number; who was only a cookie is asked anew.",
        )
    if "email" in people and not (
        people["email"].count("@") == 1 and people["email"].strip("@") == people["email"]
    ):
        raise _Bad("bad_email", "The e-mail address is none.", f"Correct column {system.column('email')!r}.")
    if "device" in people and not DEVICE_SECRET.match(people["device"]):
        remedy = "Leave the column out: only a device secret of 43 characters finds a browser again."
        raise _Bad("bad_device", "The device is not named by a device secret.", remedy)
    return people


def _moment(value: Any, system: OlderSystem) -> datetime:
    if (
        isinstance(value, str)
        and value.strip().isascii()
        and value.strip().isdigit()
        and len(value.strip()) > 8
    ):
        value = int(value)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return datetime.fromtimestamp(value / 1000 if abs(value) > MILLISECONDS else value, UTC)
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    at = value if isinstance(value, datetime) else datetime.fromisoformat(str(value).strip())
    if at.tzinfo is None:
        at = at.replace(tzinfo=system.zone)
    return at.astimezone(UTC) if at.tzinfo else at


def _time(record: Mapping[str, Any], name: str, system: OlderSystem) -> datetime | None:
    value, column = record.get(name), system.column(name)
    if is_nothing(value):
        return None
    try:
        at = _moment(value, system)
    except (ValueError, OverflowError, OSError) as broken:
        remedy = (
            "Write it like 2024-03-01T09:30:00Z, or leave it empty: without a time a yes permits nothing."
        )
        raise _Bad("bad_time", f"Column {column!r} holds no time.", remedy) from broken
    if at.tzinfo is None:
        remedy = "Write it with its zone, or declare `timezone:` in the mapping."
        raise _Bad("no_time_zone", f"The time in column {column!r} has no zone.", remedy)
    return at if at >= _FIRST_TIME else None


def _said(record: Mapping[str, Any], system: OlderSystem) -> dict[str, str]:
    said = record.get("said")
    if said is None:
        purpose = _text(record, "purpose", system, LONGEST_NAME)
        said = {purpose: record.get("answer")} if purpose else {}
    if not said:
        remedy = f"Fill column {system.column('purpose')!r}, or name another in `columns:` of the mapping."
        raise _Bad("no_purpose", "The row says nothing about any purpose.", remedy)
    return {str(purpose): word_of("" if word is None else word) for purpose, word in said.items()}


def _meaning(said: Mapping[str, str], system: OlderSystem) -> dict[str, ConsentStatus]:
    if any(purpose not in system.purposes for purpose in said):
        remedy = "Add it to `purposes:` of the mapping; with [] it is left out on purpose."
        raise _Bad("unknown_purpose", "The mapping does not know this purpose.", remedy)
    if any(word not in system.answers for word in said.values()):
        remedy = "Add the word to `answers:` of the mapping, under given or refused."
        raise _Bad("unknown_answer", "The answer is neither a yes nor a no.", remedy)
    pairs = [
        (choice, system.answers[said[purpose]]) for purpose in said for choice in system.purposes[purpose]
    ]
    if not pairs:
        raise _Bad("left_out", "The mapping leaves this purpose out.", "Nothing.")
    refused = {choice for choice, meaning in pairs if meaning is ConsentStatus.REFUSED}
    # Two older purposes may be one choice of ours: it is a yes only where both say so.
    return {choice: ConsentStatus.REFUSED if choice in refused else meaning for choice, meaning in pairs}


def _row(record: Mapping[str, Any], said: Mapping[str, str]) -> str:
    """Give the hash of what a row says, which no mapping changes: by it the same row is known again."""
    told = [str(record.get(name)) for name in ("answered_at", "text", "source", "receipt")]
    return content_hash([record.get("raw", dict(said)), *told])


def _provenance(
    record: Mapping[str, Any], said: Mapping[str, str], system: OlderSystem, now: datetime
) -> Provenance:
    at = _time(record, "answered_at", system)
    if at and at > now:
        raise _Bad("in_the_future", "It says it was answered after today.", "Correct the time, or its zone.")
    text = _text(record, "text", system, LONGEST) or system.declared.get("text", "")
    return Provenance(
        system=system.system,
        said=said,
        row=_row(record, said),
        at=at,
        text=system.texts.get(text, text),
        source=_text(record, "source", system, LONGEST) or system.declared.get("source", ""),
        receipt=_text(record, "receipt", system, LONGEST),
        flaw=_text(record, "flaw", system, LONGEST_NAME),
        until=_time(record, "until", system),
    )


def _read(line: int, record: Mapping[str, Any], system: OlderSystem, now: datetime) -> OlderRow:
    people, said = _people(record, system), _said(record, system)
    meaning = _meaning(said, system)
    source = _provenance(record, said, system, now)
    answers = {
        # INVARIANT: a yes without its evidence becomes nothing that could permit; a no needs none.
        choice: status if status is ConsentStatus.REFUSED or source.proves_a_yes else ConsentStatus.UNKNOWN
        for choice, status in meaning.items()
    }
    return OlderRow(line, people, answers, source, _text(record, "locale", system, LONGEST_NAME))


def read_row(line: int, record: Mapping[str, Any], system: OlderSystem, now: datetime) -> OlderRow | BadRow:
    """Read one row, whose columns have our names; `said` stands for several purposes answered in one act."""
    try:
        return _read(line, record, system, now)
    except _Bad as bad:
        return BadRow(line, *bad.told)


def renamed(record: Mapping[str, Any], system: OlderSystem) -> dict[str, Any]:
    """Give a row's fields by our names, out of the columns that the mapping says they stand in."""
    return {name: value_at(record, system.column(name)) for name in FIELDS}


def declared_columns(record: Mapping[str, Any], system: OlderSystem) -> dict[str, Any]:
    """Give the fields whose columns the mapping names itself."""
    return {name: value_at(record, column) for name, column in system.columns.items()}
