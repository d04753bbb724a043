"""What a person confirms is the plan she read, and counts that go on by themselves make no other plan of it."""

from dataclasses import replace

from sayso.core.plan import Plan, SystemPlan, TablePlan, plan_json, read_plan

ORDERS = TablePlan("orders", delete=3)
USES = TablePlan("uses", delete=5, grows=True)
PLAN = Plan((SystemPlan("shop", {"en": "Shop"}, True, (ORDERS, USES)),))


def _with(*tables: TablePlan) -> Plan:
    return Plan((replace(PLAN.systems[0], tables=tables),))


def test_a_plan_that_changed_is_another() -> None:
    assert _with(replace(ORDERS, delete=4), USES).version != PLAN.version
    assert _with(replace(ORDERS, grows=True), USES).version != PLAN.version


def test_what_grows_by_itself_makes_no_other_plan() -> None:
    assert _with(ORDERS, replace(USES, delete=6)).version == PLAN.version
    assert _with(ORDERS).version == PLAN.version


def test_a_plan_is_read_as_it_was_written() -> None:
    assert read_plan(plan_json(PLAN)) == PLAN
