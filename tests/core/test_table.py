"""The compiled table says what the plain rules say, for every choice and until it says it may not."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.core.choice import read_choice
from sayso.core.consent import Held, Published, Standing, fold_all
from sayso.core.decision import PERMITS, Reason, decide_together
from sayso.core.opt_out import Heard, Scope
from sayso.core.table import PERMITTING_CODES, REASON, REASONS, TOLD, Row, Table, end_of, moment_of, ticks
from sayso.core.vocabulary import PERMITTING, ConsentStatus
from tests import linen
from tests.core.notices import UNLISTED, moments, notices, scopes, standings
from tests.linen import LEARN, MONDAY, ORDERS, PASS_ON, PURCHASES, answer

Case = tuple[Published, list[Standing | None]]


@st.composite
def cases(draw: st.DrawFn, most_purposes: int = 4, most_parts: int = 4) -> Case:
    """Make a notice and one person's standings: a stranger's, a device's, a device's and an account's."""
    published = draw(notices(most_purposes, most_parts))
    people = st.lists(st.none() | standings(published), max_size=3)
    return published, draw(people)


def every(published: Published) -> list[str]:
    return [*(part.choice.id for _, part in published.notice.parts()), UNLISTED]


def told(row: Row, table: Table, choice: str, *, signal: bool) -> tuple[Reason, object]:
    index = table.index[choice]
    code = (row.signal_codes if signal else row.codes)[index]
    answered = code in PERMITTING_CODES and code != TOLD
    end = end_of(row.ends, index) if answered else 0
    return REASON[code], moment_of(end) if end else None


def check(case: Case, stopped: frozenset[Scope], now: object, later: object) -> None:
    published, people = case
    table = Table(published, every(published))
    row = table.row(people, now, stopped)
    for signal in (False, True):
        for choice in table.choices:
            heard = Heard(signal, stopped)
            decided = decide_together(people, read_choice(choice), published, now, heard)
            assert told(row, table, choice, signal=signal) == (decided.reason, decided.valid_until), choice
            assert (decided.reason in PERMITS) is decided.permitted
    if later >= now and (not row.until or ticks(later) < row.until):
        assert table.row(people, later, stopped)[:2] == row[:2]


@settings(max_examples=250)
@given(cases(), scopes, moments, moments)
def test_it_says_what_the_plain_rules_say_until_the_moment_it_names(
    case: Case, stopped: frozenset[Scope], now: object, later: object
) -> None:
    check(case, stopped, now, later)


@settings(max_examples=3)
@given(cases(most_purposes=16, most_parts=256), scopes, moments, moments)
def test_it_says_so_of_thousands_of_choices_too(
    case: Case, stopped: frozenset[Scope], now: object, later: object
) -> None:
    check(case, stopped, now, later)


@given(cases(), scopes, moments)
def test_a_permission_never_exists_without_an_answer_that_holds_or_another_declared_basis(
    case: Case, stopped: frozenset[Scope], now: object
) -> None:
    published, people = case
    table = Table(published, every(published))
    row = table.row(people, now, stopped)
    for index, choice in enumerate(table.choices):
        if row.codes[index] not in PERMITTING_CODES:
            continue
        found = published.notice.find(choice)
        assert found is not None
        if row.codes[index] == TOLD:
            assert not found[0].asked
            continue
        assert people
        for standing in people:
            assert standing is not None
            said = standing.held.get(choice), *(one.guardian_held.get(choice) for one in people if one)
            holds = [one for one in said if one and one.status in PERMITTING and one.generation == "now"]
            assert any(one.until is None or one.until > now for one in holds)


@pytest.fixture(scope="module")
def published() -> Published:
    return linen.publish(linen.document())


@pytest.fixture(scope="module")
def table(published: Published) -> Table:
    return Table(published, [PURCHASES, LEARN, PASS_ON, ORDERS, UNLISTED])


def reasons(row: Row) -> list[Reason]:
    return [REASON[code] for code in row.codes]


def test_ada_reads_as_she_answered(published: Published, table: Table) -> None:
    said = answer(published, purchases=ConsentStatus.GIVEN, pass_on=ConsentStatus.REFUSED)
    row = table.row([fold_all([(said, published, MONDAY)])], MONDAY)
    assert reasons(row) == ["given", "not_answered", "refused", "told_basis", "not_listed"]
    assert row.signal_codes is row.codes or row.signal_codes == row.codes
    assert row.until == row.ends[0] > ticks(MONDAY)


def test_a_stranger_is_refused_what_is_asked(table: Table) -> None:
    refused = ["unknown_subject"] * 3
    assert reasons(table.stranger) == [*refused, "told_basis", "not_listed"]
    assert table.row([], MONDAY) == table.stranger
    assert table.stranger.until == 0


def test_answers_that_end_at_different_times_keep_their_own_ends(published: Published, table: Table) -> None:
    said = answer(published, purchases=ConsentStatus.GIVEN, learn=ConsentStatus.GIVEN)
    ada = fold_all([(said, published, MONDAY)])
    sooner = replace(ada.held[LEARN], until=MONDAY + timedelta(days=1))
    row = table.row([replace(ada, held={**ada.held, LEARN: sooner})], MONDAY)
    assert moment_of(end_of(row.ends, 1)) == sooner.until
    assert moment_of(end_of(row.ends, 0)) == ada.held[PURCHASES].until
    assert row.until == end_of(row.ends, 1)


def test_of_two_standings_the_no_is_kept_and_the_earlier_end(published: Published, table: Table) -> None:
    yes = Held(
        ConsentStatus.GIVEN, 1, generation=published.generations[PURCHASES], until=MONDAY + timedelta(2)
    )
    longer, endless = replace(yes, until=MONDAY + timedelta(3)), replace(yes, until=None)
    here = Standing(1, held={PURCHASES: yes, LEARN: Held(ConsentStatus.REFUSED, 1)})
    for there, end in ((longer, yes.until), (endless, yes.until)):
        row = table.row([here, Standing(1, held={PURCHASES: there})], MONDAY)
        assert reasons(row)[:2] == ["given", "refused"]
        assert moment_of(end_of(row.ends, 0)) == end
    assert table.row([Standing(1, held={PURCHASES: endless})], MONDAY).ends == (0,)
    for pair in ([here, Standing(1)], [Standing(1), here]):
        assert reasons(table.row(pair, MONDAY))[:2] == ["not_answered", "refused"]


def test_every_reason_has_a_code() -> None:
    assert set(REASON.values()) == set(REASONS) == set(Reason)
