"""Only those a version touches are told, each of them once."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from sayso.changes import counting, queries, services, telling, worker
from sayso.changes.models import Run, Told
from sayso.consent import services as answering
from sayso.core.change import compare
from sayso.core.choice import read_choice
from sayso.core.vocabulary import Voucher
from sayso.decisions import queries as decisions
from sayso.identity import keys
from sayso.messages.models import Letter, key_of
from sayso.messages.services import send_due
from sayso.notices import queries as published
from sayso.notices import services as notices
from sayso.outbox import services as outbox
from tests import linen
from tests.changes.conftest import BRAND, NO, YES, account, device, says, work
from tests.linen import HARBOUR, LEARN, NEWSLETTER
from tests.messages.post_office import PostOffice, post_office
from tests.rights.test_restore import older

__all__ = ["post_office"]
HOUR = timedelta(hours=1)
Publish = Callable[..., str]
pytestmark = pytest.mark.django_db(transaction=True)


def open_ids(*subjects: str, now: datetime) -> list[tuple[str, bool]]:
    return [(each.change.id, each.waits) for each in queries.open_for(BRAND, subjects, now)]


def words(letter: str) -> str:
    row = Letter.objects.get(id=letter)
    return str(json.loads(keys.unseal(key_of(letter), row.sealed))["body"])


def test_who_said_yes_to_what_widened_gets_one_letter_with_everything_that_touches_her(
    publish: Publish, now: datetime
) -> None:
    ada = account(now, "ada@example.test", learn=YES, newsletter=YES, ads=YES)
    publish()
    row = Told.objects.get()
    assert (row.subject, Letter.objects.count()) == (ada, 1)
    text = words(row.letter)
    for told in (
        "* Learn from me",
        "Harbour Mill in Portugal",
        "* Letters by e-mail",
        "24 months",
        "12 months",
    ):
        assert told in text
    assert "Adverts on other sites" not in text  # merely reworded
    assert "C-1" not in text
    assert "ada@" not in text
    assert open_ids(ada, now=now + HOUR) == [(HARBOUR, True), (NEWSLETTER, False)]


def test_who_never_said_yes_to_it_hears_nothing(publish: Publish, now: datetime) -> None:
    account(now, "ben@example.test")
    account(now, "cleo@example.test", learn=NO, newsletter=YES, ads=YES)
    publish()
    assert Told.objects.count() == 0
    assert Letter.objects.count() == 0
    assert Run.objects.get().done_at == now + HOUR


def test_a_browser_without_an_address_gets_no_letter_and_sees_it_when_it_comes(
    publish: Publish, now: datetime
) -> None:
    browser = device(now, learn=YES)
    publish()
    assert Told.objects.get().letter == ""
    assert open_ids(browser, now=now + HOUR) == [(HARBOUR, True)]


def test_a_shorter_retention_alone_asks_nothing_and_writes_to_nobody(publish: Publish, now: datetime) -> None:
    account(now, "ada@example.test", newsletter=YES)
    document = linen.document()
    linen.purpose(document, "newsletter")["choices"][0]["retention"] = {"months": 12}
    version = publish(document)
    assert Letter.objects.count() == 0
    assert queries.report(version) is None


def test_a_crash_in_the_middle_tells_nobody_twice(
    publish: Publish, first: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = {
        account(now, f"{name}@example.test", learn=YES) for name in ("ada", "ben", "cleo", "dev", "mara")
    }
    monkeypatch.setattr(telling, "BATCH", 2)
    notices.publish_notice(linen.second(), "Otto", now)
    outbox.deliver("changes", worker.SUBSCRIPTIONS)
    services.tell_due(now)
    sent, written = list(Letter.objects.values_list("id", flat=True)), []
    whole = telling.letters.write

    def dies(*args, **kwargs):
        if written:
            raise RuntimeError("the machine stopped")
        written.append(args)
        return whole(*args, **kwargs)

    with monkeypatch.context() as dying:
        dying.setattr(telling.letters, "write", dies)
        with pytest.raises(RuntimeError):
            services.tell_due(now)
    assert list(Letter.objects.values_list("id", flat=True)) == sent  # of the broken batch nothing stayed
    work(now)
    assert {row.subject for row in Told.objects.all()} == people
    assert Letter.objects.count() == 5


def test_beginning_the_same_run_again_tells_nobody_again(publish: Publish, first: str, now: datetime) -> None:
    account(now, "ada@example.test", learn=YES)
    version = publish()
    Run.objects.update(done_at=None, cursor="", phase=telling.ANSWERED)
    telling.begin(BRAND, version, first, 1, now)
    work(now + HOUR)
    assert (Told.objects.count(), Letter.objects.count()) == (1, 1)


def test_who_said_yes_after_the_new_use_was_on_the_page_is_not_told_of_it(first: str, now: datetime) -> None:
    ada = account(now, "ada@example.test")
    notices.publish_notice(linen.second(), "Otto", now)
    says(ada, now, learn=YES)
    work(now)
    assert Letter.objects.count() == 0


def test_who_answered_it_in_the_banner_before_the_run_came_by_is_not_written_to(
    first: str, now: datetime
) -> None:
    ada = account(now, "ada@example.test", learn=YES)
    notices.publish_notice(linen.second(), "Otto", now)
    says(ada, now, harbour=NO)
    work(now)
    assert Letter.objects.count() == 0


def test_who_is_being_erased_is_left_in_peace(publish: Publish, now: datetime) -> None:
    ada = account(now, "ada@example.test", learn=YES)
    answering.mark_erasing([ada], BRAND, now)
    publish()
    assert Told.objects.count() == 0


def test_what_is_done_without_asking_is_told_to_every_account(publish: Publish, now: datetime) -> None:
    ada = account(now, "ada@example.test", learn=NO)
    account(now, "ben@example.test")
    device(now, learn=YES)
    document = linen.document()
    orders = next(each for each in document["told"] if each["id"] == "orders")
    orders["retention"] = {"months": 36}
    version = publish(document)
    assert Told.objects.count() == 2
    assert Letter.objects.count() == 2
    text = words(Told.objects.get(subject=ada).letter)
    assert "There is nothing to answer." in text
    assert "24 months" in text
    assert "36 months" in text
    assert all(not waits for _, waits in open_ids(ada, now=now + HOUR))
    report = queries.report(version)
    assert report is not None
    assert (report.told, report.letters, report.answered) == (2, 2, 0)
    services.note_read(BRAND, [ada], now + HOUR)
    assert open_ids(ada, now=now + HOUR) == []


def test_she_is_reminded_once_and_only_while_it_waits(publish: Publish, now: datetime) -> None:
    account(now, "ada@example.test", learn=YES)
    cleo = account(now, "cleo@example.test", learn=YES)
    publish()
    says(cleo, now + HOUR, harbour=NO)
    work(now + HOUR)
    work(now + timedelta(days=14))
    assert Letter.objects.count() == 2
    for days in (15, 30, 90):
        work(now + timedelta(days=days))
    assert Letter.objects.count() == 3
    report = queries.report(Told.objects.first().version)
    assert report is not None
    assert (report.reminded, report.answered) == (1, 1)
    assert "only reminder" in words(Told.objects.exclude(reminder="").get().reminder)


def test_a_yes_that_runs_out_in_the_meantime_is_not_reminded_of(publish: Publish, now: datetime) -> None:
    ada = account(now, "ada@example.test", learn=YES)
    publish()
    says(ada, now + HOUR, learn=NO)
    Told.objects.update(answered_at=None, remind_at=now)
    services.remind_due(now + HOUR)
    assert Letter.objects.count() == 1


def test_nobody_is_reminded_while_her_deletion_is_under_way(publish: Publish, now: datetime) -> None:
    ada = account(now, "ada@example.test", learn=YES)
    publish()
    answering.mark_erasing([ada], BRAND, now + HOUR)
    work(now + timedelta(days=15))
    assert Letter.objects.count() == 1


def test_a_brand_may_send_no_reminders(
    publish: Publish, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAYSO_CHANGE_REMINDER_DAYS", "0")
    account(now, "ada@example.test", learn=YES)
    publish()
    work(now + timedelta(days=400))
    assert Letter.objects.count() == 1


def test_a_third_version_is_told_from_where_she_last_stood(publish: Publish, now: datetime) -> None:
    ada = account(now, "ada@example.test", learn=YES, pass_on=YES)
    publish()
    third = linen.second()
    linen.purpose(third, "pass_on")["choices"][0]["retention"] = {"months": 30}
    publish(third, 2 * HOUR)
    assert Letter.objects.count() == 2
    assert Told.objects.exclude(replaced_at=None).count() == 1
    assert {name for name, waits in open_ids(ada, now=now + 2 * HOUR) if waits} == {HARBOUR, linen.PASS_ON}


def test_a_third_version_that_only_rewords_writes_to_nobody_again(publish: Publish, now: datetime) -> None:
    ada = account(now, "ada@example.test", learn=YES)
    publish()
    third = linen.second()
    linen.purpose(third, "learn")["text"]["en"] = "The same, said better."
    publish(third, 2 * HOUR)
    assert Letter.objects.count() == 1
    assert (HARBOUR, True) in open_ids(ada, now=now + 2 * HOUR)


def test_the_report_tells_delivered_seen_and_answered_apart(
    publish: Publish, now: datetime, post_office: PostOffice
) -> None:
    ada = account(now, "ada@example.test", learn=YES)
    cleo = account(now, "cleo@example.test", learn=YES)
    version = publish()
    before = queries.report(version)
    assert before is not None
    assert (before.told, before.letters, before.delivered, before.seen) == (2, 2, 0, 0)
    assert send_due(now + HOUR) == 2
    services.note_seen(BRAND, [cleo], now + HOUR)
    speaker = services.Speaker(ada, linen.Voucher.ACCOUNT, 1)
    services.answer(BRAND, [speaker], HARBOUR, "keep", "en", now + HOUR)
    work(now + HOUR)
    after = queries.report(version)
    assert after is not None
    assert (after.delivered, after.seen, after.answered, after.said) == (2, 2, 1, {"keep": 1})
    assert re.search(r"/c/[0-9a-f-]{36}#[0-9a-f]{64}\s", post_office.text(0))


def test_the_preview_counts_whom_each_change_would_touch(first: str, now: datetime) -> None:
    account(now, "ada@example.test", learn=YES, newsletter=YES)
    account(now, newsletter=YES)
    account(now, learn=NO)
    device(now, learn=YES)
    current = published.current(BRAND)
    changes = compare(current.notice, linen.publish(linen.second()).notice)
    touched = queries.touched_by(changes, current, now)
    assert (touched.by_change[HARBOUR], touched.by_change[NEWSLETTER]) == (2, 2)
    assert (touched.told, touched.complete) == (2, True)
    assert touched.by_change[linen.ADS.split(".")[0]] == 0


def test_a_preview_of_very_many_says_at_least(
    first: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        device(now, learn=YES)
    monkeypatch.setattr(counting, "BATCH", 2)
    monkeypatch.setattr(counting, "MOST", 4)
    current = published.current(BRAND)
    changes = compare(current.notice, linen.publish(linen.second()).notice)
    touched = queries.touched_by(changes, current, now)
    assert (touched.by_change[HARBOUR], touched.complete) == (4, False)


def test_telling_without_asking_is_counted_for_every_account(first: str, now: datetime) -> None:
    account(now)
    account(now)
    document = linen.document()
    document["told"][0]["retention"] = {"months": 36}
    current = published.current(BRAND)
    changes = compare(current.notice, linen.publish(document).notice)
    touched = queries.touched_by(changes, current, now)
    assert touched.told == 2
    assert set(touched.by_change.values()) == {2}


def test_learning_goes_on_while_the_new_use_waits(publish: Publish, now: datetime) -> None:
    ada = account(now, "ada@example.test", learn=YES)
    publish()
    asked = [read_choice(LEARN), read_choice(HARBOUR)]
    decided = decisions.decide(BRAND, [ada], asked, now + HOUR)
    assert [(each.permitted, each.reason) for each in decided] == [(True, "given"), (False, "not_answered")]


@pytest.mark.parametrize("own_first", [True, False])
def test_whose_yes_an_older_system_freed_of_its_no_hears_what_changes(
    publish: Publish, now: datetime, own_first: bool
) -> None:
    ada = account(now, "ada@example.test")
    own = answering.centre_answer(BRAND, {LEARN: YES}, 0, "change", Voucher.ACCOUNT, "en")
    no, yes = older(NO, now - timedelta(days=9)), older(YES, now - timedelta(days=8))
    for each in (own, no, yes) if own_first else (no, own, yes):
        answering.record_for(ada, BRAND, each, now)
    (decision,) = decisions.decide(BRAND, [ada], [read_choice(LEARN)], now)
    assert decision.permitted
    publish()
    assert Told.objects.count() == 1
