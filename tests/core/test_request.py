from datetime import UTC, date, datetime, timedelta

import pytest

from sayso.core.errors import Conflict
from sayso.core.plan import Plan, SystemPlan, TablePlan, plan_json, read_plan
from sayso.core.request import CLOSED, KINDS, MOVES, Proof, RequestKind, RequestState, move

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_every_kind_has_its_rule_and_every_state_its_moves() -> None:
    assert set(KINDS) == set(RequestKind)
    assert set(MOVES) == set(RequestState)


def test_every_state_can_be_reached_from_the_first_and_every_open_one_can_end() -> None:
    reached, left = {RequestState.RECEIVED}, [RequestState.RECEIVED]
    while left:
        fresh = MOVES[left.pop()] - reached
        reached |= fresh
        left += fresh
    assert reached == set(RequestState)
    assert all(MOVES[state] & CLOSED for state in RequestState if state not in CLOSED)


def test_a_closed_request_goes_nowhere() -> None:
    assert move(RequestState.PLANNED, RequestState.RUNNING) is RequestState.RUNNING
    for state in CLOSED:
        with pytest.raises(Conflict) as refused:
            move(state, RequestState.RUNNING)
        assert refused.value.code == "request_state"


@pytest.mark.parametrize(("age", "fresh"), [(0, True), (600, True), (601, False), (-1, False)])
def test_a_proof_is_fresh_for_ten_minutes(age: int, fresh: bool) -> None:
    assert Proof("p", 2, NOW - timedelta(seconds=age)).is_fresh(NOW) is fresh


def plan(orders: int = 2) -> Plan:
    kept = TablePlan("invoices", keep=1, until=date(2032, 11, 1), law={"en": "an act"})
    return Plan((SystemPlan("shop", {"en": "The shop"}, True, (TablePlan("orders", delete=orders), kept)),))


def test_a_plan_is_read_as_it_was_written() -> None:
    assert read_plan(plan_json(plan())) == plan()


def test_a_plan_that_changed_has_another_version() -> None:
    assert plan().version == plan().version
    assert plan(3).version != plan().version


@pytest.mark.parametrize("what", ["delete", "blank", "keep", "others", "mentions"])
def test_a_table_is_touched_when_anything_happens_there(what: str) -> None:
    assert TablePlan("orders", **{what: 1}).touches
    assert not TablePlan("orders").touches
