"""What is told now, what was told then, and what somebody proposes to tell."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sayso.core.change import Change, compare
from sayso.core.consent import Published
from sayso.core.editions import Editions
from sayso.core.errors import Invalid, NotFound
from sayso.core.notice import Notice
from sayso.core.notice_reading import read_notice
from sayso.deployment.django_database import DjangoDatabase
from sayso.notices import models, store

AROUND = ("controller", "authority", "locales")  # what brand.yaml tells of every version


@dataclass(frozen=True, slots=True)
class Site:
    """A place of the brand that asks."""

    id: str
    brand: str
    address: str
    market: str


@dataclass(frozen=True, slots=True)
class Publication:
    """When and by whom a version was published."""

    version: str
    ordinal: int
    published_at: datetime
    published_by: str


def current(brand: str) -> Published:
    """Give the notice in force for a brand. Raises `NotFound` before the first."""
    return store.current(DjangoDatabase(), brand)


def editions(brand: str) -> Editions:
    """Give every version a brand published, in order."""
    return store.editions(DjangoDatabase(), brand)


def version(brand: str, name: str) -> Published:
    """Give one published version. Raises `Conflict` with code `unknown_version`."""
    return store.version(DjangoDatabase(), brand, name)


def published(name: str) -> Published | None:
    """Give a version by its content hash alone, whichever brand's, or None."""
    if "\0" in name:  # which PostgreSQL takes in no text
        return None
    row = models.NoticeVersion.objects.filter(version=name).values_list("brand", flat=True).first()
    return version(row, name) if row else None


def publications(brand: str) -> list[Publication]:
    """List a brand's versions, newest first."""
    rows = models.NoticeVersion.objects.filter(brand=brand).order_by("-ordinal")
    return [Publication(row.version, row.ordinal, row.published_at, row.published_by) for row in rows]


@dataclass(frozen=True, slots=True)
class Draft:
    """A version that is proposed. `before` is the one it is compared with, None before the first."""

    id: str
    notice: Notice
    before: Published | None
    outdated: bool


@lru_cache(maxsize=64)
def _changes(brand: str, before: str, after: str) -> tuple[Change, ...]:
    return tuple(compare(version(brand, before).notice, version(brand, after).notice))


def changes(brand: str, before: str, after: str) -> tuple[Change, ...]:
    """List what one published version does otherwise than another, the weightiest first."""
    return _changes(brand, before, after)


def draft(name: str) -> Draft:
    """Give a draft. Raises `NotFound` with code `unknown_draft`."""
    row = models.Draft.objects.filter(id=name).first()
    if row is None:
        raise NotFound("unknown_draft", "There is no such draft.", "Go back to the list.")
    before = version(row.brand, row.after) if row.after else None
    listed = publications(row.brand)
    outdated = (listed[0].version if listed else "") not in (row.after, row.version)
    return Draft(row.id, read_notice(json.loads(row.document)), before, outdated)


def completed(source: Mapping[str, Any]) -> dict[str, Any]:
    """Give a notice's file as a whole document: who is responsible, and in which languages, as in force.

    Raises `Invalid` with code `invalid_notice` when it names no brand of ours.
    """
    brand = source.get("brand")
    if brand not in brands():
        remedy = f"Write `brand:` and one of {', '.join(brands()) or 'those applied before'}."
        raise Invalid("invalid_notice", "It names no brand of ours.", remedy)
    around = current(str(brand)).notice.document
    return {**{name: around[name] for name in AROUND}, **source}


def brands() -> list[str]:
    """List the brands that published a notice."""
    return sorted(models.NoticeVersion.objects.values_list("brand", flat=True).distinct())


def sites(brand: str) -> list[Site]:
    """List the sites of a brand."""
    rows = models.Site.objects.filter(brand=brand).order_by("id")
    return [Site(row.id, row.brand, row.address, row.market) for row in rows]
