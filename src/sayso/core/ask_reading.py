"""Read a brand's questions from their authored file and hold them to the notice."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from sayso.core.ask import NEVER, TEXTS, Ask, Asks, Field
from sayso.core.errors import Invalid
from sayso.core.fact import SHAPES
from sayso.core.notice import Notice
from sayso.core.purpose import Texts
from sayso.core.values import NAME

QUIET_DAYS = 30
LONGEST = 100  # characters a person is asked to type at most
LONGEST_TEXT = 500  # characters of one text a person is asked to read

Readers = dict[str, Callable[[], Any]]


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
    written = value if isinstance(value, Mapping) else {}
    texts = {locale: text for locale in notice.locales if isinstance(text := written.get(locale), str)}
    if len(texts) < len(notice.locales) or not all(text.strip() for text in texts.values()):
        remedy = f"Write `{key}` in each of {', '.join(notice.locales)}."
        raise _wrong(where, f"`{key}` lacks a locale.", remedy)
    if any(len(text) > LONGEST_TEXT for text in texts.values()):
        raise _wrong(where, f"`{key}` is too long.", f"Write at most {LONGEST_TEXT} characters.")
    return {locale: text.strip() for locale, text in texts.items()}


def _choices(source: Mapping[str, Any], key: str, notice: Notice, where: str) -> tuple[str, ...]:
    value = source.get(key, [])
    known = {choice.id for choice in notice.choices()}
    if not isinstance(value, list) or not all(
        isinstance(choice, str) and choice in known for choice in value
    ):
        raise _wrong(where, f"`{key}` names a choice the notice does not ask.", "Take ids from the notice.")
    return tuple(value)


def _some_choices(entry: Mapping[str, Any], notice: Notice, where: str) -> tuple[str, ...]:
    choices = _choices(entry, "choices", notice, where)
    if not choices:
        raise _wrong(where, "`choices` is empty.", "Name the choices a yes permits.")
    return choices


def _moment(entry: Mapping[str, Any], where: str) -> str:
    moment = _name(entry, "moment", where)
    if moment in NEVER:
        raise _wrong(where, f"nobody is asked at `{moment}`.", "Ask when it brings something at once.")
    return moment


def _category(entry: Mapping[str, Any], notice: Notice, where: str) -> str:
    category = _name(_table(entry.get("field"), where), "category", where)
    permitted = {choice.split(".")[1] for choice in _choices(entry, "choices", notice, where)}
    if category not in SHAPES or category not in permitted:
        # FEATURES K1: what is typed in must be what the answer permits.
        raise _wrong(where, "`category` is not one these choices permit.", "Ask for what the yes is about.")
    return category


def _quiet(entry: Mapping[str, Any], where: str) -> timedelta:
    not_now = _table(entry.get("not_now", {}), where)
    return timedelta(days=_number(not_now, "quiet_days", QUIET_DAYS, where))


def _field_readers(entry: Mapping[str, Any], notice: Notice, where: str) -> Readers:
    def field() -> Mapping[str, Any]:
        return _table(entry.get("field"), where)

    return {
        "field.name": lambda: _name(field(), "name", where),
        "field.category": lambda: _category(entry, notice, where),
        "field.autocomplete": lambda: str(field().get("autocomplete", "off")),
        "field.max_length": lambda: min(_number(field(), "max_length", LONGEST, where), LONGEST),
        "field.label": lambda: _texts(field(), "label", notice, where),
    }


def _readers(entry: Mapping[str, Any], notice: Notice, where: str) -> Readers:
    """List how each place of a question is read: what a file, a form and its errors have in common."""
    texts: Readers = {name: partial(_texts, entry, name, notice, where) for name in TEXTS}
    return {
        "id": lambda: _name(entry, "id", where),
        "moment": lambda: _moment(entry, where),
        "priority": lambda: _number(entry, "priority", 1, where),
        "choices": lambda: _some_choices(entry, notice, where),
        "needs": lambda: _choices(entry, "needs", notice, where),
        "not_now": lambda: _quiet(entry, f"{where}.not_now"),
        **_field_readers(entry, notice, f"{where}.field"),
        **texts,
    }


def read_ask(source: Any, notice: Notice, where: str = "ask") -> Ask:
    """Read one question (a JSON value) and hold it to the notice.

    Raises `Invalid` with code `invalid_asks`, naming the place.
    """
    entry = _table(source, where)
    read = {place: reader() for place, reader in _readers(entry, notice, where).items()}
    names = ("name", "category", "autocomplete", "max_length", "label")
    return Ask(
        id=read["id"],
        moment=read["moment"],
        priority=read["priority"],
        choices=read["choices"],
        needs=read["needs"],
        quiet=read["not_now"],
        field=Field(**{name: read[f"field.{name}"] for name in names}),
        texts={name: read[name] for name in TEXTS},
    )


def faults(source: Mapping[str, Any], notice: Notice) -> dict[str, Invalid]:
    """Give everything that is wrong with a question, by place: empty when `read_ask` takes it."""
    found: dict[str, Invalid] = {}
    for place, reader in _readers(source, notice, "ask").items():
        try:
            reader()
        except Invalid as wrong:
            found[place] = wrong
    return found


def read_budget(source: Mapping[str, Any]) -> Asks:
    """Read how often a person may be asked; without any questions.

    Raises `Invalid` with code `invalid_asks`, naming the place.
    """
    budget = _table(source.get("budget", {}), "budget")
    person = _table(budget.get("per_person", {}), "budget.per_person")
    after = _table(budget.get("after_withdrawal", {}), "budget.after_withdrawal")
    return Asks(
        (),
        _number(person, "asks", 1, "budget.per_person"),
        timedelta(days=_number(person, "days", 7, "budget.per_person")),
        timedelta(days=_number(after, "quiet_days", QUIET_DAYS, "budget.after_withdrawal")),
    )


def read_asks(document: Any, notice: Notice) -> Asks:
    """Read a brand's questions (a JSON value) and check them against its notice.

    Raises `Invalid` with code `invalid_asks`, naming the place.
    """
    source = _table(document, "asks")
    entries = source.get("asks", [])
    if not isinstance(entries, list):
        raise _wrong("asks", "it is not a list.", "Write one entry a question.")
    asks = tuple(read_ask(entry, notice, f"asks[{place}]") for place, entry in enumerate(entries))
    if len({ask.id for ask in asks}) != len(asks):
        raise _wrong("asks", "two questions have one id.", "Give each its own id.")
    return replace(read_budget(source), asks=asks)
