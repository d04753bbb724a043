"""A log in the tests' own database: answers recorded, and the keeper's turn."""

from datetime import datetime, timedelta

from sayso.consent import ledger
from sayso.consent.ledger import Recorded
from sayso.consent.log import checking, keeper, reading
from sayso.consent.log.checking import Swept
from sayso.consent.log.reading import Signed
from sayso.core.vocabulary import ConsentStatus
from sayso.deployment.django_database import DjangoDatabase
from sayso.notices import queries as notices
from tests.linen import answer

DB = DjangoDatabase()


def say(count: int, submission: object, now: datetime) -> list[Recorded]:
    """Record so many answers of one device."""
    published = notices.current("linen-and-loom")
    said = (ConsentStatus.GIVEN, ConsentStatus.REFUSED)
    items = [submission(answer(published, learn=said[number % 2])) for number in range(count)]  # type: ignore[operator]
    return [ledger.record(DB, [item], now)[0] for item in items]


def kept(now: datetime) -> Signed:
    """Let the keeper work a second later; the newest checkpoint."""
    keeper.tick(DB, now + timedelta(seconds=1))
    newest = reading.latest(DB)
    assert newest is not None
    return newest


def codes(now: datetime, **signed: bytes) -> set[str]:
    """Sweep, and give the codes of what was found."""
    return {found.code for found in swept(now).findings}


def swept(now: datetime) -> Swept:
    """Sweep."""
    return checking.sweep(DB, {}, now + timedelta(seconds=2))
