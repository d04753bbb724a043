"""A change as one locale reads it, alike in the letter, the centre, the console and the command line."""

from dataclasses import dataclass

from sayso.core.change import Change
from sayso.core.change_words import label


@dataclass(frozen=True, slots=True)
class Line:
    """One thing told otherwise; `before` is empty for what is new, `after` for what is given up."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Told:
    """One change in words."""

    id: str
    kind: str
    says: str
    title: str
    lines: tuple[Line, ...]


def read_change(change: Change, locale: str) -> Told:
    """Give a change in one locale of the new notice."""
    lines = tuple(
        Line(label(each.aspect, locale), each.before[locale], each.after[locale])
        for each in change.differences
    )
    return Told(change.id, change.kind, label(change.kind, locale), change.title[locale], lines)
