"""A brand's questions as they were written: drafts, versions, and which of them are asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sayso.asks import models
from sayso.core.ask import TEXTS, Ask, Asks
from sayso.core.ask_reading import faults as rules_of_faults
from sayso.core.ask_reading import read_ask, read_budget
from sayso.core.errors import Invalid, NotFound
from sayso.core.layout import ask_words
from sayso.core.notice import Notice
from sayso.core.values import content_hash
from sayso.notices import queries as notices

LAYOUT = "ask-1"
Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Version:
    """One publication of a question; without `entry` it says that it is asked no more."""

    ask: str
    number: int
    entry: Entry | None
    hashes: Mapping[str, str]
    source: str
    by: int | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Authored:
    """One question with what is asked now and what is being written."""

    id: str
    version: Version | None
    draft: Entry | None
    draft_at: datetime | None

    @property
    def asked(self) -> bool:
        """Tell whether it is asked now."""
        return self.version is not None and self.version.entry is not None

    @property
    def newest(self) -> Entry:
        """Give what somebody who goes on writing begins with: the draft, else what is published."""
        return self.draft or (self.version and self.version.entry) or {"id": self.id}


def _version(row: models.AskVersion) -> Version:
    return Version(row.ask, row.number, row.entry, row.hashes, row.source, row.by, row.at)


def versions_of(brand: str, ask: str) -> list[Version]:
    """List the publications of a question, newest first."""
    return [
        _version(row) for row in models.AskVersion.objects.filter(brand=brand, ask=ask).order_by("-number")
    ]


def newest(brand: str) -> dict[str, Version]:
    """Give the newest publication of every question."""
    rows = models.AskVersion.objects.filter(brand=brand).order_by("ask", "number")
    return {row.ask: _version(row) for row in rows}


def answered_version(brand: str, text_hash: str) -> Version | None:
    """Find the publication whose words an answer was given to, or None."""
    rows = models.AskVersion.objects.filter(brand=brand).order_by("number")
    return next((_version(row) for row in rows if text_hash in row.hashes.values()), None)


def authored(brand: str) -> list[Authored]:
    """List a brand's questions, published or only drafted."""
    published = newest(brand)
    drafts = {row.ask: row for row in models.AskDraft.objects.filter(brand=brand)}
    return [
        Authored(
            name,
            published.get(name),
            drafts[name].entry if name in drafts else None,
            drafts[name].at if name in drafts else None,
        )
        for name in sorted({*published, *drafts})
    ]


def authored_ask(brand: str, name: str) -> Authored:
    """Give one question. Raises `NotFound` with code `unknown_ask`."""
    found = next((one for one in authored(brand) if one.id == name), None)
    if found is None:
        raise NotFound("unknown_ask", "There is no such question.", "Go back to the list.")
    return found


def faults(brand: str, entry: Entry) -> dict[str, Invalid]:
    """Give everything that is wrong with a question, by place; by the rules a brand's file is read with."""
    return rules_of_faults(entry, notices.current(brand).notice)


def _read(entry: Entry | None, notice: Notice) -> Ask | None:
    try:
        return read_ask(entry, notice) if entry is not None else None
    except Invalid:
        return None  # the notice changed under it: what it asks is listed no more, so nobody is asked


def asks_of(brand: str) -> Asks:
    """Give the questions a brand asks now; none before any were applied."""
    row = models.Catalogue.objects.filter(brand=brand).first()
    notice = notices.current(brand).notice
    read = (_read(version.entry, notice) for version in newest(brand).values())
    budget = read_budget(row.document if row else {})
    return replace(budget, asks=tuple(ask for ask in read if ask is not None))


def words_of(ask: Ask, locale: str) -> dict[str, Any]:
    """Give everything a person reads of a question in one locale, with what its answer permits."""
    return {
        "ask": ask.id,
        "layout": LAYOUT,
        "locale": locale,
        "choices": ask.choices,
        "texts": {name: ask.texts[name][locale] for name in TEXTS},
        "words": ask_words(locale),
        "field": {
            "name": ask.field.name,
            "label": ask.field.label[locale],
            "autocomplete": ask.field.autocomplete,
            "max_length": ask.field.max_length,
        },
    }


def hash_of(ask: Ask, locale: str) -> str:
    """Give the hash that an answer carries of the words it was given to."""
    return content_hash(words_of(ask, locale))


def hashes_of(ask: Ask, notice: Notice) -> dict[str, str]:
    """Give the hash of a question's text in each locale of the notice."""
    return {locale: hash_of(ask, locale) for locale in notice.locales}
