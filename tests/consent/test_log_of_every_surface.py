"""Whatever surface an answer came by, and whoever gave it: the log holds it, and still holds when it was erased."""

from datetime import datetime

from sayso.consent import ledger, models, receipts, services
from sayso.consent.log import checking, keeper
from sayso.core.opt_out import Scope
from sayso.core.receipt import receipt
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.deployment.django_database import DjangoDatabase
from sayso.notices import queries as notices
from tests.consent.test_family import BORN, account, answers_for_him, cleo_says, family, says
from tests.schema import faults

GIVEN, REFUSED = ConsentStatus.GIVEN, ConsentStatus.REFUSED


def _receipt(event: ledger.Recorded) -> object:
    return receipt(notices.version(event.brand, event.version), receipts.facts_of(event))


def _found(now: datetime) -> list[checking.Finding]:
    keeper.tick(DjangoDatabase(), now)
    return checking.sweep(DjangoDatabase(), {}, now).findings


def test_a_childs_a_guardians_and_a_browsers_answers_are_in_the_log_and_leave_it_lawfully(
    brand: str, now: datetime
) -> None:
    ben, cleo = account("ben@example.test", now), account("cleo@example.test", now)
    family.say_age([ben], brand, BORN, Voucher.ACCOUNT, now)
    says(ben, brand, now, purchases=GIVEN, learn=REFUSED)
    link = answers_for_him(ben, cleo, now)
    cleo_says(cleo, link, brand, GIVEN, now)
    services.heed_signal([ben], brand, now)
    services.block("email", "ben@example.test", {Scope.MARKETING}, "page", now)
    recorded = ledger.events_of(DjangoDatabase(), ben, brand)
    assert len({event.evidence["surface"] for event in recorded}) >= 2
    assert [faults(_receipt(event)) for event in recorded] == [[]] * len(recorded)
    assert _found(now) == []
    services.forget_subjects([ben], now)
    assert models.Event.objects.filter(subject=ben).count() == 0
    assert _found(now) == []
