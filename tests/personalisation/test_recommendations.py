"""Suggestions rest on what is permitted at this moment, and say why in her language."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from sayso.core.errors import Invalid
from sayso.core.fact import Fact
from sayso.core.vocabulary import ConsentStatus
from sayso.personalisation import queries, services
from sayso.personalisation.queries import Recommendations
from tests.linen import BRAND as FOLDER
from tests.linen import LOCATION, PREFERENCES, PURCHASES
from tests.personalisation.conftest import Answering, bought, items, news

GIVEN, REFUSED = ConsentStatus.GIVEN, ConsentStatus.REFUSED
CURTAINS, TOWEL, QUILT, DECOY = "p-002", "p-019", "p-037", "p-038"
COLOUR = "bought:colour_family:blue"
RENEWABLE = "renewable:material:renewable"
COLD = "weather:week:cold"


@pytest.fixture(autouse=True)
def recorded_weather(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_WEATHER", f"recorded:{FOLDER / 'weather.json'}")


def place(postcode: str, at: datetime, country: str = "US") -> Fact:
    return Fact("postcode", "location", "told", at, {"postcode": postcode, "country": country})


@pytest.fixture
def ada(brand: str, say: Answering, person: Callable[[], str], now: datetime) -> str:
    who = person()
    say(who, purchases=GIVEN, preferences=GIVEN, location=GIVEN)
    facts = [bought(CURTAINS, now), bought(TOWEL, now), place("96161", now)]
    services.add_facts_to(brand, who, facts, now)
    return who


def suggested(brand: str, who: str, now: datetime, locale: str = "en", limit: int = 4) -> Recommendations:
    return queries.recommendations(brand, [who], limit, locale, now)


def test_ada_is_suggested_the_bamboo_quilt_first_and_told_why(brand: str, ada: str, now: datetime) -> None:
    found = suggested(brand, ada, now)
    first = found.items[0]
    assert (first.id, first.title, first.score) == (QUILT, "Stillwater quilt", 6.0)
    assert [(why.id, why.datum, why.facts) for why in first.reasons] == [
        (COLOUR, "Low Tide curtains", ("order-p-002",)),
        (RENEWABLE, "Low Tide curtains, Strand linen towel", ("order-p-002", "order-p-019")),
        (COLD, "96161", ("postcode",)),
    ]
    assert first.reasons[2].text == "A cold week is forecast for your postcode, 96161"
    assert found.permitted == (PURCHASES, PREFERENCES, LOCATION)
    assert found.notes == ()


def test_the_contributions_that_are_on_add_up_to_the_score(brand: str, ada: str, now: datetime) -> None:
    services.switch_reason(brand, [ada], RENEWABLE, on=False)
    for item in suggested(brand, ada, now, limit=100).items:
        assert sum(why.contribution for why in item.reasons if why.on) == item.score


@pytest.mark.parametrize(
    ("reason", "choice", "facts"),
    [(COLD, "location", ["postcode"]), (COLOUR, None, ["order-p-002"])],
    ids=["weather", "colour"],
)
def test_switching_a_reason_off_equals_suggestions_without_its_facts(
    brand: str, ada: str, now: datetime, reason: str, choice: str | None, facts: list[str]
) -> None:
    services.switch_reason(brand, [ada], reason, on=False)
    off = suggested(brand, ada, now, limit=200)
    services.switch_reason(brand, [ada], reason, on=True)
    services.remove_facts(brand, ada, facts, now)
    # What she has stays left out: the comparison is between items both would show.
    gone = {item.id: item.score for item in suggested(brand, ada, now, limit=200).items}
    shown = {item.id: item.score for item in off.items}
    assert shown
    assert {item: gone[item] for item in shown} == shown


def test_a_reason_switched_off_counts_for_nothing_and_can_be_found_again(
    brand: str, ada: str, now: datetime
) -> None:
    for reason in (COLOUR, RENEWABLE, COLD):
        services.switch_reason(brand, [ada], reason, on=False)
        services.switch_reason(brand, [ada], reason, on=False)
    found = suggested(brand, ada, now)
    assert found.items == ()
    assert [why.id for why in found.switched_off] == [COLOUR, RENEWABLE, COLD]
    services.switch_reason(brand, [ada], COLOUR, on=True)
    assert suggested(brand, ada, now).items[0].score == 2.0


@pytest.mark.parametrize(
    "reason", ["", "bought", "guess:colour:blue", "bought:a:" + "x" * 300, "bought:a:b\n"]
)
def test_what_is_no_reason_cannot_be_switched(brand: str, ada: str, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        services.switch_reason(brand, [ada], reason, on=False)
    assert refused.value.code == "unknown_reason"


def test_a_withdrawal_takes_effect_in_the_next_suggestion_before_any_worker_ran(
    brand: str, ada: str, say: Answering, now: datetime
) -> None:
    say(ada, location=REFUSED)
    found = suggested(brand, ada, now)
    assert COLD not in [why.id for item in found.items for why in item.reasons]
    assert found.permitted == (PURCHASES, PREFERENCES)
    say(ada, purchases=REFUSED)
    assert suggested(brand, ada, now).items == ()


def test_somebody_unknown_or_refusing_everything_gets_nothing(
    brand: str, person: Callable[[], str], now: datetime
) -> None:
    assert queries.recommendations(brand, [], 4, "en", now) == Recommendations()
    assert suggested(brand, person(), now) == Recommendations()


def test_a_device_shows_nothing_its_account_refused(
    brand: str, ada: str, say: Answering, person: Callable[[], str], now: datetime
) -> None:
    account = person()
    say(account, purchases=REFUSED, preferences=GIVEN, location=GIVEN)
    found = queries.recommendations(brand, [ada, account], 4, "en", now)
    assert {why.id for item in found.items for why in item.reasons} == {COLD}


@pytest.mark.parametrize(
    ("postcode", "country", "code"),
    [
        ("00001", "US", "unknown_postcode"),
        ("D02 AB12", "IE", "unknown_postcode"),
        ("87101", "US", "no_forecast"),
    ],
)
def test_a_postcode_without_weather_gives_no_weather_reason_and_says_so(
    brand: str, ada: str, now: datetime, postcode: str, country: str, code: str
) -> None:
    services.add_facts_to(
        brand, ada, [replace(place(postcode, now + timedelta(1), country), id="moved")], now
    )
    found = suggested(brand, ada, now)
    assert [note.code for note in found.notes] == [code]
    assert COLD not in [why.id for item in found.items for why in item.reasons]


def test_a_warm_week_is_no_reason_and_needs_no_note(brand: str, ada: str, now: datetime) -> None:
    services.add_facts_to(brand, ada, [replace(place("33101", now + timedelta(1)), id="moved")], now)
    found = suggested(brand, ada, now)
    assert found.notes == ()
    assert COLD not in [why.id for item in found.items for why in item.reasons]


def test_without_a_provider_suggestions_do_without_the_weather(
    brand: str, ada: str, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAYSO_WEATHER", "none")
    assert [note.code for note in suggested(brand, ada, now).notes] == ["no_forecast"]


def test_a_declared_preference_is_a_reason_for_and_a_dislike_one_against(
    brand: str, ada: str, now: datetime
) -> None:
    likes = {"attribute": "colour", "value": "green", "liking": 1}
    hates = {"attribute": "material", "value": "polyester", "liking": -1}
    facts = [Fact("like", "preferences", "told", now, likes), Fact("hate", "preferences", "told", now, hates)]
    services.add_facts_to(brand, ada, facts, now)
    texts = {why.id: why.text for item in suggested(brand, ada, now, limit=200).items for why in item.reasons}
    assert texts["preference:colour:green"] == "You told us that you like green"
    decoy = next(i for i in suggested(brand, ada, now, limit=200).items if i.id == DECOY)
    assert (decoy.reasons[-1].text, decoy.reasons[-1].contribution) == (
        "You told us that you do not like polyester",
        -3.0,
    )


def test_what_five_others_bought_with_it_is_a_reason(
    brand: str, ada: str, say: Answering, person: Callable[[], str], now: datetime
) -> None:
    for _ in range(5):
        other = person()
        say(other, purchases=GIVEN, learn=GIVEN)
        services.add_facts_to(brand, other, [bought(CURTAINS, now), bought("p-006", now)], now)
    news()
    reasons = {why.id: why for item in suggested(brand, ada, now, limit=200).items for why in item.reasons}
    assert "together:item:p-002" not in reasons  # p-006 are curtains too, bought just now
    later = suggested(brand, ada, now + timedelta(days=31), limit=200)
    because = {item.id: [why.id for why in item.reasons] for item in later.items}
    assert "together:item:p-002" in because["p-006"]


def test_titles_are_told_in_traditional_chinese_where_asked(brand: str, ada: str, now: datetime) -> None:
    first = suggested(brand, ada, now, locale="zh-Hant").items[0]
    assert first.reasons[0].datum == "退潮窗簾"


def test_a_changed_catalogue_is_seen_at_once(brand: str, ada: str, now: datetime) -> None:
    assert suggested(brand, ada, now).items[0].id == QUILT
    quilt = next(item for item in items() if item.id == QUILT)
    services.put_items(brand, [replace(quilt, attributes={**quilt.attributes, "colour_family": "red"})])
    assert suggested(brand, ada, now).items[0].id != QUILT


def _renamed(seed: int) -> tuple[list[services.ItemTold], Mapping[str, str]]:
    chance = random.Random(seed)  # noqa: S311  # a catalogue, not a secret
    told = items()
    families = sorted({str(item.attributes["colour_family"]) for item in told} - {"natural"})
    dyed = dict(zip(families, chance.sample(families, len(families)), strict=True)) | {"natural": "natural"}
    names = {
        item.id: f"n-{n}" for item, n in zip(told, chance.sample(range(1000, 9999), len(told)), strict=True)
    }
    fresh = [
        replace(
            item,
            id=names[item.id],
            title={"en": f"Thing {names[item.id]}"},
            attributes={**item.attributes, "colour_family": dyed[str(item.attributes["colour_family"])]},
        )
        for item in told
    ]
    return fresh, {**names, **dyed}


@pytest.mark.parametrize("seed", range(5))
def test_under_other_names_and_colours_the_same_reasons_follow(
    brand: str, say: Answering, person: Callable[[], str], now: datetime, seed: int
) -> None:
    fresh, name = _renamed(seed)
    services.put_items(brand, fresh)
    who = person()
    say(who, purchases=GIVEN, location=GIVEN)
    facts = [bought(name[CURTAINS], now), bought(name[TOWEL], now), place("96161", now)]
    services.add_facts_to(brand, who, facts, now)
    order = [item for item in suggested(brand, who, now, limit=200).items if item.id.startswith("n-")]
    assert order[0].id == name[QUILT]
    assert [why.id for why in order[0].reasons] == [f"bought:colour_family:{name['blue']}", RENEWABLE, COLD]
    ids = [item.id for item in order]
    assert ids.index(name[DECOY]) > 0
