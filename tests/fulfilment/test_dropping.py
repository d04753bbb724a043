"""A field nothing uses: proposed by one, approved by another, emptied for everybody, read back, refused afterwards."""

import copy
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from sayso.core.errors import Conflict, Forbidden, NotFound
from sayso.core.proposal import Decided, ProposalKind, ProposalState
from sayso.fulfilment import queries, services
from sayso.inventory import queries as inventory
from sayso.inventory import services as register
from tests.connectors import shop
from tests.rights.conftest import BRAND

MARA, OTTO = 1, 2
YES = Decided(True, OTTO)
FAX = ("shop", "customers", "phone")  # this shop calls what nobody uses `phone`


@pytest.fixture
def fax(systems: None) -> None:
    file: dict[str, Any] = copy.deepcopy(shop.FILE)
    file["tables"]["customers"]["columns"]["phone"]["category"] = "fax"
    register.register_system(BRAND, file)


@pytest.fixture
def numbers(database: sa.Engine) -> Callable[[], list[str]]:
    def read() -> list[str]:
        with database.begin() as connection:
            return list(connection.scalars(sa.text("SELECT phone FROM customers ORDER BY id")))

    return read


def report(name: str = "customers.phone") -> queries.Report:
    return next(one for one in queries.field_report(BRAND) if one.field.name == name)


@pytest.mark.usefixtures("fax")
def test_each_field_says_who_uses_it_and_how_full_it_is() -> None:
    fax, item = report(), report("order_lines.product_id")
    assert fax.purposes == ()
    assert fax.may_be_dropped
    assert fax.measured is not None
    assert (fax.measured.rows, fax.measured.filled) == (2, 2)
    assert {purpose.id for purpose in item.purposes} == {"personalise", "learn", "pass_on", "orders"}
    assert not item.may_be_dropped


@pytest.mark.usefixtures("fax")
def test_a_database_that_is_down_says_so_and_hides_no_field(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEST_SHOP_URL")
    found = report()
    assert (found.measured, found.trouble) == (None, "system_setting_missing")
    assert queries.measured(*FAX) is None


@pytest.mark.usefixtures("fax")
def test_what_is_approved_is_emptied_for_everybody_and_read_back(
    now: datetime, numbers: Callable[[], list[str]]
) -> None:
    made = services.propose_drop(FAX, MARA, now)
    assert inventory.proposal(made).payload["filled"] == 2
    assert not report().may_be_dropped
    assert services.decide_drop(made, YES, now) is ProposalState.APPROVED
    assert numbers() == ["555-0101", "555-0102"]  # nothing goes out inside the decision
    while services.carry_out_due(now):
        pass
    assert numbers() == ["", ""]
    [step] = queries.deliveries_of_proposal(made)
    assert (step.instruction, step.state, dict(step.evidence)) == (
        "drop_field",
        "done",
        {"emptied": 2, "left": 0},
    )
    assert report().field.dropped_at == now
    assert "fax" not in inventory.places_of(BRAND)


@pytest.mark.usefixtures("fax")
def test_a_field_that_is_not_empty_afterwards_is_not_done(
    now: datetime, database: sa.Engine, numbers: Callable[[], list[str]]
) -> None:
    """A trigger plays the old program that keeps writing."""
    with database.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER old_program AFTER UPDATE ON customers WHEN new.phone = '' AND new.id = 17"
            " BEGIN UPDATE customers SET phone = '555-0101' WHERE id = 17; END"
        )
    made = services.propose_drop(FAX, MARA, now)
    services.decide_drop(made, YES, now)
    services.carry_out_due(now)
    [step] = queries.deliveries_of_proposal(made)
    assert (step.state, step.error, step.attempts) == ("waiting", "system_unavailable", 1)
    with database.begin() as connection:
        connection.exec_driver_sql("DROP TRIGGER old_program")
    services.carry_out_due(now + timedelta(hours=1))
    assert queries.deliveries_of_proposal(made)[0].state == "done"
    assert numbers() == ["", ""]


@pytest.mark.usefixtures("fax")
def test_whoever_proposed_it_cannot_approve_it(now: datetime, numbers: Callable[[], list[str]]) -> None:
    made = services.propose_drop(FAX, MARA, now)
    with pytest.raises(Forbidden):
        services.decide_drop(made, Decided(True, MARA), now)
    assert queries.deliveries_of_proposal(made) == []
    assert report().field.dropped_at is None


@pytest.mark.usefixtures("fax")
def test_what_is_declined_stays_and_can_be_proposed_again(now: datetime) -> None:
    made = services.propose_drop(FAX, MARA, now)
    services.decide_drop(made, Decided(False, OTTO, "The tax office asks for it."), now)
    found = report()
    assert found.proposal is not None
    assert found.proposal.reason == "The tax office asks for it."
    assert found.may_be_dropped
    assert queries.deliveries_of_proposal(made) == []
    assert services.propose_drop(FAX, MARA, now + timedelta(days=1)) != made


@pytest.mark.usefixtures("fax")
def test_a_field_is_proposed_once_and_dropped_once(now: datetime) -> None:
    made = services.propose_drop(FAX, MARA, now)
    with pytest.raises(Conflict, match="proposed this already"):
        services.propose_drop(FAX, OTTO, now)
    services.decide_drop(made, YES, now)
    with pytest.raises(Conflict, match="given up already"):
        services.propose_drop(FAX, MARA, now)


@pytest.mark.usefixtures("fax")
def test_what_a_purpose_uses_is_neither_proposed_nor_dropped(now: datetime) -> None:
    with pytest.raises(Conflict, match="used by orders"):
        services.propose_drop(("shop", "customers", "name"), MARA, now)
    made = services.propose_drop(FAX, MARA, now)
    register.register_system(BRAND, copy.deepcopy(shop.FILE))  # by now it is contact data, which letters need
    with pytest.raises(Conflict):
        services.decide_drop(made, YES, now)
    assert inventory.proposal(made).state is ProposalState.PROPOSED


@pytest.mark.usefixtures("fax")
def test_what_does_not_exist_is_neither_proposed_nor_decided(now: datetime) -> None:
    with pytest.raises(NotFound):
        services.propose_drop(("shop", "customers", "telex"), MARA, now)
    other = register.propose(ProposalKind.PUBLISH_NOTICE, {}, MARA, now)
    with pytest.raises(NotFound):
        services.decide_drop(other, YES, now)


@pytest.mark.usefixtures("fax")
def test_a_file_applied_again_does_not_bring_the_field_back(now: datetime) -> None:
    services.decide_drop(services.propose_drop(FAX, MARA, now), YES, now)
    file: dict[str, Any] = copy.deepcopy(shop.FILE)
    file["tables"]["customers"]["columns"]["phone"]["category"] = "fax"
    register.register_system(BRAND, file)
    assert report().field.dropped_at == now
    assert [one.name for one in inventory.refused_fields(BRAND)] == ["customers.phone"]
