"""The officer's queue as one page: filters with their counts, rows, and the way to the next ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sayso.console import showing
from sayso.core.errors import NotFound
from sayso.core.values import utc_text
from sayso.rights import queries as rights

Words = str | Promise
FILTERS: dict[str, Words] = {"open": _("Open"), "late": _("Late"), "done": _("Done")}
EMPTY: dict[str, Words] = {
    "open": _("Nothing is open. When somebody asks for something, it stands here with its clock."),
    "late": _("Nothing is late."),
    "done": _("Nothing was closed yet."),
}
COLUMNS = (
    "number", "kind", "state", "received_at", "due_before", "closed_at", "law", "law_source", "region",
    "region_known_by", "steps_settled", "steps",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter with how many requests it lets through."""

    which: str
    words: Words
    count: int
    here: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """One page of the queue."""

    which: str
    filters: tuple[Filter, ...]
    rows: tuple[showing.Row, ...]
    empty: Words
    number: int
    pages: int

    @property
    def before(self) -> int:
        """Give the page before, 0 on the first."""
        return self.number - 1

    @property
    def after(self) -> int:
        """Give the next page, 0 on the last."""
        return self.number + 1 if self.number < self.pages else 0


@dataclass(frozen=True, slots=True)
class Unread:
    """A row of the deadlines table that nobody read in its source."""

    place: str
    law: str
    topic: str
    source: str


def page(which: str, number: int, now: datetime) -> Queue:
    """Give one page of a filter. Raises `NotFound` past its end."""
    counts = rights.queue_counts(now)
    pages = max(1, -(-counts[which] // rights.PAGE))
    if number > pages:
        raise NotFound("no_page", "The queue is not that long.", "Go to its first page.")
    return Queue(
        which,
        tuple(Filter(name, words, counts[name], name == which) for name, words in FILTERS.items()),
        tuple(showing.request_row(one, now) for one in rights.queue(which, number, now)),
        EMPTY[which],
        number,
        pages,
    )


def unread_deadlines() -> list[Unread]:
    """List the deadlines that run no clock, because nobody read them in their source."""
    return [
        Unread(row.place, row.law, row.topic.replace("_", " "), row.source)
        for row in rights.unread_deadlines()
    ]


def table(which: str, now: datetime) -> Iterator[list[object]]:
    """Give a whole filter as the rows of a table, in the order of `COLUMNS`."""
    pages = -(-rights.queue_counts(now)[which] // rights.PAGE)
    for number in range(1, pages + 1):
        for one in rights.queue(which, number, now):
            settled = sum(step.state in ("done", "cancelled") for step in one.steps)
            yield [
                one.id,
                one.kind,
                one.state,
                utc_text(one.received_at),
                utc_text(one.due_at),
                utc_text(one.closed_at) if one.closed_at else "",
                one.law,
                one.law_source,
                one.rules.region,
                one.rules.by,
                settled,
                len(one.steps),
            ]
