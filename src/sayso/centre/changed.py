"""What changed, as pages show it: what is open for somebody, and what each version did otherwise."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from sayso.centre.answers import standings, write_base
from sayso.centre.shown import Words
from sayso.centre.visitor import Visitor
from sayso.changes import queries as changes
from sayso.changes import services
from sayso.changes.queries import Open
from sayso.changes.services import Speaker
from sayso.consent.queries import Recorded
from sayso.core.change_answer import NARROWING, Way, ways
from sayso.core.change_reading import Told, read_change
from sayso.core.vocabulary import Voucher
from sayso.notices import queries as notices

WORDS: dict[Way, tuple[Words, Words]] = {
    Way.KEEP: (_("Keep as today"), _("What is new stays off. The rest goes on as it is.")),
    Way.ALLOW: (_("Allow what is new"), _("It begins from this moment, until you take it back.")),
    Way.STOP: (_("Stop this use"), _("All of it ends: what is new, and what you had allowed.")),
    Way.STOP_SHARING: (_("Stop passing it on"), _("Nobody else gets it any more. Our own use goes on.")),
    Way.STOP_SELLING: (_("Stop selling it"), _("It is sold to nobody any more. The rest goes on.")),
}
TONE = {"widened": "open", "added": "open", "narrowed": "yes", "removed": "yes", "reworded": "told"}


@dataclass(frozen=True, slots=True)
class ShownWay:
    """One answer she may give. `by_link`: the link of a letter is enough for it."""

    value: str
    says: Words
    means: Words
    by_link: bool


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One change, in words."""

    told: Told
    tone: str
    is_new: bool
    waits: bool
    ways: tuple[ShownWay, ...]


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """One publication and what it did otherwise than the one before; nothing before the first."""

    version: str
    ordinal: int
    at: datetime
    changes: tuple[ShownChange, ...]


def _shown(each: Open, locale: str) -> ShownChange:
    offered = ways(each.change) if each.waits else ()
    return ShownChange(
        told=read_change(each.change, locale),
        tone=TONE[each.change.kind],
        is_new=each.change.is_new,
        waits=each.waits,
        ways=tuple(ShownWay(way, *WORDS[way], way in NARROWING) for way in offered),
    )


def open_changes(brand: str, subjects: list[str], locale: str, now: datetime) -> list[ShownChange]:
    """List what is open for these subjects, in words."""
    return [_shown(each, locale) for each in changes.open_for(brand, subjects, now)]


def around(listed: list[ShownChange], action: str, read_action: str) -> dict[str, Any]:
    """Give a template the changes and where its buttons lead."""
    only_told = bool(listed) and not any(each.waits for each in listed)
    return {"changes": listed, "only_told": only_told, "action": action, "read_action": read_action}


def card(visitor: Visitor, brand: str, locale: str, now: datetime) -> dict[str, Any]:
    """Give a page of the centre what is open for whoever looks at it, and note that it was seen there."""
    listed = open_changes(brand, visitor.subjects, locale, now)
    if listed:
        # The one thing a page that is only read writes down: that what we told her reached her (no pixel does).
        services.note_seen(brand, visitor.subjects, now)
    base = write_base(standings(visitor, brand, now))
    return {**around(listed, reverse("centre:answer_change"), reverse("centre:read_changes")), "base": base}


def answer(
    visitor: Visitor, brand: str, change: str, way: str, base: list[int], locale: str, now: datetime
) -> list[Recorded]:
    """Record what she says to one change, for the account and for this browser."""
    speakers = [
        Speaker(subject, Voucher.ACCOUNT if subject == visitor.account else Voucher.DEVICE, seen)
        for subject, seen in zip(visitor.subjects, base, strict=False)
    ]
    return services.answer(brand, speakers, change, way, locale, now)


def versions(brand: str, locale: str) -> list[ShownVersion]:
    """List every publication, newest first, each with its differences."""
    listed = notices.publications(brand)
    earlier = [*(each.version for each in listed[1:]), ""]
    shown = []
    for each, before in zip(listed, earlier, strict=True):
        found = notices.changes(brand, before, each.version) if before else ()
        told = notices.version(brand, each.version).notice
        nearest = locale if locale in told.locales else told.locales[0]
        said = tuple(_shown(Open(change, False, (), ()), nearest) for change in found)
        shown.append(ShownVersion(each.version, each.ordinal, each.published_at, said))
    return shown
