"""Keep, allow, stop: what each does, from the centre and by the link of a letter."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from sayso.changes import letters, queries, services
from sayso.changes.models import Told
from sayso.changes.services import Speaker
from sayso.consent import queries as consent
from sayso.core.change_answer import told_hash
from sayso.core.choice import read_choice
from sayso.core.errors import Invalid, NotFound, Unproved
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.decisions import queries as decisions
from sayso.identity import queries as identity
from sayso.identity import services as accounts
from tests import linen
from tests.changes.conftest import BRAND, NO, YES, account, device, says, work
from tests.linen import HARBOUR, LEARN, PURCHASES

Publish = Callable[..., str]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ada(publish: Publish, now: datetime) -> str:
    """Ada, touched by the second version, which is in force."""
    subject = account(now, "ada@example.test", learn=YES, purchases=YES)
    publish()
    return subject


@pytest.fixture
def later(now: datetime) -> datetime:
    return now + timedelta(days=1)


def says_to_it(ada: str, way: str, later: datetime) -> dict[str, str]:
    rev = consent.answered(ada, BRAND, later).rev
    recorded = services.answer(BRAND, [Speaker(ada, Voucher.ACCOUNT, rev)], HARBOUR, way, "en", later)
    return dict(recorded[0].outcome)


def permitted(subjects: list[str], later: datetime) -> dict[str, bool]:
    asked = [read_choice(choice) for choice in (LEARN, HARBOUR, PURCHASES)]
    return {each.choice: each.permitted for each in decisions.decide(BRAND, subjects, asked, later)}


def link_of(subject: str) -> tuple[str, str]:
    row = Told.objects.get(subject=subject)
    [address] = [lookup for kind, lookup in identity.lookups_of(subject) if kind == "email"]
    return row.id, letters.secret_of(row, address)


def test_until_she_answers_the_new_use_is_refused_and_the_rest_stands(ada: str, later: datetime) -> None:
    assert permitted([ada], later) == {LEARN: True, HARBOUR: False, PURCHASES: True}


@pytest.mark.parametrize(
    ("way", "after"),
    [
        ("keep", {LEARN: True, HARBOUR: False, PURCHASES: True}),
        ("allow", {LEARN: True, HARBOUR: True, PURCHASES: True}),
        ("stop", {LEARN: False, HARBOUR: False, PURCHASES: True}),
    ],
)
def test_each_way_does_what_it_says_and_closes_the_question(
    ada: str, later: datetime, way: str, after: dict[str, bool]
) -> None:
    says_to_it(ada, way, later)
    assert permitted([ada], later) == after
    assert queries.open_for(BRAND, [ada], later) == []
    work(later)
    row = Told.objects.get()
    assert (row.said, row.answered_at, row.remind_at) == ({HARBOUR: way}, later, None)


def test_the_receipt_tells_what_was_shown_and_who_vouches(ada: str, later: datetime) -> None:
    asked = queries.one_open(BRAND, [ada], HARBOUR, later)
    says_to_it(ada, "keep", later)
    event = consent.history_of([ada], BRAND)[0]
    assert event.answers == {HARBOUR: "refused"}
    evidence = {name: event.evidence[name] for name in ("layout", "act", "voucher", "text_hash")}
    shown = told_hash([asked.change], "en")
    wanted = {"layout": "change-1", "act": "change_notice", "voucher": "account", "text_hash": shown}
    assert evidence == wanted
    assert consent.receipt_of([ada], event.event)


def test_a_browser_and_its_account_answer_together(publish: Publish, now: datetime, later: datetime) -> None:
    ada, browser = account(now, "ada@example.test", learn=YES), device(now, learn=YES)
    publish()
    pair = [Speaker(ada, Voucher.ACCOUNT, 1), Speaker(browser, Voucher.DEVICE, 1)]
    assert len(queries.open_for(BRAND, [ada, browser], later)) == 1
    recorded = services.answer(BRAND, pair, HARBOUR, "allow", "en", later)
    assert len({event.event for event in recorded}) == 1
    assert permitted([ada, browser], later)[HARBOUR]
    assert queries.open_for(BRAND, [ada, browser], later) == []


def test_what_she_refused_in_her_account_her_browser_does_not_ask_again(
    publish: Publish, now: datetime, later: datetime
) -> None:
    ada, browser = account(now, "ada@example.test", learn=YES), device(now, learn=YES)
    publish()
    services.answer_by_link(*link_of(ada), HARBOUR, "keep", "en", later)
    assert queries.open_for(BRAND, [ada, browser], later) == []
    assert permitted([ada, browser], later) == {LEARN: True, HARBOUR: False, PURCHASES: False}
    # Signed out, the browser speaks for itself again.
    assert [each.change.id for each in queries.open_for(BRAND, [browser], later)] == [HARBOUR]


def test_an_answer_given_elsewhere_closes_it_too(ada: str, later: datetime) -> None:
    says(ada, later, learn=NO)
    assert queries.open_for(BRAND, [ada], later) == []
    work(later)
    assert (Told.objects.get().answered_at, Told.objects.get().said) == (later, {})


@pytest.mark.parametrize("way", ["", "given", "stop_selling"])
def test_what_was_not_offered_is_no_answer(ada: str, later: datetime, way: str) -> None:
    with pytest.raises(Invalid) as refused:
        says_to_it(ada, way, later)
    assert refused.value.code == "invalid_answer"
    assert len(consent.history_of([ada], BRAND)) == 1


@pytest.mark.parametrize("change", [linen.NEWSLETTER, "learn", "nothing"])
def test_only_what_waits_can_be_answered(ada: str, later: datetime, change: str) -> None:
    with pytest.raises(NotFound) as refused:
        services.answer(BRAND, [Speaker(ada, Voucher.ACCOUNT, 1)], change, "stop", "en", later)
    assert refused.value.code == "unknown_change"


def test_a_use_that_widened_itself_rests_and_comes_back_when_it_is_allowed(
    publish: Publish, now: datetime, later: datetime
) -> None:
    ada = account(now, "ada@example.test", learn=YES)
    document = linen.document()
    linen.purpose(document, "learn")["choices"][0]["retention"] = {"months": 30}
    publish(document)
    assert not permitted([ada], later)[LEARN]
    services.answer(BRAND, [Speaker(ada, Voucher.ACCOUNT, 1)], LEARN, "allow", "en", later)
    assert permitted([ada], later)[LEARN]
    work(later)
    assert Told.objects.get().answered_at == later


def test_the_link_of_a_letter_keeps_and_stops_at_once(ada: str, later: datetime) -> None:
    recorded = services.answer_by_link(*link_of(ada), HARBOUR, "stop", "en", later)
    assert recorded[0].evidence["voucher"] == "letter"
    assert permitted([ada], later) == {LEARN: False, HARBOUR: False, PURCHASES: True}


def test_the_link_of_a_letter_allows_nothing(ada: str, later: datetime) -> None:
    with pytest.raises(Unproved) as refused:
        services.answer_by_link(*link_of(ada), HARBOUR, "allow", "en", later)
    assert refused.value.code == "proof_needed"
    assert permitted([ada], later)[HARBOUR] is False
    assert len(consent.history_of([ada], BRAND)) == 1


def test_even_a_permission_that_slipped_through_would_stay_a_question(ada: str, later: datetime) -> None:
    speaker = Speaker(ada, Voucher.LETTER, 1)
    recorded = services.answer(BRAND, [speaker], HARBOUR, "allow", "en", later)
    assert recorded[0].outcome == {HARBOUR: ConsentStatus.REQUESTED}
    assert permitted([ada], later)[HARBOUR] is False


@pytest.mark.parametrize("secret", ["", "0" * 64, "é"])
def test_without_its_secret_a_link_opens_nothing(ada: str, later: datetime, secret: str) -> None:
    number, _ = link_of(ada)
    for name in (number, "11111111-1111-4111-8111-111111111111"):
        with pytest.raises(NotFound) as refused:
            services.answer_by_link(name, secret, HARBOUR, "stop", "en", later)
        assert refused.value.code == "unknown_link"
    assert permitted([ada], later)[LEARN]


def test_a_link_opens_its_own_row_alone(publish: Publish, now: datetime, later: datetime) -> None:
    ada, cleo = (account(now, f"{name}@example.test", learn=YES) for name in ("ada", "cleo"))
    publish()
    (mine, _), (_, hers) = link_of(ada), link_of(cleo)
    with pytest.raises(NotFound):
        queries.subject_of_link(mine, hers)
    assert queries.subject_of_link(*link_of(cleo)) == (BRAND, cleo)


def test_a_link_in_a_mailbox_she_has_unlinked_opens_nothing(ada: str, later: datetime) -> None:
    link = link_of(ada)
    [address] = [each.number for each in identity.identifiers_of(ada) if each.kind == "email"]
    accounts.unlink_identifier(ada, address)
    with pytest.raises(NotFound):
        queries.subject_of_link(*link)
    with pytest.raises(NotFound):
        services.answer_by_link(*link, HARBOUR, "stop", "en", later)
    assert permitted([ada], later)[LEARN]


def test_having_read_what_is_told_does_not_answer_what_waits(ada: str, later: datetime) -> None:
    services.note_read(BRAND, [ada], later)
    row = Told.objects.get()
    assert (row.seen_at, row.answered_at) == (later, None)
    services.note_read_by_link(*link_of(ada), later + timedelta(days=1))
    assert Told.objects.get().seen_at == later


def test_what_she_is_told_is_hers_to_take_home_and_goes_when_she_goes(ada: str, later: datetime) -> None:
    says_to_it(ada, "keep", later)
    row = queries.rows_of([ada])[0]
    assert (row.by_letter, row.delivered_at, row.reminded, row.said) == (True, None, False, {HARBOUR: "keep"})
    assert queries.rows_of(["somebody-else"]) == []
    services.forget([ada])
    assert Told.objects.count() == 0
