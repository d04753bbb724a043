"""What is to be done after a commit is all tried, and whoever waits hears of what failed."""

from functools import partial

import pytest
from django.db import transaction

from sayso.core.errors import Unavailable
from sayso.deployment import journal
from sayso.deployment.django_database import DjangoDatabase

pytestmark = pytest.mark.django_db(transaction=True)
THREE = [
    {"kind": "erased", "seq": seq, "subject": name} for seq, name in enumerate(("ada", "ben", "cleo"), 1)
]
DB = DjangoDatabase()


class Undone(Exception):
    """What rolls a transaction back."""


def _fail() -> None:
    raise Undone


@transaction.atomic
def _tell_three() -> None:
    for entry in THREE:
        DB.after_commit(partial(journal.append, [entry]))


@transaction.atomic
def _undone(done: list[str]) -> None:
    DB.after_commit(partial(done.append, "undone"))
    raise Undone


@transaction.atomic
def _begin_undone(done: list[str], *, failing: bool) -> None:
    with pytest.raises(Undone):
        _undone(done)
    if failing:
        DB.after_commit(_fail)
    DB.after_commit(partial(done.append, "after it"))
    assert done == []


def test_a_disk_that_is_full_for_a_moment_loses_no_entry_of_the_same_transaction(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before, real, full = list(journal.read()), journal._Segment.write, [OSError("no space")]

    def write(segment: journal._Segment, entries: list[journal.Entry]) -> None:
        if full:
            raise full.pop()
        real(segment, entries)

    monkeypatch.setattr(journal._Segment, "write", write)
    with pytest.raises(Unavailable, match="journal"):
        _tell_three()
    assert list(journal.read()) == before + THREE


def test_what_was_rolled_back_is_not_done_and_the_rest_is() -> None:
    done: list[str] = []
    _begin_undone(done, failing=False)
    assert done == ["after it"]
    DB.after_commit(partial(done.append, "at once"))
    assert done == ["after it", "at once"]


def test_a_failure_is_heard_whatever_was_rolled_back_before() -> None:
    done: list[str] = []
    with pytest.raises(Undone):
        _begin_undone(done, failing=True)
    assert done == ["after it"]
    _begin_undone([], failing=False)  # and the next transaction knows nothing of it
