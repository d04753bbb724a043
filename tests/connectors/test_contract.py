"""What every connector must hold, whatever it connects to. A new one adds itself to `KINDS`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from sayso.connectors import local, memory
from sayso.connectors import services as connectors
from sayso.connectors.services import Connector, Done, Found, Identifier, NotOffered, Person, Seen, Verb
from sayso.core.errors import Misconfigured
from sayso.core.plan import TablePlan
from tests.connectors import shop
from tests.connectors.conftest import system
from tests.rights.partner import SECRET, Partner

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ADA = Person(
    tuple(
        Identifier(kind, value)
        for kind, value in {
            "customer": "C-1001",
            "email": "ada@example.test",
            "member": "4dd1a0a8",
            "subject": "s-1",
            "suppression": "customer:0a1b",
        }.items()
    )
)


@dataclass
class _Drawer(local.LocalConnector):
    """A part of Sayso that keeps one thing about people."""

    kept: set[str]
    offers = frozenset({Verb.FIND, Verb.ERASE, Verb.VERIFY})

    def find(self, person: Person, now: datetime) -> Found:
        return Found((TablePlan("drawer", delete=len(self.kept & set(person.values("subject")))),))

    def erase(self, person: Person, key: str, at: datetime, now: datetime) -> Done:
        self.kept -= set(person.values("subject"))
        return Done()

    def verify(self, person: Person) -> Seen:
        return Seen(len(self.kept & set(person.values("subject"))))


def _memory(_: Any) -> Connector:
    made = memory.world("desk")
    made.__init__()  # type: ignore[misc]
    made.rows["C-1001"] = {"name": "Ada"}
    return connectors.connect(system("desk", "memory", {}))


def _sql(request: pytest.FixtureRequest) -> Connector:
    request.getfixturevalue("database")
    return connectors.connect(system("shop", "sql", shop.FILE))


def _webhook(request: pytest.FixtureRequest) -> Connector:
    request.getfixturevalue("partner")
    config = {"url_env": "TEST_PARTNER_URL", "secret_env": "TEST_PARTNER_SECRET"}
    return connectors.connect(system("brightside", "webhook", config))


def _local(_: Any) -> Connector:
    drawer = _Drawer({"s-1", "s-2"})
    local.register("drawer", lambda: drawer)
    return connectors.connect(system("drawer", "local", {}))


KINDS: dict[str, Callable[[Any], Connector]] = {
    "memory": _memory,
    "sql": _sql,
    "webhook": _webhook,
    "local": _local,
}


@pytest.fixture
def partner(monkeypatch: pytest.MonkeyPatch) -> Iterator[Partner]:
    with Partner() as made:
        monkeypatch.setenv("TEST_PARTNER_URL", made.url)
        monkeypatch.setenv("TEST_PARTNER_SECRET", SECRET)
        monkeypatch.setenv("SAYSO_OUTBOUND_ALLOW", f"localhost:{made.port}")
        yield made


@pytest.fixture(params=sorted(KINDS))
def any_connector(request: pytest.FixtureRequest) -> Connector:
    return KINDS[request.param](request)


def field_of(connector: Connector) -> tuple[str, str]:
    """Give a field that the system can empty."""
    measured = connector.measure() if Verb.MEASURE in connector.offers else ()
    return next(((one.table, one.column) for one in measured if one.column in ("name", "phone")), ("", ""))


def call(connector: Connector, verb: Verb) -> object:
    calls: dict[Verb, Callable[[], object]] = {
        Verb.FIND: lambda: connector.find(ADA, NOW),
        Verb.EXPORT: lambda: connector.export(ADA),
        Verb.RECTIFY: lambda: connector.rectify(ADA, "name", "Ada Byron", "key-1"),
        Verb.ERASE: lambda: connector.erase(ADA, "key-2", datetime.now(UTC), datetime.now(UTC)),
        Verb.SUPPRESS: lambda: connector.suppress(ADA, "key-3"),
        Verb.VERIFY: lambda: connector.verify(ADA),
        Verb.MEASURE: connector.measure,
        Verb.DROP_FIELD: lambda: connector.drop_field(*field_of(connector), "key-5"),
        Verb.TELL: lambda: connector.tell(
            "audience.member.removed", {"member": "4dd1a0a8"}, "key-4", datetime.now(UTC), datetime.now(UTC)
        ),
    }
    return calls[verb]()


@pytest.mark.parametrize("verb", list(Verb))
def test_what_is_offered_can_be_repeated_and_what_is_not_says_so(
    any_connector: Connector, verb: Verb
) -> None:
    if verb in any_connector.offers:
        assert type(call(any_connector, verb)) is type(call(any_connector, verb))
    else:
        with pytest.raises(NotOffered) as refused:
            call(any_connector, verb)
        assert refused.value.permanent


def test_after_an_erasure_nothing_is_found_by_whoever_can_be_searched(any_connector: Connector) -> None:
    if Verb.VERIFY in any_connector.offers:
        assert any_connector.verify(ADA).found > 0
        call(any_connector, Verb.ERASE)
        assert any_connector.verify(ADA).found == 0
    else:
        assert any_connector.find(ADA, NOW).tables == ()


def test_finding_changes_nothing(any_connector: Connector) -> None:
    assert any_connector.find(ADA, NOW) == any_connector.find(ADA, NOW)


def test_measuring_changes_nothing_and_a_dropped_field_is_empty_for_everybody(
    any_connector: Connector,
) -> None:
    if Verb.DROP_FIELD not in any_connector.offers:
        return
    table, column = field_of(any_connector)
    before = any_connector.measure(table)
    assert before == any_connector.measure(table)
    any_connector.drop_field(table, column, "key-6")
    filled = {one.column: one.filled for one in any_connector.measure(table)}
    assert filled.pop(column) == 0
    assert filled == {one.column: one.filled for one in before if one.column != column}
    assert [one.filled for one in before if one.column == column] > [0]


def test_somebody_nobody_knows_is_erased_without_harm(any_connector: Connector) -> None:
    stranger = Person((Identifier("customer", "C-9999"), Identifier("subject", "s-9")))
    before = any_connector.find(ADA, NOW)
    any_connector.erase(stranger, "key-9", NOW, NOW)
    assert any_connector.find(ADA, NOW) == before


def test_no_evidence_holds_who_it_was_about(any_connector: Connector) -> None:
    done = [call(any_connector, verb) for verb in (Verb.SUPPRESS, Verb.ERASE) if verb in any_connector.offers]
    assert done
    for each in done:
        assert not any(name.value in repr(each) for name in ADA.identifiers)


@pytest.mark.parametrize("kind", ["nowhere", "base", "http", "../memory", "services"])
def test_a_kind_nobody_wrote_is_refused(kind: str) -> None:
    with pytest.raises(Misconfigured) as refused:
        connectors.connect(system("shop", kind, {}))
    assert refused.value.code == "unknown_kind"


def test_a_local_system_nobody_registered_is_refused() -> None:
    with pytest.raises(Misconfigured):
        connectors.connect(system("lost", "local", {}))
