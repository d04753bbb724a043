"""Mara writes a question: drafted, counted, published; answers keep the words they were given to."""

import copy
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
import yaml

from sayso.asks import audience, queries, services
from sayso.asks.queries import Offered
from sayso.asks.services import Said
from sayso.consent import queries as consent
from sayso.core.ask import WhyNot
from sayso.core.errors import Conflict, Invalid, NotFound
from sayso.core.values import new_id
from sayso.core.vocabulary import ConsentStatus
from sayso.identity import queries as identity
from sayso.identity import services as linking
from sayso.notices import services as publishing
from tests import linen

GIVEN, REFUSED = ConsentStatus.GIVEN, ConsentStatus.REFUSED
MARA = 7
DAY = timedelta(days=1)
Saying = Callable[..., str]


def all_told(subjects: Sequence[str]) -> frozenset[str]:
    """Everybody told us a postcode some time ago, whatever they permit now."""
    return frozenset({"location"})


def file() -> dict[str, Any]:
    source: dict[str, Any] = yaml.safe_load((linen.BRAND / "asks.yaml").read_text())
    return source


def postcode(**change: Any) -> dict[str, Any]:
    entry: dict[str, Any] = copy.deepcopy(file()["asks"][0])
    return entry | change


def retitled() -> dict[str, Any]:
    return postcode(title={"en": "May we look out of your window?", "zh-Hant": "要我們看看你窗外的天氣嗎？"})


def offered(brand: str, secret: str, at: datetime) -> Offered:
    found = services.next_ask(
        brand, identity.resolve({"device": secret}, at).subjects, "order_confirmed", "en", frozenset(), at
    )
    assert isinstance(found, Offered)
    return found


def test_a_draft_is_asked_of_nobody_until_it_is_published(brand: str, browser: str, now: datetime) -> None:
    services.save_draft(brand, retitled(), MARA, now)
    assert offered(brand, browser, now).texts["title"] == "Shall we mind the weather for you?"
    assert services.publish_ask(brand, "postcode", MARA, now) == 2
    assert offered(brand, browser, now).texts["title"] == "May we look out of your window?"
    assert queries.authored_ask(brand, "postcode").draft is None
    with pytest.raises(NotFound):
        services.publish_ask(brand, "postcode", MARA, now)


def test_a_draft_that_breaks_the_rules_of_the_file_is_not_kept(brand: str, now: datetime) -> None:
    with pytest.raises(Invalid):
        services.save_draft(brand, postcode(moment="checkout"), MARA, now)
    assert queries.authored_ask(brand, "postcode").draft is None
    assert set(queries.faults(brand, postcode(moment="checkout", title={}))) == {"moment", "title"}


def test_an_answer_keeps_the_words_it_was_given_to(brand: str, browser: str, now: datetime) -> None:
    shown = offered(brand, browser, now)
    value = {"postcode": "96161"}
    told = Said(new_id(), "given", value, shown.version, shown.text_hash, shown.layout, shown.base, "en")
    taken = services.answer_ask(brand, {"device": browser}, "postcode", told, now)
    services.save_draft(brand, retitled(), MARA, now)
    services.publish_ask(brand, "postcode", MARA, now)
    (event, _) = consent.history_of([taken.subject], brand)
    found = queries.answered_version(brand, event.evidence["text_hash"])
    assert found is not None
    assert found.entry is not None
    assert (found.number, found.entry["title"]["en"]) == (1, "Shall we mind the weather for you?")
    assert queries.answered_version(brand, "sha256:" + "0" * 64) is None
    assert [one.number for one in queries.versions_of(brand, "postcode")] == [2, 1]


def test_a_card_that_was_open_while_the_words_changed_is_not_an_answer_to_the_new_ones(
    brand: str, browser: str, now: datetime
) -> None:
    shown = offered(brand, browser, now)
    services.save_draft(brand, retitled(), MARA, now)
    services.publish_ask(brand, "postcode", MARA, now)
    told = Said(new_id(), "refused", None, shown.version, shown.text_hash, shown.layout, shown.base, "en")
    with pytest.raises(Invalid) as refused:
        services.answer_ask(brand, {"device": browser}, "postcode", told, now)
    assert refused.value.code == "text_mismatch"


def test_applying_the_file_again_undoes_nothing_that_was_published_since(brand: str, now: datetime) -> None:
    services.save_draft(brand, retitled(), MARA, now)
    services.publish_ask(brand, "postcode", MARA, now)
    services.set_catalogue(brand, file(), now + DAY)
    assert [one.number for one in queries.versions_of(brand, "postcode")] == [2, 1]
    changed = {**file(), "asks": [postcode(priority=3)]}
    services.set_catalogue(brand, changed, now + DAY)
    newest = queries.versions_of(brand, "postcode")[0]
    assert (newest.number, newest.source, queries.asks_of(brand).asks[0].priority) == (3, "file", 3)


def test_a_question_taken_out_of_the_file_is_asked_no_more(brand: str, now: datetime) -> None:
    services.set_catalogue(brand, {"asks": []}, now)
    services.set_catalogue(brand, {"asks": []}, now)
    assert queries.asks_of(brand).asks == ()
    assert [one.entry is None for one in queries.versions_of(brand, "postcode")] == [True, False]


def test_a_question_that_is_ended_is_asked_no_more_and_can_be_written_again(
    brand: str, now: datetime
) -> None:
    services.end_ask(brand, "postcode", MARA, now)
    assert queries.asks_of(brand).asks == ()
    with pytest.raises(Conflict):
        services.end_ask(brand, "postcode", MARA, now)
    with pytest.raises(NotFound):
        services.end_ask(brand, "shoe", MARA, now)
    assert queries.authored_ask(brand, "postcode").newest == {"id": "postcode"}
    services.save_draft(brand, postcode(), MARA, now)
    assert services.publish_ask(brand, "postcode", MARA, now) == 3


def test_a_question_whose_choice_the_notice_dropped_is_asked_of_nobody(brand: str, now: datetime) -> None:
    source = linen.document()
    purpose = linen.purpose(source, "personalise")
    purpose["choices"] = [one for one in purpose["choices"] if one["id"] != linen.LOCATION]
    publishing.publish_notice(source, "Otto", now + DAY)
    assert queries.asks_of(brand).asks == ()


def test_the_preview_is_what_customers_are_shown_and_counts_as_no_showing(
    brand: str, browser: str, now: datetime
) -> None:
    preview = queries.preview(brand, postcode(), "en", now)
    shown = offered(brand, browser, now)
    assert (preview.texts, preview.words, preview.text_hash) == (shown.texts, shown.words, shown.text_hash)
    assert queries.preview(brand, postcode(), "zh-Hant", now).words["later"] == "現在先不要"
    assert queries.history_of(brand, identity.resolve({"device": browser}, now).subjects)[0][1:] == []


def people(say: Saying, count: int, **said: ConsentStatus) -> list[str]:
    return [say(secrets.token_urlsafe(32), **said) for _ in range(count)]


def test_the_audience_is_counted_with_every_reason_and_small_numbers_are_not_told(
    brand: str, say: Saying, now: datetime
) -> None:
    people(say, 6, purchases=GIVEN)
    people(say, 5, purchases=GIVEN, location=REFUSED)
    people(say, 1, purchases=GIVEN, location=GIVEN)
    people(say, 7, learn=GIVEN)
    found = queries.audience_of(brand, postcode(), all_told, now)
    assert found.may == 6
    assert found.may_not == {WhyNot.NEEDS: 7, WhyNot.REFUSED: 5, WhyNot.ANSWERED: None}
    assert found.everybody
    nobody_told = queries.audience_of(brand, postcode(), lambda subjects: frozenset(), now)
    assert nobody_told.may == 7  # whoever permits it and told nothing yet may be asked


def test_the_audience_follows_the_very_rule_that_asks(brand: str, say: Saying, now: datetime) -> None:
    secrets_of = [secrets.token_urlsafe(32) for _ in range(12)]
    for place, secret in enumerate(secrets_of):
        say(secret, purchases=GIVEN, location=(GIVEN, REFUSED, ConsentStatus.DEFERRED)[place % 3])
    for secret in secrets_of[2::3][:2]:
        offered(brand, secret, now)
    later = now + timedelta(hours=2)
    counted = audience.audience_of(brand, postcode(), all_told, later)
    asked = [
        services.next_ask(
            brand,
            identity.resolve({"device": one}, later).subjects,
            "order_confirmed",
            "en",
            all_told([]),
            later,
        )
        for one in secrets_of
    ]
    assert (counted.may, sum(isinstance(one, Offered) for one in asked)) == (None, 2)
    assert set(counted.may_not) == {one for one in asked if isinstance(one, WhyNot)}


def test_a_person_with_two_devices_is_one_person(brand: str, say: Saying, now: datetime) -> None:
    for account in [linking.link_customer({"customer": f"C-{n}"}, "", now) for n in range(5)]:
        for device in people(say, 2, purchases=GIVEN):
            linking.start_link(device, account, now)
    found = queries.audience_of(brand, postcode(), all_told, now)
    assert (found.may, found.may_not) == (0, {WhyNot.NEEDS: 5})


def test_people_are_read_in_batches_and_no_more_than_the_most(
    brand: str, say: Saying, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(say, 9, purchases=GIVEN)
    monkeypatch.setattr(audience, "BATCH", 2)
    assert queries.audience_of(brand, postcode(), all_told, now).may == 9
    monkeypatch.setattr(audience, "MOST", 6)
    found = queries.audience_of(brand, postcode(), all_told, now)
    assert (found.may, found.everybody) == (6, False)
