"""The worker goes on whatever breaks, and says each thing once."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.utils import timezone

from sayso.config import work
from sayso.messages import services as messages
from sayso.rights import services as rights


@pytest.fixture(autouse=True)
def _nothing_said() -> None:
    work._complaints.clear()


def fails(name: str) -> Callable[[datetime], int]:
    def step(_: datetime) -> int:
        raise OSError(name)

    return step


@pytest.mark.django_db(transaction=True)
def test_what_stays_broken_is_told_once_and_told_when_it_goes_well_again(
    now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sent: list[datetime] = []
    with monkeypatch.context() as broken, caplog.at_level(logging.WARNING, "sayso.work"):
        broken.setattr(rights, "advance_all", fails("the first"))
        broken.setattr(messages, "send_due", lambda at: sent.append(at) or 0)
        for _ in range(3):
            work.once(now)
        assert len(sent) == 3  # nothing else is kept from its work
        assert [one.message for one in caplog.records] == ["a step of the worker failed: OSError"]
    with caplog.at_level(logging.WARNING, "sayso.work"):
        work.once(now)
        work.once(now)
    assert [one.message for one in caplog.records][1:] == ["every step of the worker goes well again"]


class Idle:
    """A worker that finds nothing to do, on a clock of its own: how often it did all its steps."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock, self.steps = 100.0, 0
        monkeypatch.setattr(work.keeper, "keep", lambda stopping: None)
        monkeypatch.setattr(work, "once", self._once)
        monkeypatch.setattr(work.time, "monotonic", lambda: self.clock)
        monkeypatch.setattr(work.time, "sleep", self._sleep)

    def _once(self, _: datetime) -> int:
        self.steps += 1
        return 0

    def _sleep(self, seconds: float) -> None:
        self.clock += seconds
        self.meanwhile()

    def meanwhile(self) -> None:
        """Do what somebody else does at each look."""

    def until(self, seconds: float) -> int:
        end = self.clock + seconds
        work.forever(lambda: self.clock > end)
        return self.steps


def _write() -> None:
    Session.objects.create(session_key="hers", expire_date=timezone.now())
    connection.close()


def written_by_somebody_else() -> None:
    with ThreadPoolExecutor(1) as other:  # a thread has a connection of its own
        other.submit(_write).result()


@pytest.mark.django_db(transaction=True)
def test_while_nobody_writes_the_steps_are_done_once_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    assert 4 <= Idle(monkeypatch).until(3.5) < 10  # a database of its own accord writes too, rarely


@pytest.mark.django_db(transaction=True)
def test_what_somebody_else_wrote_is_found_at_the_next_look(monkeypatch: pytest.MonkeyPatch) -> None:
    idle = Idle(monkeypatch)
    written = iter([lambda: None, written_by_somebody_else])
    monkeypatch.setattr(idle, "meanwhile", lambda: next(written, lambda: None)())
    assert idle.until(0.65) == 2
