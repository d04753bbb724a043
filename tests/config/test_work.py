"""The worker goes on whatever breaks, and says each thing once."""

import logging
from collections.abc import Callable
from datetime import datetime

import pytest

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
