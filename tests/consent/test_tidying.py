"""Patterns follow the notice, the view lists who permits what, and a rebuild finds what the ledger keeps."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from sayso.cli.main import main
from sayso.consent import ledger, models, opting_out, permitted_people, rebuilding, tidying
from sayso.consent.ledger import Recorded, Submission
from sayso.core.age import Band
from sayso.core.consent import Answer, Published, own_status
from sayso.core.opt_out import Scope
from sayso.core.values import new_id
from sayso.core.vocabulary import PERMITTING, ConsentStatus, Voucher
from sayso.decisions import queries as decisions
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import devices, keys
from sayso.identity import models as people
from sayso.identity import services as identity
from sayso.notices import queries as notices
from sayso.notices import services as publishing
from tests import linen
from tests.linen import ADS, LEARN, NEWSLETTER, PURCHASES, answer

GIVEN, REFUSED = ConsentStatus.GIVEN, ConsentStatus.REFUSED
BRAND = "linen-and-loom"
Say = Callable[..., Recorded]


@pytest.fixture
def published(brand: str) -> Published:
    permitted_people.create(DjangoDatabase())
    return notices.current(brand)


@pytest.fixture
def say(published: Published, now: datetime) -> Say:
    """Record what a person of some name says; her browser is found by it."""

    def record(person: str, base: int = 0, at: datetime = now, **said: ConsentStatus) -> Recorded:
        told = answer(notices.current(BRAND), base, **said)
        item = Submission(BRAND, told, new_id(), device=keys.secret_hash(person))
        return ledger.record(DjangoDatabase(), [item], at)[0]

    return record


def tidy(now: datetime) -> int:
    return tidying.tidy(DjangoDatabase(), now)


def listed(choice: str) -> set[str]:
    rows = DjangoDatabase().run("SELECT subject FROM permitted_people WHERE choice = %s", [choice])
    return {row[0] for row in rows}


def soon() -> datetime:
    """Give a moment whose answers have not aged by the database's own clock."""
    from datetime import UTC

    return datetime.now(UTC)


def test_the_view_lists_who_permits_what_and_nobody_else(say: Say) -> None:
    yes, no = say("ada", at=soon(), learn=GIVEN, ads=GIVEN), say("ben", at=soon(), learn=REFUSED)
    assert listed(LEARN) == set()  # nobody, until it is known what of which version stands
    tidy(soon())
    assert listed(LEARN) == {yes.subject}
    assert no.subject not in listed(ADS) | listed(LEARN)
    say("ada", 1, at=soon(), learn=REFUSED)
    assert listed(LEARN) == set()
    assert listed(ADS) == {yes.subject}


def test_what_aged_leaves_the_view_by_itself(say: Say, now: datetime) -> None:
    old = say("ada", at=now - timedelta(days=3000), learn=GIVEN)
    tidy(now - timedelta(days=2999))
    assert old.subject not in listed(LEARN)


def test_an_erasure_under_way_and_a_restriction_leave_the_view(say: Say) -> None:
    ada = say("ada", at=soon(), learn=GIVEN).subject
    tidy(soon())
    ledger.mark_erasing(DjangoDatabase(), ada, BRAND, soon())
    assert listed(LEARN) == set()
    ledger.mark_erasing(DjangoDatabase(), ada, BRAND, soon(), erasing=False)
    assert listed(LEARN) == {ada}


def test_a_block_takes_whoever_has_the_identifier_out_of_what_it_covers(say: Say) -> None:
    ada = say("ada", at=soon(), learn=GIVEN, newsletter=GIVEN).subject
    people.Identifier.objects.create(
        subject_id=ada,
        kind="email",
        lookup=keys.lookup("email", "ada@example.test"),
        sealed=b"",
        added_at=soon(),
    )
    tidy(soon())
    assert listed(NEWSLETTER) == {ada}
    opting_out.block("email", "ada@example.test", [Scope.MARKETING], "page", soon())
    assert listed(NEWSLETTER) == set()
    assert listed(LEARN) == {ada}


@pytest.mark.parametrize("account_says", [GIVEN, REFUSED, None])
def test_a_browser_somebody_is_signed_in_on_is_listed_by_nothing_but_her_account(
    say: Say, published: Published, account_says: ConsentStatus | None
) -> None:
    browser = say("ada", at=soon(), learn=GIVEN).subject
    account = identity.link_customer({"customer": "C-1"}, "", soon())
    if account_says:
        told = answer(published, voucher=Voucher.ACCOUNT, learn=account_says)
        ledger.record(DjangoDatabase(), [Submission(BRAND, told, new_id(), subject=account)], soon())
    tidy(soon())

    def gate(*subjects: str) -> bool:
        return decisions.permitted(BRAND, subjects, LEARN, soon())

    assert browser in listed(LEARN)
    devices.start_link(browser, account, soon())
    assert listed(LEARN) == ({account} if account_says is GIVEN else set())
    assert gate(browser, account) is gate(account) is (account in listed(LEARN))
    devices.end_link(browser, soon())
    assert browser in listed(LEARN)
    assert gate(browser)


def test_a_published_notice_empties_the_view_until_what_stands_is_known(say: Say) -> None:
    ada = say("ada", at=soon(), learn=GIVEN, purchases=GIVEN).subject
    tidy(soon())
    document = linen.second()
    linen.purpose(document, "learn")["choices"][0]["retention"] = {"months": 60}
    publishing.publish_notice(document, "Otto", soon())
    assert listed(PURCHASES) == set()
    assert tidy(soon()) == 1
    assert listed(PURCHASES) == {ada}
    assert listed(LEARN) == set()  # widened: her yes was to less
    assert tidy(soon()) == 0
    pattern = models.Pattern.objects.get(id=models.Standing.objects.get(subject=ada).pattern)
    assert pattern.version == notices.current(BRAND).notice.version


def test_what_is_carried_is_never_more_than_what_the_rules_permit(say: Say) -> None:
    subjects = [
        say(f"person {number}", at=soon(), learn=first, ads=second, purchases=GIVEN).subject
        for number, (first, second) in enumerate([(GIVEN, GIVEN), (GIVEN, REFUSED), (REFUSED, GIVEN)])
    ]
    tidy(soon())
    publishing.publish_notice(linen.second(), "Otto", soon())
    tidying._tell_what_is_carried(DjangoDatabase(), notices.editions(BRAND).versions, notices.current(BRAND))
    carried = {choice: listed(choice) for choice in notices.current(BRAND).choice_ids()}
    tidy(soon())
    for choice, people_listed in carried.items():
        for subject in subjects:
            standing = ledger.standing_of(DjangoDatabase(), subject, BRAND)
            assert standing is not None
            permits = own_status(standing, choice, notices.current(BRAND), soon()) in PERMITTING
            assert (subject in people_listed) == permits
        assert listed(choice) == people_listed


def test_a_walk_rests_at_its_end_and_begins_anew_for_what_aged(say: Say, now: datetime) -> None:
    say("ada", at=now, learn=GIVEN)
    assert tidy(now) == 0
    assert models.Walk.objects.get().ended_at
    later = now + timedelta(days=4000)
    assert tidy(later) == 1
    assert models.Permit.objects.count() == 1  # of the pattern that nobody has any more
    assert models.Standing.objects.get().valid_until == ""


def test_a_rebuild_from_the_events_finds_no_difference(say: Say, submission: Callable[[Answer], Submission],
                                                       published: Published, now: datetime) -> None:  # fmt: skip
    ada = say("ada", learn=GIVEN, ads=GIVEN).subject
    say("ada", 1, learn=REFUSED)
    say("ada", 0, learn=GIVEN)
    said = replace(answer(published, learn=GIVEN), gpc=True, voucher=Voucher.STAFF)
    ledger.record(DjangoDatabase(), [submission(said)], now)
    ledger.mark_minor(DjangoDatabase(), ada, BRAND, {"band": Band.TEEN}, now)
    say("ada", 3, ads=REFUSED)
    seen = list[int]()
    found = rebuilding.rebuild(DjangoDatabase(), BRAND, now, check=True, told=seen.append)
    assert (found.people, found.different, seen) == (2, (), [2])


def test_a_rebuild_names_and_mends_what_is_not_what_the_events_say(say: Say, now: datetime) -> None:
    ada, ben = say("ada", learn=REFUSED).subject, say("ben", learn=GIVEN).subject
    kept = ledger.standing_of(DjangoDatabase(), ada, BRAND)
    models.Standing.objects.filter(subject=ada).update(held=models.Standing.objects.get(subject=ben).held)
    models.Standing.objects.filter(subject=ben).delete()
    for check in (True, False):
        found = rebuilding.rebuild(DjangoDatabase(), BRAND, now, check=check)
        assert sorted(found.different) == sorted([ada, ben])
    assert rebuilding.rebuild(DjangoDatabase(), BRAND, now, check=True).different == ()
    assert ledger.standing_of(DjangoDatabase(), ada, BRAND) == kept


def test_a_rebuild_finds_and_mends_a_list_that_says_more_than_the_standing(say: Say) -> None:
    ada, ben = say("ada", at=soon(), learn=REFUSED).subject, say("ben", at=soon(), learn=GIVEN).subject
    tidy(soon())
    bens = models.Standing.objects.get(subject=ben)

    def differ(*, check: bool) -> tuple[str, ...]:
        return rebuilding.rebuild(DjangoDatabase(), BRAND, soon(), check=check).different

    def is_found_and_mended(*subjects: str) -> None:
        assert sorted(differ(check=True)) == sorted(differ(check=False)) == sorted(subjects)
        assert differ(check=True) == ()
        assert listed(LEARN) == {ben}

    models.Standing.objects.filter(subject=ada).update(pattern=bens.pattern)
    assert listed(LEARN) == {ada, ben}  # a yes she never gave
    is_found_and_mended(ada)
    adas = models.Standing.objects.get(subject=ada).pattern
    models.Permit.objects.create(pattern=adas, choice=LEARN)
    assert listed(LEARN) == {ada, ben}
    is_found_and_mended(ada)
    models.Standing.objects.filter(subject=ben).update(valid_until="")  # a yes that would never end
    is_found_and_mended(ben)
    models.Pattern.objects.filter(id=adas).update(version="sha256:of-nobody")
    is_found_and_mended(ada)


@pytest.mark.parametrize(
    "wrong",
    [
        "UPDATE consent_carried SET stopped_by = 'nothing' WHERE choice = %s",  # a Block would stop nothing
        "DELETE FROM consent_carried WHERE choice = %s",  # whoever said yes would not be counted
        "UPDATE consent_carried SET version = 'sha256:of-nobody' WHERE choice = %s",
    ],
)
def test_a_rebuild_finds_and_mends_what_is_told_of_earlier_answers(say: Say, wrong: str) -> None:
    ada = say("ada", at=soon(), learn=GIVEN).subject
    tidy(soon())
    DjangoDatabase().run(wrong, [LEARN])
    told = CliRunner().invoke(main, ["ledger", "rebuild", "--check"])
    assert (told.exit_code, "differ from the notice in force" in told.stdout) == (1, True)
    for check, carried in ((True, False), (False, False), (True, True)):
        found = rebuilding.rebuild(DjangoDatabase(), BRAND, soon(), check=check)
        assert (found.different, found.carried) == ((), carried)
    assert listed(LEARN) == {ada}


def test_what_was_tidied_or_aged_or_waits_to_be_is_no_difference(say: Say, now: datetime) -> None:
    say("ada", at=now, learn=GIVEN, ads=GIVEN)
    say("ben", at=now, learn=REFUSED)
    publishing.publish_notice(linen.second(), "Otto", now)

    def differ(at: datetime) -> tuple[str, ...]:
        found = rebuilding.rebuild(DjangoDatabase(), BRAND, at, check=True)
        assert found.carried
        return found.different

    for days in (0, 200, 4000):
        at = now + timedelta(days=days)
        assert differ(at) == ()
        tidy(at)
        assert differ(at) == ()


def test_an_answer_that_comes_while_a_check_looks_is_no_difference(
    say: Say, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    say("ada", learn=GIVEN)
    real, waiting = rebuilding.standings.of, [REFUSED]

    def slow(*asked: Any) -> Any:
        found = real(*asked)
        if waiting:
            say("ada", 1, learn=waiting.pop())
        return found

    monkeypatch.setattr(rebuilding.standings, "of", slow)
    assert rebuilding.rebuild(DjangoDatabase(), BRAND, now, check=True).different == ()


def test_whose_key_was_lost_is_refused_every_use_and_hinders_no_check_of_the_others(
    say: Say, now: datetime
) -> None:
    ada, ben = say("ada", learn=GIVEN).subject, say("ben", learn=GIVEN).subject
    keys.destroy(ada)
    models.Standing.objects.filter(subject=ben).update(held="")
    for check in (True, False):
        found = rebuilding.rebuild(DjangoDatabase(), BRAND, now, check=check)
        assert sorted(found.different) == sorted([ada, ben])
    assert rebuilding.rebuild(DjangoDatabase(), BRAND, now, check=True).different == ()
    assert not decisions.permitted(BRAND, [ada], LEARN, now)
    assert decisions.permitted(BRAND, [ben], LEARN, now)


def test_the_command_names_what_differs_and_ends_with_one(say: Say, now: datetime) -> None:
    ada = say("ada", learn=GIVEN).subject
    assert CliRunner().invoke(main, ["ledger", "rebuild", "--check"]).exit_code == 0
    models.Standing.objects.filter(subject=ada).update(held="")
    found = CliRunner().invoke(main, ["ledger", "rebuild", "--check"])
    assert (found.exit_code, ada in found.stdout) == (1, True)
    assert "1 were put right" in CliRunner().invoke(main, ["ledger", "rebuild", "--brand", BRAND]).stdout
    assert CliRunner().invoke(main, ["ledger", "rebuild", "--check"]).exit_code == 0
