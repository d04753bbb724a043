"""What is said by telephone: a no holds at once, a yes is a question until she confirms it by letter."""

import json
import re
from datetime import datetime, timedelta

import pytest

from sayso.consent import family
from sayso.consent import queries as consent
from sayso.consent import services as answering
from sayso.core.choice import read_choice
from sayso.core.errors import Conflict, Invalid, NotFound
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.decisions import queries as decisions
from sayso.identity import keys
from sayso.identity import queries as people
from sayso.identity import services as identity
from sayso.messages.models import Letter, key_of
from sayso.notices import services as notices
from sayso.staff import queries, services
from sayso.staff.queries import LookView
from tests import linen
from tests.staff.conftest import BRAND, WHY, Desk

LETTERS = "newsletter.contact.use.self"


def _look(desk: Desk, now: datetime) -> LookView:
    look = services.find("C-1001", desk.dev, "support", WHY, ["choices"], now)
    return queries.open_look(look, desk.dev.id, now)


def _status(desk: Desk, now: datetime) -> ConsentStatus:
    return consent.answered(desk.ada, BRAND, now).statuses[LETTERS]


def _says(desk: Desk, said: ConsentStatus, now: datetime) -> None:
    base = consent.answered(desk.ada, BRAND, now).rev
    answer = answering.centre_answer(BRAND, {LETTERS: said}, base, "change", Voucher.ACCOUNT, "zh-Hant")
    answering.record_for(desk.ada, BRAND, answer, now)


def _letter(template: str) -> dict[str, str]:
    row = Letter.objects.get(template=template)
    read: dict[str, str] = json.loads(keys.unseal(key_of(row.id), row.sealed))
    return read


def _link() -> tuple[str, str]:
    found = re.search(r"/confirm/([^#\s]+)#(\S+)", _letter("phone_asked")["body"])
    assert found
    return found[1], found[2]


def test_a_no_by_telephone_holds_at_once_and_she_is_told_by_whom(desk: Desk, now: datetime) -> None:
    _says(desk, ConsentStatus.GIVEN, now)
    recorded = services.take_no(_look(desk, now), BRAND, "newsletter", desk.dev, now)
    assert not decisions.decide(BRAND, [desk.ada], [read_choice(LETTERS)], now)[0].permitted
    assert recorded.outcome == {LETTERS: "withdrawn"}
    said = recorded.evidence
    assert (said["voucher"], said["staff"], said["surface"], said["act"]) == (
        "staff", "Dev", "telephone", "phone"
    )  # fmt: skip
    told = _letter("phone_stopped")
    assert told["to"] == "ada@example.test"
    assert "Dev" in told["body"]
    assert "電話" in told["subject"]  # in the language she answered in


def test_a_yes_by_telephone_permits_nothing_until_she_confirms_it(desk: Desk, now: datetime) -> None:
    recorded = services.take_yes(_look(desk, now), BRAND, "newsletter", desk.dev, now)
    assert recorded.outcome == {LETTERS: "requested"}
    assert _status(desk, now) is ConsentStatus.REQUESTED
    assert "Dev of Linen & Loom's support" in _letter("phone_asked")["body"]
    later = now + timedelta(days=6)
    waiting, mine = services.confirm(*_link(), "en", later)
    assert (waiting.name, mine.outcome) == ("Dev", {LETTERS: "given"})
    assert (mine.evidence["voucher"], mine.evidence["surface"]) == ("account", "letter")
    assert _status(desk, later) is ConsentStatus.GIVEN


def test_a_yes_by_telephone_leaves_her_no_standing_while_it_waits(desk: Desk, now: datetime) -> None:
    _says(desk, ConsentStatus.REFUSED, now)
    recorded = services.take_yes(_look(desk, now), BRAND, "newsletter", desk.dev, now)
    assert recorded.outcome == {LETTERS: "requested"}
    assert _status(desk, now) is ConsentStatus.REFUSED
    assert [one.purpose for one in queries.waiting_of(desk.ada, now)] == ["newsletter"]
    services.confirm(*_link(), "en", now)
    assert _status(desk, now) is ConsentStatus.GIVEN
    assert queries.waiting_of(desk.ada, now) == []


def test_a_no_since_the_call_outranks_the_link(desk: Desk, now: datetime) -> None:
    services.take_yes(_look(desk, now), BRAND, "newsletter", desk.dev, now)
    _says(desk, ConsentStatus.REFUSED, now)
    _, recorded = services.confirm(*_link(), "en", now)
    assert recorded.outcome == {LETTERS: "superseded"}
    assert _status(desk, now) is ConsentStatus.REFUSED


def test_the_link_says_nothing_to_a_use_that_widened_since_the_call(desk: Desk, now: datetime) -> None:
    services.take_yes(_look(desk, now), BRAND, "newsletter", desk.dev, now)
    wider = linen.document()
    linen.purpose(wider, "newsletter")["choices"][0]["retention"] = {"months": 120}
    later = now + timedelta(days=1)
    notices.publish_notice(wider, "Otto and Dev", later)
    with pytest.raises(NotFound):
        services.confirm(*_link(), "en", later)
    assert not decisions.decide(BRAND, [desk.ada], [read_choice(LETTERS)], later)[0].permitted


def test_the_link_in_a_mailbox_she_has_unlinked_no_longer_speaks_for_her(desk: Desk, now: datetime) -> None:
    services.take_yes(_look(desk, now), BRAND, "newsletter", desk.dev, now)
    number = next(each.number for each in people.identifiers_of(desk.ada) if each.kind == "email")
    identity.unlink_identifier(desk.ada, number)
    with pytest.raises(NotFound):
        services.confirm(*_link(), "en", now)
    assert not decisions.decide(BRAND, [desk.ada], [read_choice(LETTERS)], now)[0].permitted


def test_a_no_by_telephone_ends_a_link_that_waits(desk: Desk, now: datetime) -> None:
    look = _look(desk, now)
    services.take_yes(look, BRAND, "newsletter", desk.dev, now)
    services.take_no(look, BRAND, "newsletter", desk.dev, now)
    with pytest.raises(NotFound):
        services.confirm(*_link(), "en", now)


def test_the_link_works_once_for_seven_days_and_only_whole(desk: Desk, now: datetime) -> None:
    services.take_yes(_look(desk, now), BRAND, "newsletter", desk.dev, now)
    number, secret = _link()
    for wrong, at in ((("none", secret), now), ((number, "guessed"), now),
                      ((number, secret), now + timedelta(days=7))):  # fmt: skip
        with pytest.raises(NotFound, match="does nothing"):
            services.confirm(*wrong, "en", at)
    assert queries.waiting(number, secret, now).choices == (LETTERS,)
    services.confirm(number, secret, "en", now)
    with pytest.raises(NotFound):
        services.confirm(number, secret, "en", now)
    assert consent.history_of([desk.ada], BRAND)[0].outcome == {LETTERS: "given"}


def test_a_link_that_ran_out_is_swept_away(desk: Desk, now: datetime) -> None:
    services.take_yes(_look(desk, now), BRAND, "newsletter", desk.dev, now)
    assert services.tidy(now + timedelta(days=7)) == 1
    assert queries.sheets_of(desk.ada)[1][2] == []


def test_a_yes_that_no_letter_can_carry_is_not_taken(desk: Desk, now: datetime) -> None:
    identity.link_customer({"customer": "C-1003"}, "", now)
    look = queries.open_look(services.find("C-1003", desk.dev, "support", WHY, [], now), desk.dev.id, now)
    with pytest.raises(Conflict, match="No address"):
        services.take_yes(look, BRAND, "newsletter", desk.dev, now)
    services.take_no(look, BRAND, "newsletter", desk.dev, now)
    assert not Letter.objects.exists()


@pytest.mark.parametrize("purpose", ["orders", "nothing"])
def test_only_what_is_asked_is_answered_by_telephone(desk: Desk, now: datetime, purpose: str) -> None:
    with pytest.raises(Invalid):
        services.take_no(_look(desk, now), BRAND, purpose, desk.dev, now)


def test_links_and_looks_go_with_her(desk: Desk, now: datetime) -> None:
    services.take_yes(_look(desk, now), BRAND, "newsletter", desk.dev, now)
    services.forget([desk.ada])
    with pytest.raises(NotFound):
        services.confirm(*_link(), "en", now)


def _is_thirteen(desk: Desk, now: datetime) -> None:
    family.say_age([desk.ada], BRAND, f"{now.year - 13}-01", Voucher.ACCOUNT, now)


@pytest.mark.parametrize("purpose", ["newsletter", "ads"])
def test_a_minors_yes_is_not_taken_by_telephone_and_their_no_is(
    desk: Desk, now: datetime, purpose: str
) -> None:
    _is_thirteen(desk, now)
    with pytest.raises(Conflict, match="not taken by telephone"):
        services.take_yes(_look(desk, now), BRAND, purpose, desk.dev, now)
    assert not Letter.objects.filter(template="phone_asked").exists()
    services.take_no(_look(desk, now), BRAND, purpose, desk.dev, now)


def test_a_yes_that_waits_is_no_longer_asked_of_whoever_turns_out_to_be_a_minor(
    desk: Desk, now: datetime
) -> None:
    services.take_yes(_look(desk, now), BRAND, "newsletter", desk.dev, now)
    _is_thirteen(desk, now)
    with pytest.raises(NotFound):
        services.confirm(*_link(), "en", now)
    assert _status(desk, now) is not ConsentStatus.GIVEN
