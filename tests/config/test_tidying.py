"""Nothing of a visit outlives it for long."""

from datetime import datetime, timedelta

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from sayso.config import tidying, work
from sayso.decisions.models import Token


@pytest.mark.django_db(transaction=True)
def test_sessions_that_ended_are_swept_once_an_hour(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tidying, "_last", [])
    for age in (timedelta(days=-1), timedelta(days=1)):
        session = SessionStore()
        session.create()
        Session.objects.filter(session_key=session.session_key).update(expire_date=now + age)
    assert tidying.tidy(now) == 1
    assert Session.objects.count() == 1
    Session.objects.update(expire_date=now - timedelta(days=1))
    assert tidying.tidy(now + timedelta(minutes=59)) == 0
    assert tidying.tidy(now + timedelta(hours=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_places_of_expired_tokens_are_swept_by_the_worker(now: datetime) -> None:
    for number, minutes in enumerate((-2, 2)):
        until = int((now + timedelta(minutes=minutes)).timestamp())
        told = {"brand": "linen-and-loom", "audience": "brightside", "choices": "[]", "signal": 0, "since": 0}
        Token.objects.create(number=0, idx=number, until=until, **told)
    work.once(now)
    assert [row.idx for row in Token.objects.all()] == [1]
