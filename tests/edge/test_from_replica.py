"""A replica says what the database says, whatever happens to the people in it."""

import random
from collections.abc import Callable
from datetime import datetime

import pytest

from sayso.consent import services as consent
from sayso.core.decision import Reason
from sayso.core.opt_out import Scope
from sayso.core.table import REASON, ticks
from sayso.decisions import replica as replicas
from sayso.decisions.replica import Replica
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import services as identity
from sayso.notices import services as notices
from sayso.notices import store as published
from sayso.outbox import store as outbox
from tests import linen
from tests.edge.world import BRAND, DEFERRED, GIVEN, REFUSED, World, reasons_in, world

ACTS = 45


@pytest.fixture
def here(db: None, now: datetime) -> World:
    notices.publish_notice(linen.document(), "Otto", now)
    return world(DjangoDatabase(), now)


def act(here: World, dice: random.Random) -> str:
    """Let one thing happen to somebody, and give its name."""
    browser, customer = dice.randrange(3), dice.randrange(2)
    names = dice.sample(["purchases", "learn", "newsletter", "pass_on", "ads"], dice.randint(1, 3))
    said = {name: dice.choice([GIVEN, GIVEN, REFUSED, DEFERRED]) for name in names}
    kind, value = dice.choice(
        [
            ("customer", here.customers[customer]),
            ("email", here.emails[customer]),
            ("email", "x@example.test"),
        ]
    )
    acts: dict[str, Callable[[], None]] = {
        "browser answers": lambda: here.browser_answers(browser, **said),
        "browser answers again": lambda: here.browser_answers(browser, **said),
        "account answers": lambda: here.account_answers(customer, **said),
        "account answers again": lambda: here.account_answers(customer, **said),
        "is a customer": lambda: here.is_customer(customer, email=dice.random() < 0.5),
        "signs in": lambda: here.signs_in(browser, customer),
        "signs in again": lambda: here.signs_in(browser, customer),
        "renews": lambda: here.renews(browser),
        "shows": lambda: here.shows(browser),
        "signs out": lambda: here.signs_out(browser),
        "blocks": lambda: here.blocks(kind, value, dice.choice(list(Scope))),
        "erasing": lambda: here.erasing(customer, True),
        "erasing no more": lambda: here.erasing(customer, False),
        "signal": lambda: here.sends_signal(browser),
        "age": lambda: here.says_age(customer, dice.choice(["2016-05", "1980-01"])),
        "loses an address": lambda: here.loses_address(customer),
        "is forgotten": lambda: here.is_forgotten(customer),
        "days pass": lambda: here.passes(dice.choice([1, 15, 400])),
    }
    name = dice.choice(list(acts))
    acts[name]()
    return name


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_agrees_with_the_database_after_everything_that_may_happen(here: World, seed: int) -> None:
    dice, happened, answered = random.Random(seed), [], 0  # noqa: S311 not a secret
    for _ in range(ACTS):
        happened.append(act(here, dice))
        assert here.follow()
        differ, said = here.disagreements()
        assert not differ, (happened, differ[0])
        answered += said
    assert answered > ACTS * 20


def test_loaded_anew_it_is_the_same(here: World) -> None:
    dice = random.Random(4)  # noqa: S311 not a secret
    for _ in range(40):
        act(here, dice)
    assert here.follow()
    fresh = Replica(here.replica.table.published, "here", outbox.watermark(here.db))
    assert fresh.load(here.db, here.now, lambda: False)
    assert fresh.entries == here.replica.entries
    assert len(fresh.entries) > 4


def test_a_withdrawal_is_refused_by_the_next_question(here: World) -> None:
    here.browser_answers(0, learn=GIVEN)
    assert here.follow()
    assert here.reasons({"device": here.browsers[0]})[1] == "given"
    here.browser_answers(0, learn=REFUSED)
    assert here.follow()
    assert here.reasons({"device": here.browsers[0]})[1] == "withdrawn"


def test_a_device_that_is_unlinked_answers_alone_again(here: World) -> None:
    here.browser_answers(0, learn=GIVEN)
    here.is_customer(0)
    here.account_answers(0, learn=REFUSED)
    here.signs_in(0, 0)
    assert here.follow()
    assert here.reasons({"device": here.browsers[0]})[1] == "refused"
    here.signs_out(0)
    assert here.follow()
    assert here.reasons({"device": here.browsers[0]})[1] == "given"


def test_what_her_account_refuses_her_signed_in_browser_refuses_at_once(here: World) -> None:
    here.browser_answers(0, learn=GIVEN)
    here.is_customer(0)
    here.account_answers(0, learn=GIVEN)
    here.signs_in(0, 0)
    assert here.follow()
    here.account_answers(0, learn=REFUSED)
    assert here.follow()
    assert here.reasons({"device": here.browsers[0]})[1] == "withdrawn"


def test_a_block_is_obeyed_whether_we_know_the_person_or_not_until_she_lifts_it(here: World) -> None:
    account = identity.sign_in(
        identity.person_for("ada@example.test", here.now), "ada@example.test", here.now
    )
    here.blocks("email", "ada@example.test", Scope.MARKETING)
    here.blocks("email", "nobody@example.test", Scope.MARKETING)
    assert here.follow()
    for email in ("ada@example.test", "nobody@example.test"):
        assert here.reasons({"email": email})[2] == "blocked"
    assert consent.lift_block(account, Scope.MARKETING, BRAND, "en", here.now)
    assert here.follow()
    assert here.reasons({"email": "ada@example.test"})[2] == "not_answered"
    identity.forget([account])
    assert here.follow()
    assert here.reasons({"email": "ada@example.test"})[2] == "unknown_subject"


def test_a_block_outlives_the_person_it_was_set_for(here: World) -> None:
    here.is_customer(0, email=True)
    here.account_answers(0, newsletter=GIVEN)
    here.blocks("email", here.emails[0], Scope.MARKETING)
    assert here.follow()
    here.is_forgotten(0)
    assert here.follow()
    assert here.reasons({"email": here.emails[0]})[2] == "blocked"
    assert here.reasons({"customer": here.customers[0]})[2] == "unknown_subject"


def test_an_erasure_refuses_at_once_and_then_removes_the_row(here: World) -> None:
    here.is_customer(0)
    here.account_answers(0, learn=GIVEN)
    assert here.follow()
    here.erasing(0, True)
    assert here.follow()
    assert here.reasons({"customer": "C-1"})[:2] == ["erasing", "erasing"]
    assert len(here.replica.entries) == 1
    here.is_forgotten(0)
    assert here.follow()
    assert here.replica.entries == {}
    assert here.reasons({"customer": "C-1"})[1] == "unknown_subject"


def test_a_notice_that_is_published_ends_it(here: World) -> None:
    here.browser_answers(0, learn=GIVEN)
    assert here.follow()
    notices.publish_notice(linen.second(), "Otto", here.now)
    assert not here.follow()
    assert here.replica.over == "notice"
    fresh = Replica(published.current(here.db, BRAND), "here", outbox.watermark(here.db))
    assert fresh.version != here.replica.version


def test_a_yes_that_has_ended_is_asked_of_the_database_and_then_read_again(here: World) -> None:
    here.browser_answers(0, learn=GIVEN)
    assert here.follow()
    (entry,) = here.replica.entries.values()
    here.passes(3653)
    own, true = here.ask({"device": here.browsers[0]})
    assert own is None
    assert reasons_in(true)[1] == "expired"
    assert entry.until < ticks(here.now)
    assert here.follow()
    assert here.reasons({"device": here.browsers[0]})[1] == "expired"


def test_a_new_secret_is_asked_of_the_database_until_it_was_shown(here: World) -> None:
    here.browser_answers(0, learn=GIVEN)
    here.renews(0)
    assert here.follow()
    assert here.reasons({"device": here.past[0]})[1] == "given"
    assert here.ask({"device": here.browsers[0]})[0] is None  # and asking showed it
    assert here.follow()
    assert here.reasons({"device": here.browsers[0]})[1] == "given"
    assert here.reasons({"device": here.past[0]})[1] == "unknown_subject"


def test_rules_for_minors_are_used_alone_and_asked_of_the_database_in_company(here: World) -> None:
    here.is_customer(0)
    here.account_answers(0, learn=GIVEN)
    here.says_age(0, "2016-05")
    here.browser_answers(0, learn=GIVEN)
    assert here.follow()
    assert here.reasons({"customer": "C-1"})[1] == "minor"
    assert here.ask({"device": here.browsers[0], "customer": "C-1"})[0] is None


def test_pages_give_every_name_once_and_in_order(here: World) -> None:
    for number in range(3):
        here.browser_answers(number, learn=GIVEN)
    assert here.follow()
    first, following = here.replica.page("", 2)
    here.browsers[0] = here.browsers[0][::-1]
    here.browser_answers(0, learn=GIVEN)  # somebody new while the pages are read
    assert here.follow()
    everybody, end = here.replica.page("", 10)
    assert [name for name, _ in everybody] == sorted(here.replica.entries)
    assert following == first[-1][0]
    rest, _ = here.replica.page(following, 10)
    assert rest == [pair for pair in everybody if pair[0] > following]
    assert end is None


def test_of_what_changed_only_so_much_is_kept(here: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replicas, "HISTORY", 10)
    began, history = here.replica.seq, here.replica.history
    here.browser_answers(0, learn=GIVEN)
    for _ in range(8):
        for said in (REFUSED, GIVEN):
            here.browser_answers(0, learn=said)
            assert here.follow()
    first, changes = history.kept
    assert len(changes) <= 10
    assert first > 0
    assert history.place_after(began) is None
    place = history.place_after(here.replica.seq + 1)
    assert place is not None
    assert history.some(place, 10) == []
    assert history.some(0, 10) is None


def test_answers_given_again_and_again_leave_no_slots_behind(here: World) -> None:
    here.browser_answers(0, learn=GIVEN)
    assert here.follow()
    (entry,) = here.replica.entries.values()
    subject = str(here.device(0))
    for number in range(10_050):
        here.replica._slot(subject, entry.until + number * 10_000_000)
    here.browser_answers(0, learn=REFUSED)
    here.browser_answers(0, learn=GIVEN)
    assert here.follow()
    assert here.replica._slotted < 10


def test_news_of_another_brand_changes_nothing(here: World) -> None:
    told = outbox.Told(1, "consent.changed", {"subject": "s", "brand": "other"})
    elsewhere = outbox.Told(2, "notice.published", {"brand": "other"})
    found = replicas.affected([told, elsewhere], BRAND)
    assert (found.subjects, found.lookups, found.anew) == (set(), set(), False)


def test_a_stranger_is_refused_what_is_asked_and_served_what_is_owed(here: World) -> None:
    codes = here.replica.stranger.codes
    assert {REASON[code] for code in codes} == {Reason.UNKNOWN_SUBJECT, Reason.TOLD_BASIS}
