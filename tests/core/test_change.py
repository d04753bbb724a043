"""The differences between two versions, as a person can read them."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.core.change import Change, ChangeKind, compare
from sayso.core.change_reading import Line, read_change
from sayso.core.change_words import LABELS, Aspect, label
from sayso.core.layout import WORDS
from tests import linen
from tests.linen import LEARN, LOCATION, PASS_ON, PREFERENCES, PURCHASES, purpose

Document = dict[str, Any]
LOOM = "learn.purchases.disclose.brightside"


def choice(document: Document, name: str, place: int = 0) -> Document:
    entry: Document = purpose(document, name)["choices"][place]
    return entry


def told(document: Document, name: str) -> Document:
    return next(entry for entry in document["told"] if entry["id"] == name)


def also_to_a_partner(document: Document) -> None:
    new = {**choice(document, "learn"), "id": LOOM, "title": {"en": "to Brightside", "zh-Hant": "交給"}}
    purpose(document, "learn")["choices"].append(new)


def unasked(document: Document) -> None:
    learn = purpose(document, "learn")
    document["purposes"].remove(learn)
    kept = {name: learn[name] for name in ("id", "iri", "title", "text")}
    more = {"basis": "legitimate_interest", "law": learn["text"], "categories": ["purchases"]}
    rest = {"recipient": "self", "retention": {"months": 24}, "safeguards": []}
    document["told"].append({**kept, **more, **rest})


def changes(*edits: Callable[[Document], Any]) -> list[Change]:
    document = {**linen.document(), "edition": "second"}
    for edit in edits:
        edit(document)
    return compare(linen.publish(linen.document()).notice, linen.publish(document).notice)


def one(*edits: Callable[[Document], Any]) -> Change:
    found = changes(*edits)
    assert len(found) == 1, found
    return found[0]


def test_the_same_notice_has_no_differences() -> None:
    assert changes() == []


def test_a_use_added_to_a_purpose_widens_it_for_those_who_said_yes_to_any_of_it() -> None:
    found = one(also_to_a_partner)
    assert (found.kind, found.id, found.is_new, found.asked) == (ChangeKind.WIDENED, LOOM, True, True)
    assert found.touching == (LEARN,)
    assert found.needs_answer
    assert found.needs_telling
    difference = found.differences[0]
    assert (difference.aspect, difference.before["en"]) == (Aspect.USE, "")
    assert difference.after["zh-Hant"].startswith("交給: ")


def test_a_shorter_retention_is_narrowed_and_reads_before_and_after() -> None:
    found = one(lambda d: choice(d, "newsletter").update(retention={"months": 12}))
    assert (found.kind, found.needs_answer, found.needs_telling) == (ChangeKind.NARROWED, False, False)
    assert found.touching == ("newsletter.contact.use.self",)
    read = found.differences[0]
    assert (read.aspect, read.before["en"], read.after["en"]) == (Aspect.RETENTION, "24 months", "12 months")
    assert (read.before["zh-Hant"], read.after["zh-Hant"]) == ("24 個月", "12 個月")


REWORDED: list[Callable[[Document], Any]] = [
    lambda d: purpose(d, "ads")["text"].update(en="The same, said better."),
    lambda d: purpose(d, "ads")["consequence"].update(en="The same, said better."),
    lambda d: choice(d, "ads")["title"].update({"zh-Hant": "說得更好"}),
    lambda d: choice(d, "ads").update(scripts=["localhost:8721"]),
    lambda d: choice(d, "ads").update(consent_lasts={"months": 12}),
    lambda d: d["categories"]["browsing"]["title"].update(en="the pages you open"),
    lambda d: purpose(d, "ads").update(minors="guardian"),
    lambda d: purpose(d, "ads").update(plain={"en": "We show you things.", "zh-Hant": "給你看東西。"}),
]
WIDENED: list[Callable[[Document], Any]] = [
    lambda d: choice(d, "ads").update(retention={"months": 30}),
    lambda d: choice(d, "ads").update(safeguards=["contract"]),
    lambda d: purpose(d, "ads").update(advertising="none"),
    lambda d: purpose(d, "ads").update(explicit=True),
    lambda d: purpose(d, "ads").update(iri="https://w3id.org/dpv#Advertising"),
    lambda d: purpose(d, "ads")["benefit"].update(en="Something else altogether."),
]
ADS = "ads.browsing.share_ads.brightside"


@pytest.mark.parametrize("edit", REWORDED)
def test_other_words_for_the_same_touch_nobodys_answer(edit: Callable[[Document], Any]) -> None:
    found = one(edit)
    assert (found.kind, found.needs_telling) == (ChangeKind.REWORDED, False)
    assert found.purpose == "ads"


@pytest.mark.parametrize("edit", WIDENED)
def test_more_than_was_agreed_to_is_widened(edit: Callable[[Document], Any]) -> None:
    found = one(edit)
    assert (found.kind, found.needs_answer, found.is_new) == (ChangeKind.WIDENED, True, False)
    assert found.touching == (ADS,)
    assert found.differences


def test_a_yes_that_lasts_shorter_is_narrowed() -> None:
    assert one(lambda d: choice(d, "ads").update(consent_lasts={"months": 1})).kind is ChangeKind.NARROWED


def test_a_company_that_moves_is_widened_and_one_that_is_renamed_reworded() -> None:
    moved = changes(lambda d: d["recipients"]["brightside"].update(country="CN"))
    assert {(each.id, each.kind) for each in moved} == {
        (ADS, ChangeKind.WIDENED),
        (PASS_ON, ChangeKind.WIDENED),
    }
    read = moved[0].differences[0]
    assert (read.aspect, "US" in read.before["en"], "CN" in read.after["en"]) == (
        Aspect.RECIPIENT,
        True,
        True,
    )
    renamed = changes(lambda d: d["recipients"]["brightside"]["name"].update(en="Brightside"))
    assert {each.kind for each in renamed} == {ChangeKind.REWORDED}


def test_a_new_purpose_touches_nobody_and_a_new_one_without_asking_everybody() -> None:
    def add(document: Document) -> None:
        fresh = {**purpose(linen.document(), "learn"), "id": "mend"}
        fresh["choices"] = [{**choice(document, "learn"), "id": "mend.purchases.use.self"}]
        document["purposes"].append(fresh)

    asked = one(add)
    assert (asked.kind, asked.id, asked.touching) == (ChangeKind.ADDED, "mend", ())
    assert not asked.needs_telling
    unasked = one(lambda d: d["told"].append({**told(d, "orders"), "id": "returns"}))
    assert (unasked.kind, unasked.asked, unasked.needs_telling) == (ChangeKind.ADDED, False, True)


def test_what_is_given_up_reads_as_it_was() -> None:
    gone = one(lambda d: d.update(purposes=[each for each in d["purposes"] if each["id"] != "learn"]))
    assert (gone.kind, gone.id, gone.touching) == (ChangeKind.REMOVED, "learn", (LEARN,))
    assert gone.differences[0].before["en"].startswith("your purchases: counted")
    part = one(lambda d: purpose(d, "personalise")["choices"].pop())
    assert (part.kind, part.id, part.needs_telling) == (ChangeKind.REMOVED, LOCATION, False)


def test_a_use_moved_away_from_consent_is_widened_and_one_moved_to_it_narrowed() -> None:
    document = linen.document()
    unasked(document)
    was, now = linen.publish(linen.document()).notice, linen.publish(document).notice
    away = next(each for each in compare(was, now) if each.id == "learn")
    assert (away.kind, away.asked, away.needs_telling) == (ChangeKind.WIDENED, False, True)
    assert not away.needs_answer
    back = next(each for each in compare(now, was) if each.id == "learn")
    assert (back.kind, back.asked, back.needs_answer) == (ChangeKind.NARROWED, True, False)


def test_the_weightiest_stands_first() -> None:
    found = changes(
        REWORDED[0], lambda d: choice(d, "newsletter").update(retention={"days": 90}), also_to_a_partner
    )
    assert [each.kind for each in found] == [ChangeKind.WIDENED, ChangeKind.NARROWED, ChangeKind.REWORDED]
    assert found[1].differences[0].after["en"] == "90 days"


def in_one_more_language(document: Any) -> Any:
    if not isinstance(document, dict):
        return [in_one_more_language(each) for each in document] if isinstance(document, list) else document
    grown = {key: in_one_more_language(value) for key, value in document.items()}
    return {**grown, "de": f"{grown['en']} (de)"} if isinstance(grown.get("en"), str) else grown


def test_one_more_language_is_no_change_and_keeps_every_answer() -> None:
    first = linen.publish(linen.document())
    grown = {**in_one_more_language(linen.document()), "locales": ["en", "zh-Hant", "de"]}
    second = linen.publish(grown, first)
    assert compare(first.notice, second.notice) == []
    assert second.generations == first.generations


def test_another_language_altogether_is_another_text() -> None:
    first = linen.publish(linen.document())
    other = {**in_one_more_language(linen.document()), "locales": ["de"]}
    second = linen.publish(other, first)
    found = compare(first.notice, second.notice)
    assert all(each.before.keys() == {"de"} for change in found for each in change.differences)
    assert second.generations[LEARN] != first.generations[LEARN]


EDITS = [*REWORDED, *WIDENED, also_to_a_partner,
    lambda d: choice(d, "learn").update(retention={"months": 6}),
    lambda d: choice(d, "personalise", 1).update(retention={"months": 30}),
    lambda d: purpose(d, "personalise")["benefit"].update(en="More."),
    lambda d: purpose(d, "personalise")["choices"].pop(),
    lambda d: d["recipients"]["brightside"].update(role="processor"),
    lambda d: d["purposes"].pop(1),
]  # fmt: skip


@given(st.lists(st.sampled_from(range(len(EDITS))), unique=True, max_size=6))
def test_what_is_called_widened_is_exactly_what_is_asked_again(picked: list[int]) -> None:
    document = {**linen.document(), "edition": "second"}
    for place in sorted(picked):
        EDITS[place](document)
    first = linen.publish(linen.document())
    second = linen.publish(document, first)
    widened = {each.id for each in compare(first.notice, second.notice) if each.kind is ChangeKind.WIDENED}
    again = {
        each for each, generation in second.generations.items() if first.generations.get(each) != generation
    }
    listed = {each.id: each.purpose for each in second.notice.choices()}
    assert {each for each in listed if each in widened or listed[each] in widened} == again


def test_every_difference_has_a_name_in_every_language_the_banner_speaks() -> None:
    assert LABELS.keys() == WORDS.keys()
    assert all(words.keys() == LABELS["en"].keys() for words in LABELS.values())
    assert {*Aspect, *ChangeKind} <= LABELS["en"].keys()


def test_a_change_reads_alike_wherever_it_is_told() -> None:
    read = read_change(one(lambda d: choice(d, "newsletter").update(retention={"months": 12})), "en")
    assert (read.kind, read.says, read.title) == ("narrowed", "less than before", "Letters by e-mail")
    assert read.lines == (Line("how long it is kept", "24 months", "12 months"),)
    assert label("widened", "xx") == "more than before"


def test_every_choice_of_a_purpose_that_widens_as_a_whole_is_touched() -> None:
    found = one(lambda d: purpose(d, "personalise")["benefit"].update(en="More."))
    assert (found.choice, found.touching) == ("", (PURCHASES, PREFERENCES, LOCATION))
