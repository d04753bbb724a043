"""SIGKILL before every commit of an erasure: the end is the same, and the partner acted once.

Between two commits, of whichever store, there is only memory, which dies with the process, and what was told
outside: whoever dies before a commit dies after all that was told since the one before it.
"""

import copy
import json
import os
import signal
import tempfile
import traceback
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from sqlalchemy.engine.default import DefaultDialect

from sayso.config import work
from sayso.config.local_systems import DOCUMENTS
from sayso.connectors.sql import schema
from sayso.consent.models import Event, Standing
from sayso.core.errors import NotFound
from sayso.core.fact import Fact
from sayso.core.vocabulary import ConsentStatus
from sayso.fulfilment import services as fulfilment
from sayso.fulfilment.models import Delivery, Pairwise
from sayso.identity import keys
from sayso.identity import services as identity
from sayso.identity.models import Identifier, Subject, Suppression
from sayso.inventory import services as inventory
from sayso.messages.models import Letter
from sayso.notices import services as notices
from sayso.personalisation import queries as learned
from sayso.personalisation import services as learning
from sayso.rights import services
from sayso.rights.models import RightsRequest
from tests import linen
from tests.connectors import shop
from tests.rights.conftest import BRAND, proof, says
from tests.rights.partner import SECRET, Partner, signed

YES = ConsentStatus.GIVEN
AT_ONCE, PAST_EVERY_LEASE = timedelta(0), timedelta(minutes=3)
PARTNER = {
    "system": "brightside",
    "kind": "webhook",
    "title": {"en": "Brightside Ads"},
    "recipient": "brightside",
    "url_env": "TEST_PARTNER_URL",
    "secret_env": "TEST_PARTNER_SECRET",
    "tells": ["audience.member.added", "audience.member.removed", "subject.erased"],
    "acknowledges": True,
}


@pytest.fixture
def partner(monkeypatch: pytest.MonkeyPatch) -> Iterator[Partner]:
    with Partner() as made:
        monkeypatch.setenv("TEST_PARTNER_URL", made.url)
        monkeypatch.setenv("TEST_PARTNER_SECRET", SECRET)
        monkeypatch.setenv("SAYSO_OUTBOUND_ALLOW", f"localhost:{made.port}")
        yield made


def acknowledge_all(partner: Partner) -> None:
    with urllib.request.urlopen(partner.url) as answer:  # noqa: S310 - our own test server
        for message in json.load(answer):
            # What was told before the erasure goes with the person; its word may come a second time.
            with suppress(NotFound):
                fulfilment.acknowledge(message, signed(message), b'{"state":"done"}', datetime.now(UTC))


def is_over(request: str) -> bool:
    return RightsRequest.objects.filter(id=request, state="complete", sealed=None).exists()


def work_through(partner: Partner, ahead: timedelta = AT_ONCE, request: str = "", rounds: int = 10) -> None:
    for _ in range(rounds):
        if not is_over(request):
            work.once(datetime.now(UTC) + ahead)
            acknowledge_all(partner)


def confirm_and_work(request: str, partner: Partner, ahead: timedelta) -> None:
    """Confirm the erasure as the pages do, unless that was done, and work until it is over."""
    row = RightsRequest.objects.get(id=request)
    if row.state == "planned":
        shown = proof(datetime.now(UTC))
        services.confirm_erasure(request, row.account, row.plan_version, shown, datetime.now(UTC))
    work_through(partner, ahead, request)


def begin(folder: Path, partner: Partner, monkeypatch: pytest.MonkeyPatch) -> str:
    """Bring Ada into a fresh shop, the ledger, the counts and the partner's list; plan her erasure."""
    now = datetime.now(UTC)
    url = f"sqlite:///{folder / 'shop.sqlite3'}"
    (folder / "shop.sqlite3").unlink(missing_ok=True)
    schema.engine.cache_clear()
    monkeypatch.setenv("TEST_SHOP_URL", url)
    shop.build(url).dispose()
    Suppression.objects.all().delete()
    account = identity.link_customer({"customer": "C-1001", "email": "ada@example.test"}, "US-CA", now)
    says(account, now, pass_on=YES, learn=YES, purchases=YES)
    learning.add_facts_to(BRAND, account, [Fact("o-5", "purchases", "observed", now, {"item": "p-001"})], now)
    work_through(partner, rounds=2)
    assert learned.served_counts(BRAND).items == {"p-001": 1}
    assert len(partner.effects) == 1
    return services.plan_erasure(account, now).id


def killing(at: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Wrap what commits, so that the process dies before the commit of that number."""
    commits = iter(range(10_000))

    def wrap(commit: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(*given: Any, **named: Any) -> Any:
            if next(commits) == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return commit(*given, **named)

        return wrapped

    return wrap


def worker_killed_at(at: int, request: str, partner: Partner) -> bool:
    """Confirm and work in a process of its own; tell whether it was killed before it was through."""
    connection.close()
    schema.engine.cache_clear()
    child = os.fork()
    if child == 0:
        try:
            wrap = killing(at)
            BaseDatabaseWrapper._commit = wrap(BaseDatabaseWrapper._commit)  # type: ignore[method-assign]
            DefaultDialect.do_commit = wrap(DefaultDialect.do_commit)  # type: ignore[method-assign]
            keys.destroy = wrap(keys.destroy)
            confirm_and_work(request, partner, AT_ONCE)
            os._exit(0)
        finally:
            traceback.print_exc()
            os._exit(1)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return os.WIFSIGNALED(status)


def end_state(request: str, folder: Path) -> dict[str, Any]:
    with schema.transaction(f"sqlite:///{folder / 'shop.sqlite3'}") as left:
        tables = [*shop.FILE["tables"], "counters"]
        rows = {name: list(map(tuple, left.exec_driver_sql(f"SELECT * FROM {name}"))) for name in tables}  # noqa: S608
    row = RightsRequest.objects.get(id=request)
    steps = Delivery.objects.filter(request=request).order_by("stage", "system", "instruction")
    return {
        "shop": rows,
        "state": (row.state, row.account, row.sealed),
        "steps": [(step.stage, step.system, step.instruction, step.state, step.subject) for step in steps],
        "people": [model.objects.count() for model in (Subject, Identifier, Standing, Event, Pairwise)],
        "counts": learned.served_counts(BRAND).items,
        "suppressed": Suppression.objects.count(),
        "letters": list(Letter.objects.values_list("template", flat=True).order_by("template")),
        "keys": keys.store()
        .execute("SELECT count(*) FROM key WHERE subject NOT LIKE 'letter:%'")
        .fetchone()[0],
    }


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_before_any_commit_ends_the_same_and_the_partner_acts_once(
    partner: Partner, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices.publish_notice(linen.document(), "Otto", now)
    notices.set_site("shop", BRAND, "http://localhost:8710", "EU")
    for document in (copy.deepcopy(shop.FILE), PARTNER, *DOCUMENTS):
        inventory.register_system(BRAND, document)
    with tempfile.TemporaryDirectory() as name:
        expected: dict[str, Any] | None = None
        # Each commit takes a story of its own: one database takes the even ones, the other the odd.
        killed, moment, first = 0, 10_000, 0 if connection.vendor == "sqlite" else 1
        while True:
            request = begin(Path(name), partner, monkeypatch)
            died = worker_killed_at(moment, request, partner)
            if died:
                killed += 1
                confirm_and_work(request, partner, PAST_EVERY_LEASE)
            end = end_state(request, Path(name))
            expected = expected or end
            assert end == expected, f"killed at moment {moment}"
            told = sorted(kind for kind, _ in partner.effects.values())
            assert told == ["audience.member.added", "audience.member.removed", "subject.erased"], moment
            if not died and moment < 10_000:
                break
            moment = first if moment == 10_000 else moment + 2
            partner.effects.clear()
            Letter.objects.all().delete()
        assert expected["state"] == ("complete", "", None)
        assert killed >= 25
        assert partner.forged == 0
