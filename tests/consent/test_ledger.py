"""Answers are recorded whole, once, in order, and a standing is what they add up to."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from sayso.consent import evidence, ledger, models, receipts, services
from sayso.consent.ledger import Submission
from sayso.core.consent import Answer, Published, Standing, fold
from sayso.core.errors import Conflict, SaysoError
from sayso.core.values import new_id
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.deployment import env
from sayso.deployment.database import open_database
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys
from sayso.identity import models as identity
from sayso.identity import services as accounts
from sayso.notices import queries as notices
from sayso.outbox import models as outbox
from tests.linen import LEARN, PASS_ON, answer

GIVEN, REFUSED = ConsentStatus.GIVEN, ConsentStatus.REFUSED
Make = Callable[[Answer], Submission]


@pytest.fixture
def published(brand: str) -> Published:
    return notices.current(brand)


def _record(now: datetime, *items: Submission) -> list[ledger.Recorded]:
    return ledger.record(DjangoDatabase(), list(items), now)


def test_a_refusal_is_recorded_with_everything_that_was_shown(
    published: Published, submission: Make, now: datetime
) -> None:
    recorded = _record(now, submission(answer(published, learn=GIVEN, pass_on=REFUSED)))[0]
    row = models.Event.objects.get()
    assert recorded.answers == {LEARN: "given", PASS_ON: "refused"}
    assert recorded.version == published.notice.version
    assert recorded.evidence["voucher"] == "device"
    assert recorded.evidence["layout"] == "banner-1"
    assert recorded.evidence["base"] == 0
    assert row.leaf_hash == recorded.leaf_hash
    assert b"banner-1" not in bytes(row.sealed)


def test_no_device_secret_is_stored(
    published: Published, submission: Make, device: str, now: datetime
) -> None:
    _record(now, submission(answer(published, learn=GIVEN)))
    row = identity.Device.objects.get()
    assert row.secret_hash == keys.secret_hash(device)
    assert device not in str(identity.Device.objects.values_list())


def test_an_answer_and_its_news_are_written_together(
    published: Published, submission: Make, now: datetime
) -> None:
    recorded = _record(now, submission(answer(published, learn=GIVEN)))[0]
    news = outbox.News.objects.get(topic="consent.changed")
    assert news.payload["changed"] == {LEARN: ["unknown", "given"]}
    assert news.payload["subject"] == recorded.subject
    assert news.seq == recorded.seq + 1


def test_the_same_event_gives_the_same_receipt_and_writes_nothing(
    published: Published, submission: Make, now: datetime
) -> None:
    item = submission(answer(published, learn=GIVEN))
    first, second = _record(now, item)[0], _record(now, item)[0]
    assert second.replayed
    assert receipts.sign(first, published) == receipts.sign(second, published)
    assert models.Event.objects.count() == 1
    assert models.Standing.objects.get().rev == 1


def test_the_same_event_with_other_content_is_refused_and_changes_nothing(
    published: Published, submission: Make, now: datetime
) -> None:
    said = answer(published, learn=GIVEN)
    _record(now, submission(said))
    with pytest.raises(Conflict) as refused:
        _record(now, submission(replace(said, answers={LEARN: REFUSED})))
    assert refused.value.code == "event_reused"
    assert models.Event.objects.count() == 1


def test_a_bad_row_takes_the_whole_batch_with_it(
    published: Published, submission: Make, now: datetime
) -> None:
    good = submission(answer(published, learn=GIVEN))
    bad = submission(replace(answer(published, learn=GIVEN), version="sha256:" + "0" * 64))
    with pytest.raises(Conflict) as refused:
        _record(now, good, bad)
    assert refused.value.code == "unknown_version"
    assert models.Event.objects.count() == 0
    assert identity.Device.objects.count() == 0


def test_the_standing_is_what_a_rebuild_from_the_events_gives(
    published: Published, submission: Make, now: datetime
) -> None:
    steps = [
        answer(published, 0, learn=GIVEN, pass_on=GIVEN),
        answer(published, 1, learn=REFUSED),
        answer(published, 1, learn=GIVEN),
        answer(published, 3, pass_on=ConsentStatus.DEFERRED),
    ]
    recorded = _record(now, *(submission(step) for step in steps))
    rebuilt = Standing()
    for event in ledger.events_of(DjangoDatabase(), recorded[0].subject, "linen-and-loom"):
        said = {choice: ConsentStatus(value) for choice, value in event.answers.items()}
        again = replace(steps[0], answers=said, base=event.evidence["base"], event=event.event)
        rebuilt = fold(rebuilt, again, published, now).standing
    kept = ledger.standing_of(DjangoDatabase(), recorded[0].subject, "linen-and-loom")
    assert kept == rebuilt
    assert recorded[2].outcome == {LEARN: "superseded"}


def _permits() -> list[str]:
    return list(models.Permit.objects.values_list("choice", flat=True))


def test_who_stands_alike_shares_a_pattern(published: Published, submission: Make, now: datetime) -> None:
    said = answer(published, learn=GIVEN, pass_on=REFUSED)
    items = [replace(submission(replace(said, event=new_id())), device=f"{n:064}") for n in range(5)]
    _record(now, *items)
    pattern = models.Pattern.objects.get()
    assert set(models.Standing.objects.values_list("pattern", flat=True)) == {pattern.id}
    assert json.loads(pattern.states)["own"] == {LEARN: "given", PASS_ON: "refused"}
    assert _permits() == [LEARN]
    assert models.Standing.objects.filter(valid_until__gt="2026").count() == 5


def test_a_standing_of_everything_at_once_takes_few_bytes(
    published: Published, submission: Make, now: datetime
) -> None:
    everything = dict.fromkeys(published.choice_ids(), GIVEN)
    _record(now, submission(replace(answer(published), answers=everything)))
    assert len(models.Standing.objects.get().held) < 120  # three lengths of validity


def test_a_batch_comes_to_what_its_answers_come_to_one_by_one(published: Published, now: datetime) -> None:
    steps = [
        (0, answer(published, 0, learn=GIVEN, pass_on=GIVEN)),
        (1, answer(published, 0, learn=GIVEN, pass_on=GIVEN)),
        (0, answer(published, 1, learn=REFUSED)),
        (1, answer(published, 0, learn=REFUSED)),
        (2, answer(published, 0, learn=GIVEN, pass_on=GIVEN)),
        (0, answer(published, 1, learn=GIVEN)),
    ]

    def submissions(people: list[str]) -> list[Submission]:
        hashed = [keys.secret_hash(person) for person in people]
        return [
            Submission("linen-and-loom", replace(step, event=new_id()), "x", device=hashed[who])
            for who, step in steps
        ]

    at_once = _record(now, *submissions(["a", "b", "c"]))
    one_by_one = [_record(now, item)[0] for item in submissions(["d", "e", "f"])]
    assert [each.outcome for each in at_once] == [each.outcome for each in one_by_one]
    assert [each.after for each in at_once] == [each.after for each in one_by_one]
    db = DjangoDatabase()
    for first, second in zip(at_once, one_by_one, strict=True):
        kept = [ledger.standing_of(db, each.subject, "linen-and-loom") for each in (first, second)]
        assert kept[0] == kept[1]


def test_an_event_sent_twice_in_one_batch_is_recorded_once(
    published: Published, submission: Make, now: datetime
) -> None:
    item = submission(answer(published, learn=GIVEN))
    first, second = _record(now, item, item)
    assert (first.replayed, second.replayed) == (False, True)
    assert second.after == first.after
    assert models.Event.objects.count() == 1
    with pytest.raises(Conflict):
        _record(now, item, replace(item, body_hash="other"))


def test_the_news_of_an_answer_is_one_json_object(
    published: Published, submission: Make, now: datetime
) -> None:
    recorded = _record(now, submission(answer(published, learn=REFUSED)))[0]
    assert outbox.News.objects.get(topic="consent.changed").payload == {
        "subject": recorded.subject,
        "brand": "linen-and-loom",
        "seq": recorded.seq,
        "event": recorded.event,
        "changed": {LEARN: ["unknown", "refused"]},
    }


def test_numbers_are_given_in_the_order_of_commits(
    published: Published, submission: Make, now: datetime
) -> None:
    items = [submission(answer(published, number, learn=GIVEN)) for number in range(5)]
    numbers = [event.seq for event in _record(now, *items)]
    assert numbers == sorted(set(numbers))


def test_a_marked_erasure_stops_every_use(published: Published, submission: Make, now: datetime) -> None:
    recorded = _record(now, submission(answer(published, learn=GIVEN)))[0]
    ledger.mark_erasing(DjangoDatabase(), recorded.subject, "linen-and-loom", now)
    standing = ledger.standing_of(DjangoDatabase(), recorded.subject, "linen-and-loom")
    assert standing is not None
    assert standing.erasing


def test_somebody_elses_key_opens_nothing(published: Published, submission: Make, now: datetime) -> None:
    recorded = _record(now, submission(answer(published, learn=GIVEN)))[0]
    sealed = models.Event.objects.get().sealed
    keys.make_keys(["another"])
    with pytest.raises(SaysoError) as refused:
        keys.unseal("another", sealed)
    assert refused.value.code == "key_mismatch"
    keys.destroy(recorded.subject)
    with pytest.raises(SaysoError) as gone:
        keys.unseal(recorded.subject, sealed)
    assert gone.value.code == "key_destroyed"


def test_a_staff_members_yes_permits_nothing(published: Published, submission: Make, now: datetime) -> None:
    recorded = _record(now, submission(answer(published, voucher=Voucher.STAFF, learn=GIVEN)))[0]
    assert recorded.outcome == {LEARN: "requested"}
    assert _permits() == []


def test_a_clock_set_back_neither_loses_a_no_nor_orders_it_before_what_it_followed(
    published: Published, submission: Make, now: datetime
) -> None:
    earlier = now - timedelta(days=2)
    yes = _record(now, submission(answer(published, 0, learn=GIVEN)))[0]
    no = _record(earlier, submission(answer(published, 1, learn=REFUSED)))[0]
    late = _record(earlier, submission(answer(published, 1, learn=GIVEN)))[0]
    assert yes.seq < no.seq < late.seq
    assert no.recorded_at < yes.recorded_at
    assert late.outcome == {LEARN: "superseded"}
    kept = ledger.standing_of(DjangoDatabase(), yes.subject, "linen-and-loom")
    assert kept is not None
    assert kept.held[LEARN].status is ConsentStatus.WITHDRAWN
    assert [event.seq for event in ledger.events_of(DjangoDatabase(), yes.subject, "linen-and-loom")] == [
        yes.seq, no.seq, late.seq,
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_of_whoever_was_forgotten_nothing_is_written_any_more(published: Published, now: datetime) -> None:
    brand = published.notice.brand
    account = accounts.link_customer({"customer": "C-1001"}, "US-CA", now)
    first = Submission(brand, answer(published, learn=GIVEN), "first", subject=account)
    assert _record(now, first)
    accounts.forget([account])
    models.Event.objects.all().delete()
    later = Submission(brand, answer(published, learn=GIVEN), "later", subject=account)
    for write in (
        lambda: _record(now, later),
        lambda: ledger.mark_restricted(DjangoDatabase(), account, brand, now),
    ):
        with pytest.raises(Conflict) as refused:
            write()
        assert refused.value.code == "subject_gone"
    assert not models.Event.objects.exists()
    assert not keys.has_key(account)


@pytest.mark.django_db(transaction=True)
def test_an_answer_given_while_somebody_is_forgotten_is_neither_lost_nor_left_behind(
    published: Published, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    brand, recorded = published.notice.brand, list[Any]()
    account = accounts.link_customer({"customer": "C-1001"}, "US-CA", now)
    _record(now, Submission(brand, answer(published, learn=GIVEN), "first", subject=account))
    later = Submission(brand, answer(published, learn=REFUSED), "later", subject=account)

    def answer_elsewhere() -> None:
        db = open_database(env.database_url())
        try:
            recorded.append(ledger.record(db, [later], now)[0].seq)
        except Conflict as refused:
            recorded.append(refused.code)
        finally:
            db.close()
            keys.close()

    edge, real = threading.Thread(target=answer_elsewhere), evidence.name

    def while_she_answers(*told: Any) -> None:
        edge.start()
        edge.join(1)  # long enough to be recorded, if nothing makes it wait
        real(*told)

    monkeypatch.setattr(evidence, "name", while_she_answers)
    with transaction.atomic():
        services.forget_subjects([account], now)
        accounts.forget([account])
    edge.join()
    assert recorded == ["subject_gone"]
    assert not models.Event.objects.exists()
    assert models.Evidence.objects.count() == 1
