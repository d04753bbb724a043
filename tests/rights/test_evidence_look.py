"""Evidence of an erased person is found by two officers together, by a name she had proved, until its end date."""

from datetime import datetime, timedelta

import pytest
from click.testing import CliRunner

from sayso.cli.main import main
from sayso.config import tidying
from sayso.consent import models
from sayso.consent import services as consent
from sayso.consent.log import checking
from sayso.core.errors import Conflict, Forbidden, Invalid, NotFound
from sayso.core.vocabulary import ConsentStatus
from sayso.identity import keys
from sayso.identity import models as people
from sayso.identity import services as identity
from sayso.identity.queries import Staff
from sayso.rights import services
from sayso.rights.models import EvidenceLook
from sayso.staff.models import Look
from tests.consent.log import DB, kept
from tests.rights.conftest import Ada, says

pytestmark = pytest.mark.django_db(transaction=True)
YES, NO = ConsentStatus.GIVEN, ConsentStatus.REFUSED
OTTO = Staff(1, "Otto Brandt", "otto@example.test", frozenset({"officer"}))
CLEO = Staff(2, "Cleo Lind", "cleo@example.test", frozenset({"officer"}))
DEV = Staff(3, "Dev Rao", "dev@example.test", frozenset({"support"}))
WHY = "A regulator asks about complaint 12"


@pytest.fixture
def erased(ada: Ada, now: datetime) -> datetime:
    """Let Ada answer twice and be erased; give the moment after."""
    people.Identifier.objects.filter(subject_id=ada.account, kind="email").update(proved_at=now)
    says(ada.account, now, learn=YES)
    says(ada.account, now, learn=NO)
    consent.forget_subjects([ada.account, ada.device], now)
    identity.forget([ada.account, ada.device])
    return now + timedelta(days=1)


def asked(now: datetime, typed: str = "ada@example.test") -> str:
    return services.ask_evidence(typed, WHY, OTTO, now)


@pytest.mark.parametrize("typed", ["ada@example.test", " Ada@Example.test", "C-1001"])
def test_two_officers_together_read_what_she_had_answered(erased: datetime, typed: str) -> None:
    look = asked(erased, typed)
    with pytest.raises(NotFound):
        services.evidence_shown(look, OTTO, erased)
    services.decide_evidence(look, CLEO, True, erased)
    for officer in (OTTO, CLEO):
        shown, events = services.evidence_shown(look, officer, erased)
        assert [set(event.outcome.values()) for event in events] == [{"given"}, {"withdrawn"}]
        assert (shown.reason, shown.shown) == (WHY, 2)
    assert sorted(Look.objects.values_list("name", "account", "shown")) == [
        ("Cleo Lind", "", ["evidence"]),
        ("Otto Brandt", "", ["evidence"]),
    ]


def test_nobody_opens_evidence_alone(erased: datetime) -> None:
    look = asked(erased)
    with pytest.raises(Forbidden) as refused:
        services.decide_evidence(look, OTTO, True, erased)
    assert refused.value.code == "four_eyes"
    for act in (
        lambda: services.decide_evidence(look, DEV, True, erased),
        lambda: services.ask_evidence("ada@example.test", WHY, DEV, erased),
    ):
        with pytest.raises(Forbidden):
            act()
    services.decide_evidence(look, CLEO, True, erased)
    third = Staff(4, "Ben Ito", "ben@example.test", frozenset({"officer"}))
    with pytest.raises(NotFound):
        services.evidence_shown(look, third, erased)


def test_a_declined_look_shows_nothing_and_is_not_decided_twice(erased: datetime) -> None:
    look = asked(erased)
    services.decide_evidence(look, CLEO, False, erased)
    with pytest.raises(NotFound):
        services.evidence_shown(look, OTTO, erased)
    with pytest.raises(NotFound):
        services.decide_evidence(look, CLEO, True, erased)
    assert Look.objects.count() == 0
    assert EvidenceLook.objects.get().found_by == ""


def test_asking_tells_nobody_whether_there_is_any(erased: datetime) -> None:
    assert [services.evidence_looks(erased)[0].approved for _ in (asked(erased, "nobody@example.test"),)] == [
        None
    ]
    (look,) = services.evidence_looks(erased)
    services.decide_evidence(look.id, CLEO, True, erased)
    assert services.evidence_shown(look.id, CLEO, erased)[1] == []


def test_a_look_needs_its_reason_and_has_its_limit(erased: datetime) -> None:
    with pytest.raises(Invalid):
        services.ask_evidence("ada@example.test", "x", OTTO, erased)
    for _ in range(30):
        asked(erased)
    with pytest.raises(Conflict):
        asked(erased)


def test_what_evidence_is_found_by_is_no_hash_that_stands_elsewhere(erased: datetime) -> None:
    found = set(models.EvidenceName.objects.values_list("found_by", flat=True))
    assert len(found) == 2
    assert not found & {keys.lookup("email", "ada@example.test"), keys.lookup("customer", "C-1001")}


def test_an_address_nobody_proved_finds_nothing(ada: Ada, now: datetime) -> None:
    says(ada.account, now, learn=YES)
    consent.forget_subjects([ada.account], now)
    look = asked(now)
    services.decide_evidence(look, CLEO, True, now)
    assert services.evidence_shown(look, OTTO, now)[1] == []


def test_a_look_ends_and_the_name_it_was_for_is_forgotten(
    erased: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    look = asked(erased)
    services.decide_evidence(look, CLEO, True, erased)
    later = erased + timedelta(minutes=31)
    with pytest.raises(NotFound):
        services.evidence_shown(look, OTTO, later)
    monkeypatch.setattr(tidying, "_last", [])
    tidying.tidy(later)
    assert EvidenceLook.objects.get().found_by == ""
    services.tidy_evidence_looks(erased + timedelta(days=731))
    assert EvidenceLook.objects.count() == 0
    assert not keys.has_key(f"evidence look:{look}")


def test_the_worker_ends_retention_under_a_tombstone_and_the_auditor_is_content(
    erased: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(erased)
    monkeypatch.setattr(tidying, "_last", [])
    tidying.tidy(erased)
    assert models.Evidence.objects.count() == 2
    end = erased + timedelta(days=3 * 366)
    tidying.tidy(end)
    assert (models.Evidence.objects.count(), models.EvidenceName.objects.count()) == (0, 0)
    kept(end)
    assert checking.sweep(DB, {}, end).findings == []


def test_the_command_counts_first_and_then_ends_what_has_come_to_its_end(erased: datetime) -> None:
    models.Evidence.objects.update(keep_until="2026-01-01T00:00:00.000000Z")
    tried = CliRunner().invoke(main, ["ledger", "end-retention", "--dry-run"])
    assert (tried.exit_code, tried.stdout.partition(" ")[0]) == (0, "2")
    assert models.Evidence.objects.count() == 2
    done = CliRunner().invoke(main, ["ledger", "end-retention"])
    assert (done.exit_code, models.Evidence.objects.count()) == (0, 0)
