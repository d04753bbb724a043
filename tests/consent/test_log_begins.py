"""Answers recorded before there was a log are its first entries."""

from collections.abc import Callable
from datetime import datetime, timedelta
from importlib import import_module

import pytest
from django.apps import apps

from sayso.config import tidying
from sayso.consent import models, services
from sayso.consent.ledger import Submission
from sayso.core.duration import Duration
from sayso.identity import keys
from tests.consent.log import DB, codes, kept, say

Submitting = Callable[[object], Submission]
migration = import_module("sayso.consent.migrations.0004_log")


def test_earlier_answers_get_the_form_of_the_log_and_enter_it(submission: Submitting, now: datetime) -> None:
    say(3, submission, now)
    DB.run("UPDATE consent_event SET commitment = '', leaf_hash = 'of an earlier form'")
    assert kept(now).size == 0
    migration.commit_to_what_is_there(apps, None)
    assert kept(now + timedelta(seconds=1)).size == 3
    assert codes(now) == set()


def test_what_cannot_be_opened_any_more_stays_outside(submission: Submitting, now: datetime) -> None:
    (event,) = say(1, submission, now)
    DB.run("UPDATE consent_event SET commitment = ''")
    keys.destroy(event.subject)
    migration.commit_to_what_is_there(apps, None)
    assert kept(now).size == 0


@pytest.mark.django_db(transaction=True)  # the sweep empties SQLite's log file too
def test_evidence_past_its_end_date_goes_with_the_hourly_sweep(
    submission: Submitting, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tidying, "_last", [])
    (event,) = say(1, submission, now)
    services.forget_subjects([event.subject], now)
    tidying.tidy(now)
    assert models.Evidence.objects.count() == 1
    tidying.tidy(Duration(months=36, days=1).after(now))
    assert models.Evidence.objects.count() == 0
    assert [row[0] for row in DB.run("SELECT why FROM consent_tombstone ORDER BY seq")] == [
        "erasure",
        "end_of_retention",
    ]
