"""Whatever happens in whatever order, the counts equal a rebuild from the facts of permitted people."""

import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from sayso.consent import queries as consent
from sayso.consent import services as answering
from sayso.core.counts import Counts, canonical_bytes, contribution
from sayso.core.errors import SaysoError
from sayso.core.values import new_id
from sayso.core.vocabulary import ConsentStatus
from sayso.identity import services as identity
from sayso.notices import queries as notices
from sayso.notices import services as publishing
from sayso.personalisation import counting, models, queries, services
from tests import linen
from tests.linen import MONDAY
from tests.personalisation.conftest import Answering, bought, news

GIVEN, REFUSED = ConsentStatus.GIVEN, ConsentStatus.REFUSED
BRAND = "linen-and-loom"


def equal_to_a_rebuild(brand: str, now: datetime) -> bool:
    return services.rebuild(brand, now, check=True).equal


@pytest.fixture
def shoppers(brand: str, say: Answering, person: Callable[[], str], now: datetime) -> list[str]:
    """Three people who bought overlapping things and permit everything."""
    people = sorted(person() for _ in range(3))
    for number, who in enumerate(people):
        say(who, purchases=GIVEN, learn=GIVEN)
        services.add_facts_to(brand, who, [bought(f"p-{n:03}", now) for n in range(1, 4 + number)], now)
    news()
    return people


def test_people_who_permit_it_are_counted(brand: str, shoppers: list[str], now: datetime) -> None:
    served = queries.served_counts(brand)
    assert served.items["p-001"] == 3
    assert served.pairs[("p-001", "p-002")] == 3
    assert served.pairs[("p-004", "p-005")] == 1
    assert queries.contributes(brand, [shoppers[0]]) == ("p-001", "p-002", "p-003")


def test_withdrawing_learn_subtracts_her_exactly_and_keeps_her_facts(
    brand: str, shoppers: list[str], say: Answering, now: datetime
) -> None:
    before = queries.served_counts(brand)
    assert before.items["p-005"] == 1
    say(shoppers[2], learn=REFUSED)
    news()
    after = queries.served_counts(brand)
    assert "p-005" not in after.items
    assert after.pairs[("p-001", "p-002")] == 2
    assert not [pair for pair in after.pairs if "p-005" in pair]
    assert canonical_bytes(after) == canonical_bytes(queries.rebuilt_counts(brand, now))
    assert len(queries.facts_of(brand, [shoppers[2]])) == 5


def test_withdrawing_everything_deletes_her_facts_and_subtracts_them_together(
    brand: str, shoppers: list[str], say: Answering, now: datetime
) -> None:
    say(shoppers[0], purchases=REFUSED, learn=REFUSED)
    news()
    assert queries.held([shoppers[0]]) == 0
    assert queries.served_counts(brand).items["p-001"] == 2
    assert equal_to_a_rebuild(brand, now)


def test_facts_another_choice_still_permits_outlive_a_withdrawal(
    brand: str, shoppers: list[str], say: Answering, now: datetime
) -> None:
    say(shoppers[0], purchases=REFUSED)
    news()
    assert len(queries.facts_of(brand, [shoppers[0]])) == 3
    assert queries.served_counts(brand).items["p-001"] == 3
    assert queries.recommendations(brand, [shoppers[0]], 4, "en", now) == queries.Recommendations()


def test_nobody_is_counted_without_a_yes_to_learn(
    brand: str, say: Answering, person: Callable[[], str], now: datetime
) -> None:
    who = person()
    say(who, purchases=GIVEN)
    services.add_facts_to(brand, who, [bought("p-001", now)], now)
    news()
    assert queries.served_counts(brand) == Counts()
    say(who, learn=GIVEN)
    news()
    assert queries.served_counts(brand).items == {"p-001": 1}


def test_a_permission_that_ends_by_age_is_subtracted_when_due(
    brand: str, shoppers: list[str], now: datetime
) -> None:
    later = now + timedelta(days=3 * 365)
    assert services.learn_due(now) == 0
    assert services.learn_due(later) == 3
    assert queries.served_counts(brand) == Counts()


def test_removing_a_fact_takes_its_part_out_of_the_counts(
    brand: str, shoppers: list[str], now: datetime
) -> None:
    services.remove_facts(brand, shoppers[2], ["order-p-005"], now)
    news()
    assert "p-005" not in queries.served_counts(brand).items
    assert equal_to_a_rebuild(brand, now)


def test_erasing_somebody_leaves_counts_that_never_saw_them_even_when_their_key_is_gone(
    brand: str, shoppers: list[str], now: datetime
) -> None:
    with transaction.atomic():
        answering.forget_subjects([shoppers[1]], now)
        identity.forget([shoppers[1]])
    services.erase([shoppers[1]])
    services.erase([shoppers[1]])
    assert queries.held([shoppers[1]]) == 0
    assert queries.served_counts(brand).items["p-001"] == 2
    assert equal_to_a_rebuild(brand, now)


def test_news_about_somebody_erased_meanwhile_brings_nothing_back(
    brand: str, shoppers: list[str], say: Answering, now: datetime
) -> None:
    services.add_facts_to(brand, shoppers[0], [bought("p-009", now)], now)
    services.erase([shoppers[0]])
    answering.forget_subjects([shoppers[0]], now)
    news()
    assert queries.contributes(brand, [shoppers[0]]) == ()
    assert equal_to_a_rebuild(brand, now)


def test_a_new_notice_that_widens_learning_stops_counting_until_she_answers_again(
    brand: str, shoppers: list[str], now: datetime
) -> None:
    wider = linen.document()
    part = linen.purpose(wider, "learn")["choices"][0]
    part["retention"] = {"months": 48}
    publishing.publish_notice(wider, "Otto", now)
    news()
    assert queries.served_counts(brand) == Counts()
    assert equal_to_a_rebuild(brand, now)


def test_facts_no_purpose_of_a_new_notice_needs_are_deleted(
    brand: str, shoppers: list[str], now: datetime
) -> None:
    narrower = linen.document()
    keep = [entry for entry in narrower["purposes"] if entry["id"] in ("newsletter", "ads")]
    narrower["purposes"] = keep
    publishing.publish_notice(narrower, "Otto", now)
    news()
    assert not models.Fact.objects.exists()
    assert queries.served_counts(brand) == Counts()


def test_what_a_device_gathered_becomes_the_accounts_and_is_counted_once(
    brand: str, shoppers: list[str], say: Answering, now: datetime
) -> None:
    device, account = shoppers[2], shoppers[0]
    services.switch_reason(brand, [device], "bought:colour_family:blue", on=False)
    services.add_facts_to(brand, account, [bought("p-005", now)], now)
    identity.start_link(device, account, now)
    identity.join_device(device, account, now)
    news()
    assert queries.held([device]) == 0
    assert [fact.id for fact in queries.facts_of(brand, [account])].count("order-p-001") == 1
    assert queries.contributes(brand, [account]) == tuple(f"p-{n:03}" for n in range(1, 6))
    assert queries.switched_off(brand, [account]) == {"bought:colour_family:blue"}
    assert queries.served_counts(brand).items["p-001"] == 2
    identity.end_link(device, now)
    news()
    assert equal_to_a_rebuild(brand, now)


def test_what_the_account_said_no_to_is_dropped_when_a_device_joins_it(
    brand: str, shoppers: list[str], say: Answering, now: datetime
) -> None:
    device, account = shoppers[2], shoppers[0]
    say(account, purchases=REFUSED, learn=REFUSED, pass_on=REFUSED)
    identity.start_link(device, account, now)
    identity.join_device(device, account, now)
    news()
    assert queries.facts_of(brand, [device, account]) == []
    assert equal_to_a_rebuild(brand, now)


def test_an_interrupted_handler_changes_nothing_and_is_done_once_later(
    brand: str, shoppers: list[str], say: Answering, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    say(shoppers[2], learn=REFUSED)
    real = counting.apply

    def broken(name: str, delta: Counts) -> None:
        real(name, delta)
        raise RuntimeError("the power went")

    monkeypatch.setattr(counting, "apply", broken)
    with pytest.raises(RuntimeError):
        news()
    assert queries.served_counts(brand).items["p-005"] == 1
    monkeypatch.setattr(counting, "apply", real)
    news()
    news()
    assert "p-005" not in queries.served_counts(brand).items
    assert equal_to_a_rebuild(brand, now)


def test_taking_out_what_was_never_counted_is_refused(brand: str) -> None:
    with pytest.raises(SaysoError) as refused, transaction.atomic():
        counting.apply(brand, Counts({"p-001": -1}))
    assert refused.value.code == "counts_broken"


def test_a_rebuild_repairs_counts_that_went_wrong_and_a_check_only_says_so(
    brand: str, shoppers: list[str], now: datetime
) -> None:
    right = queries.served_counts(brand)
    models.ItemCount.objects.filter(brand=brand, item="p-001").update(people=7)
    checked = services.rebuild(brand, now, check=True)
    assert not checked.equal
    assert checked.served != checked.anew
    assert queries.served_counts(brand).items["p-001"] == 7
    services.rebuild(brand, now)
    assert queries.served_counts(brand) == right
    assert equal_to_a_rebuild(brand, now)


def test_learning_from_many_at_once_equals_learning_from_each(
    brand: str, shoppers: list[str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    each = queries.served_counts(brand)
    for who in shoppers:
        services.forget(brand, who)
    assert queries.served_counts(brand) == Counts()
    monkeypatch.setattr(counting, "BATCH", 2)
    services.learn_many(brand, shoppers, now)
    assert queries.served_counts(brand) == each


@pytest.mark.django_db(transaction=True)
def test_a_fresh_process_counts_the_same_from_facts_only(
    brand: str, shoppers: list[str], say: Answering, now: datetime
) -> None:
    say(shoppers[1], learn=REFUSED)
    news()
    script = (
        "import django; django.setup(); from sayso.core.values import read_utc;"
        "from sayso.core.counts import canonical_bytes; from sayso.personalisation import queries; import sys;"
        f"sys.stdout.buffer.write(canonical_bytes(queries.rebuilt_counts({brand!r}, read_utc({now.isoformat()!r}))))"
    )
    fresh = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True)
    assert fresh.stdout
    assert canonical_bytes(queries.served_counts(brand)) == fresh.stdout


STEPS = st.one_of(
    st.tuples(st.just("buy"), st.integers(0, 2), st.integers(1, 6)),
    st.tuples(st.just("return"), st.integers(0, 2), st.integers(1, 6)),
    st.tuples(st.just("learn"), st.integers(0, 2), st.sampled_from([GIVEN, REFUSED])),
    st.tuples(st.just("purchases"), st.integers(0, 2), st.sampled_from([GIVEN, REFUSED])),
    st.tuples(st.just("forget"), st.integers(0, 2), st.none()),
    st.tuples(st.just("erase"), st.integers(0, 2), st.none()),
    st.tuples(st.just("news"), st.none(), st.none()),
)


class AnySequence(TestCase):
    """Hypothesis needs a transaction for each example, which Django's test case gives."""

    def _do(self, people: list[str], name: str, who: int | None, what: object, now: datetime) -> None:
        subject = people[who] if who is not None else ""
        if name == "buy":
            services.add_facts_to(BRAND, subject, [bought(f"p-{what:03}", now)], now)
        elif name == "return":
            services.remove_facts(BRAND, subject, [f"order-p-{what:03}"], now)
        elif name in ("learn", "purchases"):
            base = consent.answered(subject, BRAND, now).rev
            answer = linen.answer(notices.current(BRAND), base=base, **{name: what})  # type: ignore[arg-type]
            answering.record_for(subject, BRAND, answer, now)
        elif name == "forget":
            services.forget(BRAND, subject)
            services.learn_from(BRAND, subject, now)
        elif name == "erase":
            services.erase([subject])
        else:
            news()

    @given(st.lists(STEPS, max_size=14))
    def test_any_sequence_of_answers_and_facts_equals_a_rebuild(
        self, steps: list[tuple[str, int | None, object]]
    ) -> None:
        publishing.publish_notice(linen.document(), "Otto", MONDAY)
        people = [identity.link_customer({"customer": new_id()}, "", MONDAY) for _ in range(3)]
        for number, (name, who, what) in enumerate(steps):
            self._do(people, name, who, what, MONDAY + timedelta(minutes=number))
        news()
        assert equal_to_a_rebuild(BRAND, MONDAY + timedelta(hours=1))
        held = [contribution(queries.contributes(BRAND, [who])) for who in people]
        assert sum(sum(one.items.values()) for one in held) == sum(
            queries.served_counts(BRAND).items.values()
        )
