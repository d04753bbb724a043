"""A browser's signal is taken down once; an identifier is blocked alike whether it is known or not."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sayso.consent import ledger, models, queries, services
from sayso.core.choice import read_choice
from sayso.core.consent import fold_all
from sayso.core.decision import Reason
from sayso.core.errors import Unproved
from sayso.core.opt_out import Scope
from sayso.core.values import new_id
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.decisions import queries as decisions
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys
from sayso.identity import models as who
from sayso.identity import services as identity
from sayso.notices import queries as notices
from sayso.outbox import models as outbox
from tests.linen import ADS, LEARN, PASS_ON

YES = ConsentStatus.GIVEN
ADVERTS = {Scope.SHARE_ADS}


def says(subject: str, brand: str, now: datetime, act: str, *choices: str) -> None:
    given = dict.fromkeys(choices, YES)
    base = queries.answered(subject, brand, now).rev
    answer = services.centre_answer(brand, given, base, act, Voucher.ACCOUNT, "en")
    services.record_for(subject, brand, answer, now)


def reason(subject: str, brand: str, choice: str, now: datetime) -> Reason:
    return decisions.decide(brand, [subject], [read_choice(choice)], now)[0].reason


@pytest.fixture
def ada(brand: str, now: datetime) -> str:
    """Give Ada's account, known by number and address, with yeses of hers."""
    account = identity.link_customer({"customer": "C-1001", "email": "ada@example.test"}, "", now)
    says(account, brand, now, "change", ADS, PASS_ON, LEARN)
    return account


def proved(account: str, now: datetime) -> None:
    who.Identifier.objects.filter(subject_id=account, kind="email").update(proved_at=now)


def test_a_signal_is_an_event_of_its_own_and_only_the_first_time(ada: str, brand: str, now: datetime) -> None:
    assert services.heed_signal([ada], brand, now) == 1
    assert services.heed_signal([ada], brand, now) == 0
    [signal, _] = queries.history_of([ada], brand)
    assert (signal.answers, signal.evidence["act"], signal.evidence["gpc"]) == ({}, "signal", True)
    assert queries.receipt_of([ada], signal.event)
    assert reason(ada, brand, ADS, now) is Reason.GPC
    assert reason(ada, brand, LEARN, now) is Reason.GIVEN
    assert outbox.News.objects.last().payload["changed"] == {  # type: ignore[union-attr]
        ADS: ["given", "gpc"],
        PASS_ON: ["given", "gpc"],
    }


def test_a_signal_stands_in_what_a_rebuild_of_the_standing_gives(ada: str, brand: str, now: datetime) -> None:
    services.heed_signal([ada], brand, now)
    says(ada, brand, now, "change", ADS)
    standing = queries.standing_of(ada, brand)
    assert standing is not None
    assert (standing.gpc, standing.held[ADS].specific) == (2, 3)
    events = ledger.events_of(DjangoDatabase(), ada, brand)
    acts = [(event.evidence["act"], event.evidence["gpc"], event.answers) for event in events]
    published = notices.current(brand)
    rebuilt = fold_all(
        (
            ledger_answer(
                brand, act, seen, gpc, {choice: ConsentStatus(yes) for choice, yes in said.items()}
            ),
            published,
            now,
        )
        for seen, (act, gpc, said) in enumerate(acts)
    )
    assert rebuilt == standing


def ledger_answer(
    brand: str, act: str, seen: int, gpc: bool, answers: dict[str, ConsentStatus]
) -> ledger.Answer:
    made = services.centre_answer(brand, answers, seen, act, Voucher.ACCOUNT, "en")
    return replace(made, gpc=gpc)


def test_a_signal_of_a_linked_device_holds_for_the_account_as_one_act(
    ada: str, brand: str, now: datetime
) -> None:
    device = new_id()
    keys.make_keys([device])
    who.Subject.objects.create(id=device, kind="device", created_at=now)
    services.carry_signal(device, ada, brand, now)
    assert queries.standing_of(ada, brand).gpc == 0  # type: ignore[union-attr]
    services.heed_signal([device], brand, now)
    services.carry_signal(device, ada, brand, now)
    services.carry_signal(device, ada, brand, now)
    signals = [event for event in queries.history_of([ada, device], brand) if not event.answers]
    assert len(signals) == 2
    assert len({event.event for event in signals}) == 1
    assert reason(ada, brand, ADS, now) is Reason.GPC


@contextmanager
def counted() -> Iterator[list[str]]:
    """Collect the statements of the block with their values left out."""
    seen: list[str] = []
    with CaptureQueriesContext(connection) as captured:
        yield seen
    said = (query["sql"] for query in captured.captured_queries)
    # What differs from one address to the next is values; savepoints are numbered.
    seen += [re.sub(r" (VALUES|WHERE) .*| \"s\d+_x\d+\"", "", sql) for sql in said]


def test_a_known_and_an_unknown_address_are_blocked_by_the_very_same_work(ada: str, now: datetime) -> None:
    with counted() as known:
        services.block("email", "ada@example.test", ADVERTS, "page", now)
    with counted() as unknown:
        services.block("email", "nobody@example.test", ADVERTS, "page", now)
    assert known == unknown
    assert len(known) > 3


def test_a_block_is_a_keyed_hash_and_nothing_else(ada: str, now: datetime) -> None:
    services.block("email", " Ada@Example.test ", set(Scope), "page", now)
    rows = models.Block.objects.values_list("kind", "lookup", "scope", "source")
    assert {row[2] for row in rows} == set(Scope)
    assert {row[1] for row in rows} == {keys.lookup("email", "ada@example.test")}
    news = outbox.News.objects.get(topic="consent.blocked")
    assert "ada" not in str(news.payload).lower()


def test_a_block_refuses_whoever_has_the_identifier_until_she_lifts_it(
    ada: str, brand: str, now: datetime
) -> None:
    services.block("customer", "C-1001", ADVERTS, "page", now)
    assert reason(ada, brand, ADS, now) is Reason.BLOCKED
    assert reason(ada, brand, LEARN, now) is Reason.GIVEN
    says(ada, brand, now, "change", ADS)  # a yes does not lift it: her own act of lifting does
    assert reason(ada, brand, ADS, now) is Reason.BLOCKED
    proved(ada, now)
    assert services.lift_block(ada, Scope.SHARE_ADS, brand, "en", now)
    assert reason(ada, brand, ADS, now) is Reason.RENEWED
    assert queries.history_of([ada], brand)[0].evidence["act"] == "lift"
    assert not services.lift_block(ada, Scope.SHARE_ADS, brand, "en", now)


def test_nobody_lifts_a_block_for_an_account_nobody_proved(ada: str, brand: str, now: datetime) -> None:
    services.block("email", "ada@example.test", ADVERTS, "page", now)
    with pytest.raises(Unproved, match="Nobody has shown"):
        services.lift_block(ada, Scope.SHARE_ADS, brand, "en", now)
    assert [block.scope for block in queries.blocks_of(ada)] == [Scope.SHARE_ADS]


def test_saying_it_again_changes_nothing_and_no_limit_refuses_a_new_one(ada: str, now: datetime) -> None:
    for again in range(20):
        services.block("email", "ada@example.test", ADVERTS, "page", now + timedelta(seconds=again))
    assert models.Block.objects.count() == 1
    assert queries.blocks_of(ada)[0].since == now
    told = outbox.News.objects.filter(topic="consent.blocked").count()
    assert told == 5
    services.block("email", "ada@example.test", set(Scope), "page", now + timedelta(seconds=30))
    assert models.Block.objects.count() == len(Scope)
    assert outbox.News.objects.filter(topic="consent.blocked").count() == told + 1


def test_somebody_elses_block_is_not_hers(ada: str, brand: str, now: datetime) -> None:
    services.block("email", "ben@example.test", set(Scope), "page", now)
    assert queries.blocks_of(ada) == []
    assert reason(ada, brand, ADS, now) is Reason.GIVEN
