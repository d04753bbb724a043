"""What an older system kept: its no always counts, its yes only with evidence and only where nothing newer stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.core.consent import SPECIFIC_ACTS, Answer, Published, Standing, fold, status_of
from sayso.core.editions import Editions
from sayso.core.older_answer import Provenance, body_of, event_of, read_provenance, write_provenance
from sayso.core.values import new_id
from sayso.core.vocabulary import NARROW, PERMITTING, ConsentStatus, Voucher
from tests import linen
from tests.linen import LEARN, MONDAY, answer

GIVEN, REFUSED, UNKNOWN = ConsentStatus.GIVEN, ConsentStatus.REFUSED, ConsentStatus.UNKNOWN
THEN = MONDAY - timedelta(days=60)


@pytest.fixture(scope="module")
def published() -> Published:
    return linen.publish(linen.document())


def source(at: datetime | None = THEN, **changed: Any) -> Provenance:
    told = {"text": "Yes, tell me what goes with it.", "source": "checkout", "receipt": "r-1", **changed}
    return Provenance("crm", {"advice": "yes"}, "sha256:row", at, **told)


def older(published: Published, said: ConsentStatus, kept: Provenance) -> Answer:
    return Answer(
        event=new_id(),
        version=published.notice.version,
        answers={LEARN: said},
        locale="en",
        text_hash="",
        layout="crm",
        surface="import",
        act="import",
        voucher=Voucher.IMPORT,
        imported=kept,
    )


def after(published: Published, *answers: Answer) -> Standing:
    standing = Standing()
    for each in answers:
        standing = fold(standing, each, published, MONDAY).standing
    return standing


def status(published: Published, *answers: Answer, at: datetime = MONDAY) -> ConsentStatus:
    return status_of(after(published, *answers), LEARN, published, at)


def test_a_yes_with_its_evidence_permits_from_when_it_was_said(published: Published) -> None:
    folded = fold(Standing(), older(published, GIVEN, source()), published, MONDAY)
    assert folded.outcome == {LEARN: GIVEN}
    valid_for = linen.publish(linen.document()).notice.find(LEARN)[1].valid_for  # type: ignore[index]
    assert folded.standing.held[LEARN].until == valid_for.after(THEN)
    assert folded.standing.held[LEARN].specific == 0, "an older yes does not outrank Global Privacy Control"
    assert folded.standing.shown == "", "nothing of this notice was put to her"


@pytest.mark.parametrize(
    "lacking", [{"at": None}, {"text": ""}, {"source": ""}, {"flaw": "a box already ticked"}]
)
def test_a_yes_without_evidence_permits_nothing(published: Published, lacking: dict[str, Any]) -> None:
    folded = fold(Standing(), older(published, GIVEN, source(**lacking)), published, MONDAY)
    assert folded.outcome == {LEARN: UNKNOWN}
    assert status_of(folded.standing, LEARN, published, MONDAY) is UNKNOWN
    assert source(**lacking).missing()


def test_what_is_unknown_leaves_everything_as_it_was(published: Published) -> None:
    yes = answer(published, learn=GIVEN)
    assert status(published, yes, older(published, UNKNOWN, source(at=None))) is GIVEN


def test_a_yes_that_has_run_out_meanwhile_permits_nothing(published: Published) -> None:
    long_ago = source(at=MONDAY - timedelta(days=4000))
    folded = fold(Standing(), older(published, GIVEN, long_ago), published, MONDAY)
    assert folded.outcome == {LEARN: ConsentStatus.EXPIRED}


def test_the_older_systems_own_end_counts_where_it_comes_first(published: Published) -> None:
    ends = older(published, GIVEN, source(until=MONDAY + timedelta(days=1)))
    assert status(published, ends) is GIVEN
    assert status(published, ends, at=MONDAY + timedelta(days=2)) is ConsentStatus.EXPIRED


def test_a_yes_to_what_the_notice_no_longer_lists_ends_at_once(published: Published) -> None:
    without = linen.document()
    without["purposes"] = [each for each in without["purposes"] if each["id"] != "learn"]
    less = linen.publish(without)
    fewer = Published(less.notice, {**less.generations, LEARN: "gone"}, {})
    folded = fold(Standing(), older(published, GIVEN, source()), fewer, MONDAY)
    assert folded.outcome == {LEARN: ConsentStatus.EXPIRED}


def test_a_no_counts_without_any_evidence(published: Published) -> None:
    bare = source(at=None, text="", source="", receipt="")
    assert status(published, older(published, REFUSED, bare)) is REFUSED
    assert status(published, answer(published, learn=GIVEN), older(published, REFUSED, bare)) in NARROW


def test_what_she_said_here_is_never_widened_by_an_older_yes(published: Published) -> None:
    said = answer(published, learn=REFUSED)
    later = older(published, GIVEN, source(at=MONDAY - timedelta(minutes=1)))
    folded = fold(after(published, said), later, published, MONDAY)
    assert folded.outcome == {LEARN: ConsentStatus.SUPERSEDED}
    assert status(published, said, later) is REFUSED
    deferred = answer(published, learn=ConsentStatus.DEFERRED)
    assert status(published, deferred, later) is ConsentStatus.DEFERRED


def test_a_yes_imported_once_is_not_renewed_by_its_being_imported_again(published: Published) -> None:
    wider = linen.document()
    linen.purpose(wider, "learn")["choices"][0]["retention"] = "P240M"
    widened = linen.publish(wider, published)
    assert widened.generations[LEARN] != published.generations[LEARN]
    yes = older(published, GIVEN, source())
    standing = fold(after(published, yes), yes, widened, MONDAY).standing
    assert status_of(standing, LEARN, widened, MONDAY) is ConsentStatus.REQUESTED


def test_her_no_here_outlives_an_older_no_and_every_older_yes(published: Published) -> None:
    yes = older(published, GIVEN, source(at=MONDAY - timedelta(hours=1)))
    no = older(published, REFUSED, source(at=MONDAY - timedelta(days=2)))
    for order in permutations([no, yes]):
        assert status(published, answer(published, learn=REFUSED), *order) in NARROW


@given(
    st.permutations([0, 1, 2]), st.lists(st.tuples(st.booleans(), st.integers(0, 2)), min_size=3, max_size=3)
)
def test_what_an_older_system_kept_comes_to_the_same_in_any_order(
    order: list[int], rows: list[tuple[bool, int]]
) -> None:
    published = linen.publish(linen.document())
    answers = [
        older(published, GIVEN if yes else REFUSED, source(at=THEN + timedelta(days=day)))
        for yes, day in rows
    ]
    latest = max(day for _, day in rows)
    permitted = all(yes for yes, day in rows if day == latest)
    found = status(published, *(answers[index] for index in order))
    assert (found in PERMITTING) is permitted


@given(st.permutations([0, 1, 2]))
def test_a_no_of_an_unknown_time_outlasts_every_older_yes(order: list[int]) -> None:
    published = linen.publish(linen.document())
    answers = [
        older(published, REFUSED, source(at=None)),
        older(published, GIVEN, source()),
        older(published, GIVEN, source(at=THEN + timedelta(days=1))),
    ]
    assert status(published, *(answers[index] for index in order)) in NARROW


DAY = st.integers(0, 2)
WORD = st.one_of(
    st.tuples(st.sampled_from(["older yes", "older no"]), DAY),
    st.tuples(st.sampled_from(["yes", "not now", "no", "reported yes", "undated no"]), st.just(0)),
)
WORDS = st.lists(WORD, min_size=1, max_size=5)
ODDER = st.lists(
    st.tuples(WORD | st.tuples(st.sampled_from(["short yes", "unproved yes"]), DAY), st.booleans()),
    min_size=1,
    max_size=5,
)


Said = tuple[tuple[str, int], bool]


def _word(published: Published, what: str, day: int, base: int = 0) -> Answer:
    at = THEN + timedelta(days=day)
    match what:
        case "older yes" | "older no":
            return older(published, GIVEN if what == "older yes" else REFUSED, source(at=at))
        case "undated no":
            return older(published, REFUSED, source(at=None))
        case "short yes":
            return older(published, GIVEN, source(at=at, until=THEN + timedelta(days=9)))
        case "unproved yes":
            return older(published, GIVEN, source(at=at, text=""))
        case "reported yes":
            return answer(published, base, Voucher.STAFF, learn=GIVEN)
    said = {"yes": GIVEN, "no": REFUSED}.get(what, ConsentStatus.DEFERRED)
    return answer(published, base, learn=said)


def _wider(first: Published) -> Published:
    document = linen.document()
    linen.purpose(document, "learn")["choices"][0]["retention"] = "P240M"
    return linen.publish(document, first)


FIRST = linen.publish(linen.document())
WIDER = _wider(FIRST)
EDITIONS = Editions((FIRST, WIDER))


def _kind(status: ConsentStatus) -> str:
    """Give what a status is, however it is called: a yes may be the second one, and a no after a yes or not."""
    return "yes" if status in PERMITTING else "no" if status in NARROW else str(status)


def _ends(start: Standing, answers: list[tuple[Answer, Published]]) -> list[object]:
    """Give what answers come to under both notices, and until when; a standing is read as it was written."""
    for each, published in answers:
        start = fold(start, each, published, MONDAY).standing
        assert EDITIONS.read(EDITIONS.write(start.held)) == start.held
    kinds = [_kind(status_of(start, LEARN, notice, MONDAY)) for notice in (FIRST, WIDER)]
    return [*kinds, start.held[LEARN].until]


def _must_be(words: list[tuple[str, int]]) -> str:
    said = {what for what, _ in words}
    latest = max((day for what, day in words if what.startswith("older")), default=0)
    if said & {"no", "undated no"} or ("older no", latest) in words:
        return "no"
    for what, comes_to in [("yes", "yes"), ("not now", "deferred"), ("older yes", "yes")]:
        if what in said:
            return comes_to
    return "requested"


@settings(max_examples=500)
@given(WORDS, st.randoms(use_true_random=False))
def test_what_was_said_here_and_to_an_older_system_comes_to_the_same_in_any_order(
    words: list[tuple[str, int]], chance: Random
) -> None:
    answers = [(_word(FIRST, *word), FIRST) for word in words]
    found = _ends(Standing(), answers)
    assert found[0] == _must_be(words)
    chance.shuffle(answers)
    assert _ends(Standing(), answers) == found


@settings(max_examples=1000)
@given(ODDER, st.booleans(), ODDER, st.randoms(use_true_random=False))
def test_what_follows_on_any_history_comes_to_the_same_in_any_order(
    before: list[Said], renewed: bool, words: list[Said], chance: Random
) -> None:
    start = Standing()
    for word, wider in before:
        published = WIDER if wider else FIRST
        start = fold(start, _word(published, *word), published, MONDAY).standing
    if renewed:  # by a yes that has seen all of it
        start = fold(start, answer(WIDER, start.rev, learn=GIVEN), WIDER, MONDAY).standing
        assert status_of(start, LEARN, WIDER, MONDAY) in PERMITTING
    answers = [
        (_word(published, *word, start.rev), published)
        for word, wider in words
        for published in [WIDER if wider else FIRST]
    ]
    found = _ends(start, answers)
    if {what for (what, _), _ in words} & {"no", "undated no"}:
        assert found[0] == found[1] == "no"
    chance.shuffle(answers)
    assert _ends(start, answers) == found


def test_a_yes_to_an_older_meaning_takes_no_newer_yes_away() -> None:
    newer, late = answer(WIDER, learn=GIVEN), answer(FIRST, learn=GIVEN)
    standing = fold(Standing(), newer, WIDER, MONDAY).standing
    folded = fold(standing, late, FIRST, MONDAY)
    assert folded.outcome == {LEARN: ConsentStatus.SUPERSEDED}
    assert status_of(folded.standing, LEARN, WIDER, MONDAY) is GIVEN
    standing = fold(Standing(), late, FIRST, MONDAY).standing
    assert status_of(fold(standing, newer, WIDER, MONDAY).standing, LEARN, WIDER, MONDAY) is GIVEN


def test_a_yes_that_staff_report_is_a_question_also_where_hers_has_run_out(published: Published) -> None:
    standing = after(published, answer(published, learn=GIVEN))
    reported = answer(published, 1, Voucher.STAFF, learn=GIVEN)
    much_later = MONDAY + timedelta(days=4000)
    folded = fold(standing, reported, published, much_later)
    assert folded.outcome == {LEARN: ConsentStatus.REQUESTED}
    assert status_of(folded.standing, LEARN, published, much_later) is ConsentStatus.EXPIRED


def test_an_older_yes_that_frees_hers_of_its_own_no_is_told_as_what_it_does(published: Published) -> None:
    standing = after(published, older(published, REFUSED, source()), answer(published, learn=GIVEN))
    frees = older(published, GIVEN, source(at=THEN + timedelta(days=1)))
    assert fold(standing, frees, published, MONDAY).outcome == {LEARN: GIVEN}


def test_a_new_beginning_has_seen_the_older_no_and_a_late_yes_has_not(published: Published) -> None:
    standing = after(published, older(published, REFUSED, source()), answer(published, 1, learn=GIVEN))
    late = fold(standing, answer(published, learn=GIVEN), published, MONDAY + timedelta(days=30))
    assert late.outcome == {LEARN: ConsentStatus.SUPERSEDED}
    assert late.standing.held == standing.held


def test_her_yes_counts_again_once_the_older_system_says_that_its_no_was_not_the_last_word(
    published: Published,
) -> None:
    yes = answer(published, learn=GIVEN)
    no = older(published, REFUSED, source())
    changed_her_mind = older(published, GIVEN, source(at=THEN + timedelta(days=1)))
    assert status(published, yes, no) is ConsentStatus.WITHDRAWN
    assert status(published, no, yes) is REFUSED
    for order in permutations([yes, no, changed_her_mind]):
        standing = after(published, *order)
        assert status_of(standing, LEARN, published, MONDAY) is GIVEN
        assert standing.held[LEARN].imported is None, "her own yes, with its own end"


def test_her_yes_that_has_seen_an_older_no_ends_it(published: Published) -> None:
    no = older(published, REFUSED, source(at=None))
    assert status(published, no, answer(published, 1, learn=GIVEN)) is GIVEN
    assert status(published, no, answer(published, 1, learn=GIVEN), no) is ConsentStatus.WITHDRAWN


def test_a_late_yes_to_this_very_choice_does_not_outrank_the_signal_by_a_later_yes_to_all(
    published: Published,
) -> None:
    no = older(published, REFUSED, source())
    specific = answer(published, learn=GIVEN)
    to_all = replace(answer(published, 2, learn=GIVEN), act="accept_all")
    assert specific.act in SPECIFIC_ACTS
    assert after(published, no, specific, to_all).held[LEARN].specific == 0


@given(st.lists(WORD, max_size=6))
def test_what_is_held_of_both_survives_being_written_down(words: list[tuple[str, int]]) -> None:
    published = linen.publish(linen.document())
    held = after(published, *(_word(published, *word) for word in words)).held
    editions = Editions((published,))
    assert editions.read(editions.write(held)) == held


def test_what_staff_report_lets_no_older_yes_count_past_a_newer_one_that_ran_out(
    published: Published,
) -> None:
    first = older(published, GIVEN, source())
    newer = older(published, GIVEN, source(at=THEN + timedelta(days=1), until=THEN + timedelta(days=2)))
    reported = answer(published, 0, Voucher.STAFF, learn=GIVEN)
    for order in permutations([first, newer, reported]):
        assert status(published, *order) not in PERMITTING


def test_what_is_held_from_an_older_system_survives_being_written_down(published: Published) -> None:
    held = after(published, older(published, GIVEN, source())).held
    assert held[LEARN].imported == THEN
    editions = Editions((published,))
    assert editions.read(editions.write(held)) == held


def test_the_evidence_survives_being_written_down() -> None:
    for kept in (source(), source(at=None, until=datetime(2030, 1, 1, tzinfo=UTC))):
        assert read_provenance(write_provenance(kept)) == kept
    assert (
        older(linen.publish(linen.document()), GIVEN, source()).evidence()["imported"]["source"] == "checkout"
    )


def test_the_same_row_is_the_same_event_of_one_person_and_of_nobody_else() -> None:
    ada, ben = new_id(), new_id()
    assert event_of(ada, "b", source()) == event_of(ada, "b", source(text="mapped otherwise"))
    assert event_of(ada, "b", source()) != event_of(ben, "b", source())
    assert event_of(ada, "b", source()) != event_of(ada, "another", source())
    assert body_of(source()) == body_of(source(text="mapped otherwise"))


def test_with_nothing_missing_nothing_is_named() -> None:
    assert source().missing() == []
