"""What really was done with her data lately: used, held back, passed on. Values only, no rules."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from django.utils.translation import gettext as _

from sayso.centre import shown
from sayso.centre.visitor import Visitor
from sayso.consent import queries as consent
from sayso.core.choice import read_choice
from sayso.core.notice import Notice
from sayso.core.vocabulary import Operation
from sayso.deployment import env
from sayso.fulfilment import queries as fulfilment
from sayso.uses import queries as uses
from sayso.uses.queries import LATELY, Counted

ARRIVED = ("told", "done")  # what has gone out to a recipient
Kind = Literal["used", "allowed", "held_back", "passed_on"]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened so many times, by or to whom, and when last.

    `kind` is `used`, `allowed` (to be passed on, shared or sold), `held_back` or `passed_on`.
    """

    kind: Kind
    times: int
    who: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Part:
    """What happened under one choice; `what` is the kind of data."""

    what: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class UsedPurpose:
    """What happened for one purpose."""

    title: str
    parts: tuple[Part, ...]


Lines = Mapping[str, Sequence[Line]]  # by choice


def _counted(one: Counted) -> Line:
    kind: Kind = "used" if read_choice(one.choice).operation is Operation.USE else "allowed"
    return Line(kind if one.permitted else "held_back", one.times, one.system or _("a system"), one.last_at)


def lately(visitor: Visitor, notice: Notice, locale: str, now: datetime) -> Lines:
    """List what happened in the last 30 days, choice by choice."""
    found: dict[str, list[Line]] = defaultdict(list)
    for one in uses.lately(visitor.subjects, notice.brand, now):
        found[one.choice].append(_counted(one))
    for choice, moments in _deliveries(visitor.subjects, now).items():
        who = shown.who(notice, read_choice(choice).recipient, locale)
        found[choice].append(Line("passed_on", len(moments), who, max(moments)))
    return found


def _deliveries(subjects: list[str], now: datetime) -> dict[str, list[datetime]]:
    """Give when each choice had her entry handed to its recipient: facts, not counts."""
    found: dict[str, list[datetime]] = defaultdict(list)
    for step in fulfilment.timeline_of(subjects):
        at = step.done_at or step.recorded_at
        if step.instruction == "audience.add" and step.state in ARRIVED and at > now - LATELY:
            found[step.choice].append(at)
    return found


def _by_purpose(lines: Lines, notice: Notice, locale: str) -> list[UsedPurpose]:
    """Group what happened by purpose in the notice's order; what it lists no more comes last, by its name."""
    parts: dict[str, list[Part]] = {purpose.title[locale]: [] for purpose in notice.purposes.values()}
    for purpose, part in notice.parts():
        if happened := lines.get(part.choice.id):
            what = notice.categories[part.choice.category].title[locale]
            parts[purpose.title[locale]].append(Part(what, tuple(happened)))
    gone = sorted(choice for choice in lines if notice.find(choice) is None)
    parts[_("Listed by an earlier notice")] = [Part(choice, tuple(lines[choice])) for choice in gone]
    return [UsedPurpose(title, tuple(found)) for title, found in parts.items() if found]


def page(visitor: Visitor, notice: Notice, lines: Lines, locale: str, now: datetime) -> dict[str, Any]:
    """Give what the page says of it, from when counts are, and what could not be counted."""
    return {
        "purposes": _by_purpose(lines, notice, locale),
        "since": uses.counted_since(now),
        "days": LATELY.days,
        "kept": int(env.text("SAYSO_USES_DAYS")),
        "lost": uses.lost_lately(notice.brand, now),
        "young": consent.is_minor(visitor.subjects, notice.brand),
    }
