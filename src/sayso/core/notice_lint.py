"""What a careful colleague would say about a version before it is published. Nothing here is refused."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from sayso.core.change import Change, compare
from sayso.core.change_words import Aspect
from sayso.core.notice import Notice

MOST_PURPOSES = 7
MOST_CHOICES = 40


class Warned(StrEnum):
    """What there is to say."""

    MANY_PURPOSES = "many_purposes"
    MANY_CHOICES = "many_choices"
    RENAMED_RECIPIENT = "renamed_recipient"
    NO_KEEPING = "no_keeping"
    NOT_ASKED_ANY_MORE = "not_asked_any_more"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to think about, and where."""

    code: Warned
    place: str


def _size(notice: Notice) -> Iterator[Finding]:
    asked = sum(purpose.asked for purpose in notice.purposes.values())
    if asked > MOST_PURPOSES:
        yield Finding(Warned.MANY_PURPOSES, str(asked))
    if len(notice.choices()) > MOST_CHOICES:
        yield Finding(Warned.MANY_CHOICES, str(len(notice.choices())))


def _renamed(old: Notice, new: Notice) -> Iterator[Finding]:
    for name, one in new.recipients.items():
        if name in old.recipients and old.recipients[name].name != one.name:
            yield Finding(Warned.RENAMED_RECIPIENT, name)


def _of_change(change: Change) -> Iterator[Finding]:
    if change.needs_answer and not change.is_new:
        yield Finding(Warned.NO_KEEPING, change.id)
    if not change.asked and any(each.aspect is Aspect.BASIS for each in change.differences):
        yield Finding(Warned.NOT_ASKED_ANY_MORE, change.id)


def lint(new: Notice, old: Notice | None) -> list[Finding]:
    """List what to think about before `new` is published after `old`."""
    found = list(_size(new))
    if old is not None:
        found += _renamed(old, new)
        found += [finding for change in compare(old, new) for finding in _of_change(change)]
    return found
