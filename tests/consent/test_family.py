"""Ben, 13, and Cleo, his mother: who says how old he is, who answers for him, and what ends when."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_django.fixtures import Settings

from sayso.asks import services as asks
from sayso.config.local_family import Family
from sayso.connectors.services import Identifier, Person
from sayso.consent import family, ledger, models, queries, services
from sayso.core.age import Band
from sayso.core.ask import WhyNot
from sayso.core.choice import read_choice
from sayso.core.consent import Standing, fold_all
from sayso.core.decision import Reason
from sayso.core.errors import Forbidden, Invalid, NotFound
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.decisions import queries as decisions
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import ages, keys
from sayso.identity import models as identity_models
from sayso.identity import queries as identity
from sayso.identity import services as identity_services
from sayso.identity.proofing.email_plus import queries as guardians
from sayso.identity.proofing.email_plus import services as email_plus
from sayso.identity.proofing.email_plus.services import Invited, Outcome
from sayso.notices import queries as notices
from sayso.notices import services as publishing
from sayso.outbox.models import News
from tests import linen

BORN = "2013-02"
CLEO = "cleo@example.test"
GIVEN, REFUSED = ConsentStatus.GIVEN, ConsentStatus.REFUSED


def account(email: str, now: datetime) -> str:
    return identity_services.sign_in(identity_services.person_for(email, now), email, now)


@pytest.fixture
def ben(brand: str, now: datetime) -> str:
    return account("ben@example.test", now)


@pytest.fixture
def cleo(brand: str, now: datetime) -> str:
    return account(CLEO, now)


def says(subject: str, brand: str, now: datetime, **said: ConsentStatus) -> None:
    answers = {getattr(linen, name.upper()): status for name, status in said.items()}
    base = queries.answered(subject, brand, now).rev
    answer = services.centre_answer(brand, answers, base, "change", Voucher.ACCOUNT, "en")
    services.record_for(subject, brand, answer, now)


def why(subjects: list[str], brand: str, choice: str, now: datetime) -> Reason:
    return decisions.decide(brand, subjects, [read_choice(choice)], now)[0].reason


def answers_for_him(ben: str, cleo: str, now: datetime) -> str:
    """Bring Cleo through both steps; the link."""
    invited = email_plus.invite(ben, CLEO, now)
    assert isinstance(invited, Invited)
    assert email_plus.accept(cleo, invited.link, "en", now) is Outcome.ACCEPTED
    later = now + timedelta(days=1)
    code = email_plus.second_letters(later)[0].code
    assert family.start_guardian(cleo, invited.link, code, later) is Outcome.STARTED
    return invited.link


@pytest.fixture
def link(ben: str, cleo: str, brand: str, now: datetime) -> str:
    assert family.say_age([ben], brand, BORN, Voucher.ACCOUNT, now) is Band.CHILD
    return answers_for_him(ben, cleo, now)


def cleo_says(
    cleo: str, link: str, brand: str, said: ConsentStatus, now: datetime, what: str = "personalise"
) -> Any:
    child = next((one.child for one in guardians.all_of([cleo])), "")
    base = family.halves([child], brand, now).rev
    return family.answer_as_guardian(cleo, link, brand, what, said, base, "en", now)


def test_only_the_band_is_kept_and_the_month_is_sealed(ben: str, brand: str, now: datetime) -> None:
    family.say_age([ben], brand, BORN, Voucher.ACCOUNT, now)
    row = identity_models.Age.objects.get(subject_id=ben)
    assert row.band == "child"
    assert b"2029" not in bytes(row.sealed)
    assert b"2013" not in bytes(row.sealed)
    assert keys.unseal(ben, row.sealed) == b"2029-03"


def test_saying_an_older_age_afterwards_opens_nothing(ben: str, brand: str, now: datetime) -> None:
    family.say_age([ben], brand, BORN, Voucher.ACCOUNT, now)
    assert family.say_age([ben], brand, "1985-01", Voucher.ACCOUNT, now) is Band.CHILD
    with pytest.raises(Invalid):
        family.say_age([ben], brand, "next year", Voucher.ACCOUNT, now)


def test_only_what_the_brand_has_seen_proved_makes_somebody_older(
    ben: str, cleo: str, link: str, brand: str, now: datetime
) -> None:
    says(ben, brand, now, ads=GIVEN)
    assert family.correct_age("email", "ben@example.test", "1985-01", now) is Band.ADULT
    assert why([ben], brand, linen.ADS, now) is Reason.GIVEN
    assert [one.ended_by for one in guardians.of_guardian(cleo)] == ["age"]
    with pytest.raises(NotFound):
        family.correct_age("customer", "C-9999", "1985-01", now)


def test_where_he_lives_decides_from_which_age_he_answers_alone(ben: str, brand: str, now: datetime) -> None:
    identity_services.declare_region(ben, "US-CA")
    assert family.say_age([ben], brand, BORN, Voucher.ACCOUNT, now) is Band.TEEN


def test_what_is_forbidden_stops_at_once_and_the_stop_is_news(ben: str, brand: str, now: datetime) -> None:
    says(ben, brand, now, ads=GIVEN, pass_on=GIVEN)
    assert why([ben], brand, linen.ADS, now) is Reason.GIVEN
    family.say_age([ben], brand, BORN, Voucher.ACCOUNT, now)
    assert why([ben], brand, linen.ADS, now) is Reason.MINOR
    told = News.objects.order_by("-seq").first()
    assert told is not None
    assert told.payload["changed"][linen.PASS_ON] == ["given", "invalidated"]
    held = queries.standing_of(ben, brand)
    assert held is not None
    assert held.held[linen.ADS].status is GIVEN  # the ledger holds the yes, and it permits nothing


def _permits(subject: str) -> list[str]:
    pattern = models.Standing.objects.get(subject=subject).pattern
    return list(models.Permit.objects.filter(pattern=pattern).values_list("choice", flat=True))


def test_the_pattern_of_a_minor_permits_nothing_that_is_forbidden(
    ben: str, brand: str, now: datetime
) -> None:
    says(ben, brand, now, ads=GIVEN)
    assert _permits(ben) == [linen.ADS]
    family.say_age([ben], brand, BORN, Voucher.ACCOUNT, now)
    assert _permits(ben) == []


def test_of_an_adult_who_never_answered_no_standing_is_written(ben: str, brand: str, now: datetime) -> None:
    family.say_age([ben], brand, "1985-01", Voucher.ACCOUNT, now)
    assert queries.standing_of(ben, brand) is None
    says(ben, brand, now, ads=GIVEN)
    standing = queries.standing_of(ben, brand)
    assert standing is not None
    assert standing.band is Band.ADULT


def test_a_device_that_never_answered_can_say_its_age(brand: str, device: str, now: datetime) -> None:
    subject = ages.subject_of_device(device, now)
    assert ages.subject_of_device(device, now) == subject
    family.say_age([subject], brand, BORN, Voucher.DEVICE, now)
    assert queries.is_minor([subject], brand)


def test_a_device_joined_to_an_account_brings_its_age_along(
    ben: str, brand: str, device: str, now: datetime
) -> None:
    subject = ages.subject_of_device(device, now)
    family.join_age(subject, ben, now)
    assert ages.age_of(ben) is None
    family.say_age([subject], brand, BORN, Voucher.DEVICE, now)
    family.join_age(subject, ben, now)
    assert queries.is_minor([ben], brand)
    family.say_age([subject], brand, "2015-01", Voucher.DEVICE, now)
    family.join_age(subject, ben, now)
    family.join_age(subject, ben, now)
    said = ages.age_of(ben)
    assert said is not None
    assert said.month == "2031-02"


def test_a_child_is_asked_nothing(ben: str, brand: str, now: datetime) -> None:
    asks.set_catalogue(brand, {}, now)
    says(ben, brand, now, purchases=GIVEN)
    family.say_age([ben], brand, BORN, Voucher.ACCOUNT, now)
    assert asks.next_ask(brand, [ben], "order_confirmed", "en", frozenset(), now) is WhyNot.MINOR


def test_cleo_answers_only_after_the_second_letter(ben: str, cleo: str, brand: str, now: datetime) -> None:
    family.say_age([ben], brand, BORN, Voucher.ACCOUNT, now)
    invited = email_plus.invite(ben, CLEO, now)
    assert isinstance(invited, Invited)
    with pytest.raises(NotFound):
        cleo_says(cleo, invited.link, brand, GIVEN, now)
    assert email_plus.accept(cleo, invited.link, "en", now) is Outcome.ACCEPTED
    day = now + timedelta(days=1)
    assert email_plus.second_letters(day - timedelta(seconds=1)) == []
    with pytest.raises(NotFound):
        cleo_says(cleo, invited.link, brand, GIVEN, now)
    assert family.start_guardian(cleo, invited.link, "", now) is Outcome.WRONG
    letter = email_plus.second_letters(day)[0]
    assert (letter.address, email_plus.second_letters(day)) == (CLEO, [])
    assert family.start_guardian(cleo, invited.link, "WRNG-2345", day) is Outcome.WRONG
    assert family.start_guardian(cleo, invited.link, letter.code.lower(), day) is Outcome.STARTED
    assert cleo_says(cleo, invited.link, brand, GIVEN, now).outcome[linen.PURCHASES] == "given"


def test_cleo_allows_ben_refuses_and_his_refusal_stands(
    ben: str, cleo: str, link: str, brand: str, now: datetime
) -> None:
    says(ben, brand, now, purchases=GIVEN)
    assert why([ben], brand, linen.PURCHASES, now) is Reason.MINOR
    cleo_says(cleo, link, brand, GIVEN, now)
    assert why([ben], brand, linen.PURCHASES, now) is Reason.GIVEN
    says(ben, brand, now, purchases=REFUSED)
    cleo_says(cleo, link, brand, GIVEN, now)
    assert why([ben], brand, linen.PURCHASES, now) is Reason.WITHDRAWN


def test_her_answer_stands_among_his_with_her_as_voucher(
    ben: str, cleo: str, link: str, brand: str, now: datetime
) -> None:
    event = cleo_says(cleo, link, brand, GIVEN, now)
    assert event.subject == ben
    assert (event.evidence["voucher"], event.evidence["guardian"]) == ("guardian", link)
    assert queries.receipt_of([ben], event.event)


def test_his_standing_can_be_rebuilt_from_what_both_said(
    ben: str, cleo: str, link: str, brand: str, now: datetime
) -> None:
    says(ben, brand, now, purchases=GIVEN)
    cleo_says(cleo, link, brand, GIVEN, now)
    says(ben, brand, now, purchases=REFUSED)
    standing, published = queries.standing_of(ben, brand), notices.current(brand)
    assert standing is not None
    rebuilt = Standing()
    history = ledger.events_of(DjangoDatabase(), ben, brand)
    rebuilt = fold_all((_again(event), published, now) for event in history)
    for one in ("held", "guardian_held"):
        kept, again = getattr(standing, one), getattr(rebuilt, one)
        assert {choice: held.status for choice, held in kept.items()} == {
            choice: held.status for choice, held in again.items()
        }


def _again(event: Any) -> Any:
    said = {choice: ConsentStatus(status) for choice, status in event.answers.items()}
    voucher = Voucher(event.evidence["voucher"])
    base = event.evidence["base"]
    return services.centre_answer(event.brand, said, base, "change", voucher, "en")


def test_cleo_is_not_shown_counselling_and_cannot_answer_it(
    ben: str, cleo: str, link: str, brand: str, now: datetime
) -> None:
    document = linen.document()
    linen.purpose(document, "learn").update(counselling=True, minors="child")
    publishing.publish_notice(document, "Otto", now + timedelta(hours=1))
    for hidden in ("learn", "ads", "orders", "nothing"):
        with pytest.raises(NotFound):
            cleo_says(cleo, link, brand, GIVEN, now, hidden)


def test_by_mail_she_cannot_permit_passing_his_data_on(
    ben: str, cleo: str, link: str, brand: str, now: datetime
) -> None:
    document = linen.document()
    linen.purpose(document, "pass_on")["minors"] = "guardian"
    publishing.publish_notice(document, "Otto", now + timedelta(hours=1))
    with pytest.raises(Forbidden, match="not for you"):
        cleo_says(cleo, link, brand, GIVEN, now, "pass_on")


@pytest.mark.parametrize("by", ["child", "guardian"])
def test_when_the_link_ends_everything_she_allowed_ends_on_the_record(
    ben: str, cleo: str, link: str, brand: str, now: datetime, by: str
) -> None:
    says(ben, brand, now, purchases=GIVEN)
    cleo_says(cleo, link, brand, GIVEN, now)
    held = guardians.of_child(ben, now)
    assert held is not None
    family.end_guardian(held, by, now)
    assert why([ben], brand, linen.PURCHASES, now) is Reason.MINOR
    assert queries.history_of([ben], brand)[0].evidence["act"] == "guardian_ended"
    with pytest.raises(NotFound):
        cleo_says(cleo, link, brand, GIVEN, now)
    assert [one.ended_by for one in guardians.of_guardian(cleo)] == [by]


def test_a_later_guardian_does_not_inherit_what_an_earlier_one_allowed(
    ben: str, cleo: str, link: str, brand: str, now: datetime
) -> None:
    says(ben, brand, now, purchases=GIVEN)
    cleo_says(cleo, link, brand, GIVEN, now)
    held = guardians.of_child(ben, now)
    assert held is not None
    family.end_guardian(held, "child", now)
    answers_for_him(ben, cleo, now + timedelta(days=2))
    assert why([ben], brand, linen.PURCHASES, now) is not Reason.GIVEN


def test_a_teenager_is_answered_for_no_longer(
    ben: str, cleo: str, link: str, brand: str, now: datetime
) -> None:
    sixteen = datetime(2029, 3, 1, tzinfo=now.tzinfo)
    assert family.say_age([ben], brand, BORN, Voucher.ACCOUNT, sixteen) is Band.TEEN
    assert guardians.of_child(ben, sixteen) is None
    assert [one.ended_by for one in guardians.of_guardian(cleo)] == ["age"]


def test_ben_cannot_be_his_own_guardian(
    ben: str, brand: str, device: str, now: datetime, settings: Settings
) -> None:
    assert email_plus.invite(ben, "Ben@example.test", now) is Outcome.OWN_ADDRESS
    tablet = ages.subject_of_device(device, now)
    family.say_age([tablet], brand, BORN, Voucher.DEVICE, now)
    asked = email_plus.invite(tablet, "ben@example.test", now)
    assert isinstance(asked, Invited)
    identity_services.start_link(tablet, ben, now)
    assert email_plus.accept(ben, asked.link, "en", now) is Outcome.NOT_YOU


def test_another_minor_is_no_guardian(ben: str, cleo: str, brand: str, now: datetime) -> None:
    family.say_age([cleo], brand, "2011-01", Voucher.ACCOUNT, now)
    asked = email_plus.invite(ben, CLEO, now)
    assert isinstance(asked, Invited)
    assert email_plus.accept(cleo, asked.link, "en", now) is Outcome.NOT_YOU


def test_only_who_proved_the_address_is_asked(ben: str, cleo: str, brand: str, now: datetime) -> None:
    asked = email_plus.invite(ben, "somebody@example.test", now)
    assert isinstance(asked, Invited)
    assert guardians.asked_of(cleo, now) == []
    with pytest.raises(NotFound):
        email_plus.accept(cleo, asked.link, "en", now)


def test_an_asking_nobody_answered_is_forgotten(ben: str, cleo: str, brand: str, now: datetime) -> None:
    email_plus.invite(ben, CLEO, now)
    late = now + timedelta(days=14)
    assert email_plus.forget_unanswered(late - timedelta(seconds=1)) == 0
    assert guardians.asked_of(cleo, late) == []
    assert guardians.of_child(ben, late) is None
    assert email_plus.forget_unanswered(late) == 1


def test_who_says_it_is_not_for_them_is_forgotten_at_once(
    ben: str, cleo: str, brand: str, now: datetime
) -> None:
    asked = email_plus.invite(ben, CLEO, now)
    assert isinstance(asked, Invited)
    email_plus.decline(cleo, asked.link, now)
    assert guardians.of_child(ben, now) is None


def test_nobody_is_flooded_with_letters(ben: str, brand: str, now: datetime) -> None:
    asked = [email_plus.invite(ben, CLEO, now) for _ in range(4)]
    assert asked[3] is Outcome.TOO_MANY
    assert all(isinstance(one, Invited) for one in asked[:3])


def test_the_code_cannot_be_guessed(ben: str, cleo: str, brand: str, now: datetime) -> None:
    asked = email_plus.invite(ben, CLEO, now)
    assert isinstance(asked, Invited)
    email_plus.accept(cleo, asked.link, "en", now)
    tries = [email_plus.confirm(cleo, asked.link, "AAAA-AAAA", now) for _ in range(5)]
    assert tries == [Outcome.WRONG] * 4 + [Outcome.TOO_MANY]
    assert guardians.of_child(ben, now) is None


def test_while_he_has_a_guardian_he_asks_nobody_else(ben: str, link: str, brand: str, now: datetime) -> None:
    assert email_plus.invite(ben, "another@example.test", now) is Outcome.HAS_GUARDIAN


def person(*subjects: str) -> Person:
    return Person(tuple(Identifier("subject", subject) for subject in subjects))


def test_ben_takes_home_his_band_and_his_link_and_nothing_of_cleos(
    ben: str, cleo: str, link: str, brand: str, now: datetime
) -> None:
    age, links = Family().export(person(ben)).sheets
    assert age.rows == (("child", "2029-03", now.isoformat(), "account"),)
    assert [row[0] for row in links.rows] == ["child"]
    assert [row[0] for row in Family().export(person(cleo)).sheets[1].rows] == ["guardian"]
    assert cleo not in str(links.rows)
    assert CLEO not in str(links.rows)


@pytest.mark.parametrize("who", ["ben", "cleo"])
def test_when_either_is_forgotten_the_link_goes_and_what_she_allowed_ends(
    ben: str, cleo: str, link: str, brand: str, now: datetime, who: str
) -> None:
    says(ben, brand, now, purchases=GIVEN)
    cleo_says(cleo, link, brand, GIVEN, now)
    gone = person(ben if who == "ben" else cleo)
    assert sum(table.delete for table in Family().find(gone, now).tables) == (2 if who == "ben" else 1)
    Family().erase(gone, "", now, now)
    assert Family().verify(gone).found == 0
    assert why([ben], brand, linen.PURCHASES, now) is Reason.MINOR
    assert guardians.all_of([ben, cleo]) == []
    assert (ages.age_of(ben) is None) == (who == "ben")


def test_the_subject_row_takes_everything_of_this_along(
    ben: str, cleo: str, link: str, brand: str, now: datetime
) -> None:
    identity_services.forget([cleo])
    assert guardians.all_of([ben]) == []
    identity_services.forget([ben])
    assert not identity_models.Age.objects.exists()
    assert identity.exists(ben) is False


def test_a_yes_that_only_his_guardian_gave_is_found_when_the_notice_changes(
    ben: str, cleo: str, link: str, brand: str, now: datetime
) -> None:
    document = linen.document()
    linen.purpose(document, "personalise")["minors"] = "guardian"
    publishing.publish_notice(document, "Otto", now + timedelta(hours=1))
    assert queries.yes_standings(brand, [linen.PURCHASES], "", 10) == []
    cleo_says(cleo, link, brand, GIVEN, now + timedelta(hours=2))
    assert [subject for subject, _ in queries.yes_standings(brand, [linen.PURCHASES], "", 10)] == [ben]


def test_a_guardian_who_gave_up_the_address_she_was_asked_at_keeps_no_other_letter_back(
    ben: str, cleo: str, now: datetime
) -> None:
    ada, mia = account("ada@example.test", now), account("mia@example.test", now)
    for child, adult, address in ((ben, cleo, CLEO), (mia, ada, "ada@example.test")):
        invited = email_plus.invite(child, address, now)
        assert isinstance(invited, Invited)
        assert email_plus.accept(adult, invited.link, "en", now) is Outcome.ACCEPTED
    rows = identity_models.Identifier.objects.filter(subject_id=cleo)
    rows.delete()  # she signs in another way since
    written = email_plus.second_letters(now + timedelta(days=1))
    assert [letter.address for letter in written] == ["ada@example.test"]
    assert guardians.of_child(ben, now) is None
