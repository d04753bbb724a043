"""The record of processing activities (GDPR, Article 30(1)), made from the notice and the register that enforce."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sayso.core.layout import length_text
from sayso.core.notice import Notice
from sayso.core.purpose import Part, Purpose

SUBJECTS = {"en": "customers", "zh-Hant": "顧客", "ar": "العملاء"}
COLUMNS = (
    "purpose", "activity", "legal_basis", "law", "data_subjects", "category", "sensitive", "operation",
    "recipient", "role", "country", "transfer", "retention", "measures", "systems",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Holder:
    """A system that holds data of a category for a purpose; an empty purpose holds it for any."""

    title: Mapping[str, str]
    category: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Activity:
    """One line of the record: one purpose, one category of data, one recipient (Article 30(1)(b) to (g))."""

    purpose: str
    activity: str
    legal_basis: str
    law: str
    data_subjects: str
    category: str
    sensitive: bool
    operation: str
    recipient: str
    role: str
    country: str
    transfer: str
    retention: str
    measures: tuple[str, ...]
    systems: tuple[str, ...]

    def row(self) -> list[str]:
        """Give the line as the cells of a table, in the order of `COLUMNS`."""
        cells = (getattr(self, name) for name in COLUMNS)
        return ["; ".join(cell) if isinstance(cell, tuple) else str(cell) for cell in cells]

    def json(self) -> dict[str, Any]:
        """Give the line as JSON."""
        named = ((name, getattr(self, name)) for name in COLUMNS)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in named}


def _title(texts: Mapping[str, str], locale: str) -> str:
    return texts.get(locale) or next(iter(texts.values()), "")


def _activity(
    notice: Notice, purpose: Purpose, part: Part, holders: Iterable[Holder], locale: str
) -> Activity:
    category, to = notice.categories[part.choice.category], notice.recipients.get(part.choice.recipient)
    where = (
        _title(one.title, locale)
        for one in holders
        if one.category == category.id and one.purpose in ("", purpose.id)
    )
    return Activity(
        purpose=purpose.id,
        activity=_title(purpose.title, locale),
        legal_basis=purpose.basis,
        law=_title(purpose.law, locale),
        data_subjects=_title(SUBJECTS, locale),
        category=_title(category.title, locale),
        sensitive=category.sensitive,
        operation=part.choice.operation,
        recipient=_title(to.name, locale) if to else notice.controller.name,
        role=to.role if to else "controller",
        country=to.country if to else notice.controller.country,
        transfer=_title(to.transfer, locale) if to else "",
        retention=length_text(part.retention, locale),
        measures=tuple(_title(notice.safeguards[name], locale) for name in part.safeguards),
        systems=tuple(dict.fromkeys(where)),
    )


def activities(notice: Notice, holders: Iterable[Holder], locale: str) -> list[Activity]:
    """List every processing activity of a notice, in its order, with the systems that hold the data."""
    holders = tuple(holders)
    return [_activity(notice, purpose, part, holders, locale) for purpose, part in notice.parts()]


def record_json(notice: Notice, listed: Iterable[Activity], officer: str, made_at: str) -> dict[str, Any]:
    """Give the whole record as JSON: who is responsible (Article 30(1)(a)), by which notice, every activity."""
    controller = notice.controller
    return {
        "record": "GDPR, Article 30(1)",
        "made_at": made_at,
        "notice": notice.version,
        "controller": {
            "name": controller.name,
            "address": controller.address,
            "country": controller.country,
            "email": controller.email,
        },
        "privacy_officers": officer,
        "supervisory_authority": {"name": controller.authority, "url": controller.authority_url},
        "activities": [each.json() for each in listed],
    }
