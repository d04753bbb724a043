from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from sayso.changes import queries as changes
from sayso.connectors.memory import World
from sayso.consent import queries as consent
from sayso.consent import services as answering
from sayso.core.choice import Choice, read_choice
from sayso.core.decision import Reason
from sayso.core.errors import Conflict, Forbidden, NotFound, Unproved
from sayso.core.fact import Fact
from sayso.core.opt_out import Scope
from sayso.core.request import RequestState
from sayso.core.vocabulary import ConsentStatus
from sayso.decisions import gate
from sayso.decisions import queries as decisions
from sayso.deployment.django_database import DjangoDatabase
from sayso.fulfilment import services as fulfilment
from sayso.fulfilment import worker
from sayso.fulfilment.models import Delivery, Pairwise
from sayso.identity import keys
from sayso.identity import queries as who
from sayso.identity import services as identity
from sayso.messages.models import Letter
from sayso.notices import services as notices
from sayso.outbox import services as outbox
from sayso.personalisation import queries as learned
from sayso.personalisation import services as learning
from sayso.rights import queries, services
from sayso.rights.models import RightsRequest, key_of
from sayso.uses import queries as uses
from tests import linen
from tests.changes.conftest import work as tell
from tests.rights.conftest import BRAND, Ada, counted, proof, says

YES = ConsentStatus.GIVEN
pytestmark = pytest.mark.django_db(transaction=True)


def work(now: datetime, rounds: int = 8) -> None:
    for _ in range(rounds):
        outbox.deliver("fulfilment", worker.SUBSCRIPTIONS)
        fulfilment.carry_out_due(now)
        services.advance_all(now)


@pytest.fixture
def known(ada: Ada, now: datetime) -> Ada:
    says(ada.account, now, pass_on=YES, learn=YES, purchases=YES)
    fact = Fact("o-5", "purchases", "observed", now, {"item": "p-001"})
    assert learning.add_facts_to(BRAND, ada.account, [fact], now).accepted
    learning.learn_from(BRAND, ada.account, now)
    work(now, 1)
    return ada


def confirmed(ada: Ada, now: datetime) -> str:
    view = services.plan_erasure(ada.account, now)
    services.confirm_erasure(view.id, ada.account, view.plan_version, proof(now), now)
    return view.id


def people(database: sa.Engine) -> list[str]:
    with database.begin() as connection:
        return [row[0] for row in connection.exec_driver_sql("SELECT number FROM customers ORDER BY number")]


def run(database: sa.Engine, sql: str) -> None:
    with database.begin() as connection:
        connection.exec_driver_sql(sql)


def test_the_plan_names_every_system_what_stays_and_by_which_law_until_when(
    known: Ada, now: datetime
) -> None:
    view = services.plan_erasure(known.account, now)
    assert view.plan is not None
    systems = {system.system: system for system in view.plan.systems}
    assert set(systems) == {
        "shop",
        "brightside",
        "desk",
        "sayso-counts",
        "sayso-facts",
        "sayso-asks",
        "sayso-family",
        "sayso-uses",
    }
    tables = {table.table: table for table in systems["shop"].tables}
    assert (tables["orders"].delete, tables["addresses"].others, tables["invoices"].keep) == (2, 1, 1)
    assert tables["invoices"].until is not None
    assert tables["invoices"].law is not None
    assert systems["sayso-counts"].tables[0].delete == 1
    assert view.state is RequestState.PLANNED
    assert view.rules.region == "US-CA"
    assert view.due_at == datetime(2026, 6, 19, tzinfo=UTC)  # 45 days, 11 CCR 7021(b)


def test_planning_again_keeps_one_request_and_changes_nothing(
    known: Ada, database: sa.Engine, now: datetime
) -> None:
    first = services.plan_erasure(known.account, now)
    second = services.plan_erasure(known.account, now)
    assert (first.id, first.plan_version) == (second.id, second.plan_version)
    assert people(database) == ["C-1001", "C-10011"]


@pytest.mark.parametrize("age", [None, timedelta(minutes=11), timedelta(minutes=-1)])
def test_nothing_is_deleted_without_a_fresh_proof(known: Ada, now: datetime, age: timedelta | None) -> None:
    view = services.plan_erasure(known.account, now)
    shown = None if age is None else proof(now - age)
    with pytest.raises(Unproved):
        services.confirm_erasure(view.id, known.account, view.plan_version, shown, now)
    assert decisions.permitted(BRAND, [known.account], linen.PASS_ON, now)


def test_a_plan_that_changed_since_it_was_shown_is_shown_again(
    known: Ada, database: sa.Engine, now: datetime
) -> None:
    view = services.plan_erasure(known.account, now)
    run(database, "INSERT INTO orders VALUES (8, 'O-8', 17, 1, '')")
    with pytest.raises(Conflict, match="plan changed"):
        services.confirm_erasure(view.id, known.account, view.plan_version, proof(now), now)
    assert services.plan_erasure(known.account, now).plan_version != view.plan_version


def test_confirming_stops_every_use_before_anything_else_happens(known: Ada, now: datetime) -> None:
    confirmed(known, now)
    for subject in (known.account, known.device):
        asked = [decisions.decide(BRAND, [subject], [choice], now)[0] for choice in _choices()]
        assert not any(decision.permitted for decision in asked)
    with pytest.raises(Forbidden):
        identity.link_customer({"customer": "C-1001"}, "", now)


def _choices() -> list[Choice]:
    return [read_choice(linen.PASS_ON), read_choice(linen.LEARN)]


def test_an_erasure_ends_with_nothing_left_anywhere_and_a_link_that_still_opens(
    known: Ada, database: sa.Engine, worlds: dict[str, World], now: datetime
) -> None:
    assert learned.served_counts(BRAND).items
    notices.publish_notice(linen.second(), "Otto", now)
    tell(now)
    assert changes.rows_of([known.account])
    counted(known, now)
    request = confirmed(known, now)
    link = queries.link_of(request, known.account)
    work(now)
    view = queries.timeline_by_link(request, link.rpartition("#")[2])
    assert view.state is RequestState.COMPLETE
    assert people(database) == ["C-10011"]
    assert worlds["desk"].rows == {}
    assert not learned.served_counts(BRAND).items
    assert learned.held([known.account, known.device]) == 0
    assert not who.exists(known.account)
    assert not who.exists(known.device)
    assert not consent.has_evidence([known.account, known.device], BRAND)
    assert not Pairwise.objects.exists()
    assert not changes.rows_of([known.account, known.device])
    assert not uses.held([known.account, known.device])
    assert [message for message, _ in worlds["brightside"].told.values()] == [
        "audience.member.added",
        "audience.member.removed",
    ]
    assert who.is_suppressed({"customer": "C-1001"})
    assert who.is_suppressed({"email": "ada@example.test"})
    for name in (known.account, known.device, key_of(request)):
        assert not keys.has_key(name)
    assert [letter.template for letter in Letter.objects.order_by("id")].count("erasure_done") == 1


def test_what_is_left_of_the_request_names_nobody(known: Ada, now: datetime) -> None:
    request = confirmed(known, now)
    work(now)
    row = RightsRequest.objects.get(id=request)
    assert (row.account, row.sealed, row.proof) == ("", None, "")
    assert not Delivery.objects.exclude(request=request).exists()
    left = repr(list(Delivery.objects.values())) + repr(row.plan)
    for secret in ("C-1001", "ada@example.test", "Ada", known.account, known.device):
        assert secret not in left


def test_steps_are_taken_in_the_order_stop_delete_read_back(known: Ada, now: datetime) -> None:
    request = confirmed(known, now)
    seen = []
    for _ in range(6):
        fulfilment.carry_out_due(now)
        seen.append({row.stage for row in Delivery.objects.filter(request=request, done_at__isnull=False)})
        services.advance_all(now)
    assert [stages for place, stages in enumerate(seen) if stages not in seen[:place]] == [
        {0},
        {0, 1},
        {0, 1, 2},
    ]


def test_a_system_that_lies_keeps_the_request_open_and_is_shown(
    known: Ada, worlds: dict[str, World], now: datetime
) -> None:
    worlds["desk"].lies = True
    request = confirmed(known, now)
    work(now)
    view = queries.request_of(request, known.account)
    assert view.state is RequestState.WAITING_ON_SYSTEMS
    [lied] = [step for step in view.steps if step.state == "found_again"]
    assert (lied.system, lied.evidence["found"]) == ("desk", 1)
    assert who.exists(known.account)
    worlds["desk"].lies = False
    work(now + timedelta(hours=1))
    assert queries.officer_view(request).state is RequestState.COMPLETE
    erasures = [key for verb, key in worlds["desk"].calls if verb == "erase"]
    assert len(erasures) == len(set(erasures)) >= 2


def test_a_trigger_that_restores_the_row_keeps_the_request_open(
    known: Ada, database: sa.Engine, now: datetime
) -> None:
    run(
        database,
        "CREATE TRIGGER come_back AFTER DELETE ON customers BEGIN INSERT INTO customers"
        " VALUES (OLD.id, OLD.number, OLD.name, OLD.email, OLD.phone, NULL); END",
    )
    request = confirmed(known, now)
    work(now)
    view = queries.request_of(request, known.account)
    assert view.state is RequestState.WAITING_ON_SYSTEMS
    assert [step.system for step in view.steps if step.state == "found_again"] == ["shop"]
    run(database, "DROP TRIGGER come_back")
    work(now + timedelta(hours=1))
    assert queries.officer_view(request).state is RequestState.COMPLETE
    assert people(database) == ["C-10011"]


def test_a_system_that_gave_up_keeps_the_request_open(
    known: Ada, worlds: dict[str, World], now: datetime
) -> None:
    view = services.plan_erasure(known.account, now)
    services.confirm_erasure(view.id, known.account, view.plan_version, proof(now), now)
    worlds["desk"].refuses = True
    work(now)
    assert queries.officer_view(view.id).state is RequestState.WAITING_ON_SYSTEMS
    assert {step.state for step in queries.officer_view(view.id).steps if step.system == "desk"} == {
        "dead",
        "blocked",
    }


def test_a_partner_that_never_acknowledges_keeps_the_request_open(
    known: Ada, worlds: dict[str, World], now: datetime
) -> None:
    worlds["brightside"].acknowledges = True
    request = confirmed(known, now)
    work(now)
    assert queries.officer_view(request).state is RequestState.WAITING_ON_SYSTEMS
    assert who.exists(known.account)


def test_confirming_twice_gives_the_same_link_and_begins_once(known: Ada, now: datetime) -> None:
    view = services.plan_erasure(known.account, now)
    links = {
        services.confirm_erasure(view.id, known.account, view.plan_version, proof(now), now) for _ in range(2)
    }
    assert len(links) == 1
    assert Delivery.objects.filter(request=view.id, instruction="erase", system="shop").count() == 1


def test_a_request_is_shown_to_its_person_alone_and_by_link_to_whoever_holds_its_secret(
    known: Ada, now: datetime
) -> None:
    request = confirmed(known, now)
    other = identity.link_customer({"customer": "C-10011"}, "", now)
    for look in (
        lambda: queries.request_of(request, other),
        lambda: queries.request_of(request, ""),
        lambda: queries.timeline_by_link(request, "guessed"),
        lambda: queries.timeline_by_link("none", "guessed"),
    ):
        with pytest.raises(NotFound):
            look()


def test_an_erasure_can_be_taken_back_until_it_is_confirmed(known: Ada, now: datetime) -> None:
    view = services.plan_erasure(known.account, now)
    services.cancel(view.id, known.account, now)
    assert queries.request_of(view.id, known.account).state is RequestState.CANCELLED
    assert not keys.has_key(key_of(view.id))
    request = confirmed(known, now)
    with pytest.raises(Conflict):
        services.cancel(request, known.account, now)


def test_her_other_requests_and_packages_go_with_her(known: Ada, now: datetime) -> None:
    other = services.ask_access(known.account, proof(now), now)
    work(now)
    confirmed(known, now)
    work(now)
    row = RightsRequest.objects.get(id=other)
    assert (row.account, row.sealed) == ("", None)
    assert not keys.has_key(key_of(other))


def test_a_crash_between_the_last_commit_and_the_key_store_is_made_good_at_the_next_start(
    known: Ada, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = confirmed(known, now)

    def dies(subject: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as crash:
        crash.setattr(keys, "destroy", dies)
        with pytest.raises(KeyboardInterrupt):
            work(now)
    assert not who.exists(known.account)
    assert keys.has_key(known.account)
    work(now)
    assert not keys.has_key(known.account)
    assert not keys.has_key(key_of(request))


def test_a_block_outlives_the_erasure_as_a_keyed_hash(known: Ada, now: datetime) -> None:
    answering.block("email", "ada@example.test", {Scope.MARKETING}, "page", now)
    confirmed(known, now)
    work(now)
    assert not who.exists(known.account)
    stopped = gate.decide(
        DjangoDatabase(),
        BRAND,
        [],
        [read_choice(linen.PASS_ON)],
        now,
        [("email", keys.lookup("email", "ada@example.test"))],
    )
    assert stopped[0].reason is Reason.BLOCKED
