"""The form of a question: what was typed as the entry a brand's file would hold, and each fault beside its place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sayso.core.fact import SHAPES
from sayso.core.layout import direction
from sayso.core.notice import Notice

Words = str | Promise
Entry = dict[str, Any]
AUTOCOMPLETE = ("off", "postal-code", "country", "bday-year")
TEXTS: dict[str, tuple[Words, Words]] = {
    "title": (_("The question"), _("One sentence, as you would ask it across the counter.")),
    "what_for": (_("What for"), _("What is done with the answer, and nothing beyond it.")),
    "by_whom": (_("By whom"), _("Everybody who learns it, by name.")),
    "how_long": (_("How long"), _("How long it is kept, and what ends it sooner.")),
    "benefit": (_("What it brings her"), _("What she gets at once, on the same page.")),
}
FAULTS: dict[str, Words] = {
    "id": _("Use a name of small letters, digits, _ and -, at most 40."),
    "moment": _(
        "Name a moment in small letters, such as order_confirmed; never checkout, payment or complaint."
    ),
    "priority": _("Write a whole number above nought."),
    "choices": _("Choose at least one thing a yes permits."),
    "needs": _("Choose among what the notice asks."),
    "not_now": _("Write a whole number of days above nought."),
    "field.name": _("Use a name of small letters, digits, _ and -, at most 40."),
    "field.category": _("Ask for what the yes permits, and nothing else."),
    "field.max_length": _("Write a whole number above nought."),
    "field.label": _("Write it in every language, at most 500 characters."),
}
UNWRITTEN: Words = _("Write it in every language, at most 500 characters.")


@dataclass(frozen=True, slots=True)
class Text:
    """One text in every language: (name of the input, language, its direction, what stands in it)."""

    name: str
    label: Words
    hint: Words
    inputs: tuple[tuple[str, str, str, str], ...]
    fault: Words


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose."""

    value: str
    label: str
    on: bool


@dataclass(frozen=True, slots=True)
class Form:
    """The whole form, filled in."""

    values: Mapping[str, Any]
    choices: tuple[Option, ...]
    needs: tuple[Option, ...]
    categories: tuple[Option, ...]
    autocomplete: tuple[Option, ...]
    label: Text
    texts: tuple[Text, ...]
    faults: Mapping[str, Words]


def _number(text: str) -> int | str:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else text


def _texts(post: QueryDict, name: str, notice: Notice) -> dict[str, str]:
    return {locale: post.get(f"{name}.{locale}", "").strip() for locale in notice.locales}


def read(post: QueryDict, notice: Notice) -> Entry:
    """Read what was typed as the entry that a brand's file would hold."""
    return {
        "id": post.get("id", "").strip(),
        "moment": post.get("moment", "").strip(),
        "priority": _number(post.get("priority", "").strip()),
        "choices": post.getlist("choices"),
        "needs": post.getlist("needs"),
        "not_now": {"quiet_days": _number(post.get("quiet_days", "").strip())},
        "field": {
            "name": post.get("field_name", "").strip(),
            "category": post.get("category", ""),
            "autocomplete": post.get("autocomplete", "off"),
            "max_length": _number(post.get("max_length", "").strip()),
            "label": _texts(post, "label", notice),
        },
        **{name: _texts(post, name, notice) for name in TEXTS},
    }


def _text(name: str, words: tuple[Words, Words], source: Entry, notice: Notice, fault: Words) -> Text:
    written = source.get(name) or {}
    inputs = tuple(
        (f"{name}.{locale}", locale, direction(locale), written.get(locale, "")) for locale in notice.locales
    )
    return Text(name, *words, inputs, fault)


def _choices(chosen: list[str], notice: Notice, locale: str) -> tuple[Option, ...]:
    return tuple(
        Option(part.choice.id, f"{purpose.title[locale]}: {part.title[locale]}", part.choice.id in chosen)
        for purpose, part in notice.parts()
        if purpose.asked
    )


def filled(entry: Entry, notice: Notice, locale: str, wrong: Mapping[str, object]) -> Form:
    """Give the form with an entry filled in and what is wrong beside its place."""
    field = entry.get("field") or {}
    faults = {place.replace(".", "_"): FAULTS.get(place, UNWRITTEN) for place in wrong}
    categories = [one for one in notice.categories.values() if one.id in SHAPES]
    hint = _("What stands above the field.")
    return Form(
        values={
            "id": entry.get("id", ""),
            "moment": entry.get("moment", "order_confirmed"),
            "priority": entry.get("priority", 1),
            "quiet_days": (entry.get("not_now") or {}).get("quiet_days", 30),
            "field_name": field.get("name", ""),
            "max_length": field.get("max_length", 10),
        },
        choices=_choices(entry.get("choices", []), notice, locale),
        needs=_choices(entry.get("needs", []), notice, locale),
        categories=tuple(
            Option(one.id, one.title[locale], one.id == field.get("category")) for one in categories
        ),
        autocomplete=tuple(Option(name, name, name == field.get("autocomplete")) for name in AUTOCOMPLETE),
        label=_text("label", (_("Label of the field"), hint), field, notice, faults.get("field_label", "")),
        texts=tuple(_text(name, words, entry, notice, faults.get(name, "")) for name, words in TEXTS.items()),
        faults=faults,
    )
