"""Read a brand's questions from their authored file and hold them to the notice."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sayso.core.ask import NEVER, TEXTS, Ask, Asks, Field
from sayso.core.errors import Invalid
from sayso.core.fact import SHAPES
from sayso.core.notice import Notice
from sayso.core.purpose import Texts
from sayso.core.values import NAME

QUIET_DAYS = 30
LONGEST = 100  # characters a person is asked to type at most


def _wrong(where: str, detail: str, remedy: str) -> Invalid:
    return Invalid("invalid_asks", f"{where}: {detail}", remedy)


def _table(source: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(source, Mapping):
        raise _wrong(where, "it is not a table.", "Write names and values.")
    return source


def _name(source: Mapping[str, Any], key: str, where: str) -> str:
    value = source.get(key)
    if not isinstance(value, str) or not NAME.match(value):
        raise _wrong(where, f"`{key}` is not a name.", "Use small letters, digits, _ and -.")
    return value


def _number(source: Mapping[str, Any], key: str, fallback: int, where: str) -> int:
    value = source.get(key, fallback)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10_000:
        raise _wrong(where, f"`{key}` is not a count.", "Write a whole number above nought.")
    return value


def _texts(source: Mapping[str, Any], key: str, notice: Notice, where: str) -> Texts:
    value = source.get(key)
    if not isinstance(value, Mapping) or not all(isinstance(value.get(loc), str) for loc in notice.locales):
        remedy = f"Write `{key}` in each of {', '.join(notice.locales)}."
        raise _wrong(where, f"`{key}` lacks a locale.", remedy)
    return {locale: value[locale].strip() for locale in notice.locales}


def _choices(source: Mapping[str, Any], key: str, notice: Notice, where: str) -> tuple[str, ...]:
    value = source.get(key, [])
    known = {choice.id for choice in notice.choices()}
    if not isinstance(value, list) or not all(
        isinstance(choice, str) and choice in known for choice in value
    ):
        raise _wrong(where, f"`{key}` names a choice the notice does not ask.", "Take ids from the notice.")
    return tuple(value)


def _field(source: Any, choices: tuple[str, ...], notice: Notice, where: str) -> Field:
    field = _table(source, where)
    category = _name(field, "category", where)
    if category not in SHAPES or not any(choice.split(".")[1] == category for choice in choices):
        # FEATURES K1: what is typed in must be what the answer permits.
        raise _wrong(where, "`category` is not one these choices permit.", "Ask for what the yes is about.")
    return Field(
        name=_name(field, "name", where),
        category=category,
        autocomplete=str(field.get("autocomplete", "off")),
        max_length=min(_number(field, "max_length", LONGEST, where), LONGEST),
        label=_texts(field, "label", notice, where),
    )


def _ask(source: Any, notice: Notice, where: str) -> Ask:
    entry = _table(source, where)
    moment = _name(entry, "moment", where)
    if moment in NEVER:
        raise _wrong(where, f"nobody is asked at `{moment}`.", "Ask when it brings something at once.")
    choices = _choices(entry, "choices", notice, where)
    if not choices:
        raise _wrong(where, "`choices` is empty.", "Name the choices a yes permits.")
    not_now = _table(entry.get("not_now", {}), f"{where}.not_now")
    return Ask(
        id=_name(entry, "id", where),
        moment=moment,
        priority=_number(entry, "priority", 1, where),
        choices=choices,
        needs=_choices(entry, "needs", notice, where),
        quiet=timedelta(days=_number(not_now, "quiet_days", QUIET_DAYS, where)),
        field=_field(entry.get("field"), choices, notice, f"{where}.field"),
        texts={name: _texts(entry, name, notice, where) for name in TEXTS},
    )


def read_asks(document: Any, notice: Notice) -> Asks:
    """Read a brand's questions (a JSON value) and check them against its notice.

    Raises `Invalid` with code `invalid_asks`, naming the place.
    """
    source = _table(document, "asks")
    entries = source.get("asks", [])
    if not isinstance(entries, list):
        raise _wrong("asks", "it is not a list.", "Write one entry a question.")
    asks = tuple(_ask(entry, notice, f"asks[{place}]") for place, entry in enumerate(entries))
    if len({ask.id for ask in asks}) != len(asks):
        raise _wrong("asks", "two questions have one id.", "Give each its own id.")
    budget = _table(source.get("budget", {}), "budget")
    person = _table(budget.get("per_person", {}), "budget.per_person")
    after = _table(budget.get("after_withdrawal", {}), "budget.after_withdrawal")
    return Asks(
        asks,
        _number(person, "asks", 1, "budget.per_person"),
        timedelta(days=_number(person, "days", 7, "budget.per_person")),
        timedelta(days=_number(after, "quiet_days", QUIET_DAYS, "budget.after_withdrawal")),
    )
