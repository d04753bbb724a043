from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client

from sayso.core.vocabulary import ConsentStatus
from sayso.fulfilment import queries, services, worker
from sayso.identity import services as identity
from sayso.inventory import services as inventory
from sayso.outbox import services as outbox
from tests.rights.conftest import BRAND, Ada, says
from tests.rights.partner import SECRET, Partner, signed
from tests.rights.test_killed_worker import PARTNER as TOLD

DONE = b'{"state":"done"}'
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def partner(monkeypatch: pytest.MonkeyPatch) -> Iterator[Partner]:
    with Partner() as made:
        monkeypatch.setenv("TEST_PARTNER_URL", made.url)
        monkeypatch.setenv("TEST_PARTNER_SECRET", SECRET)
        monkeypatch.setenv("SAYSO_OUTBOUND_ALLOW", f"localhost:{made.port}")
        yield made


@pytest.fixture
def message(ada: Ada, partner: Partner) -> str:
    """Tell the partner of Ada and give the message's id."""
    now = datetime.now(UTC)
    inventory.register_system(BRAND, TOLD)
    says(ada.account, now, pass_on=ConsentStatus.GIVEN)
    outbox.deliver("fulfilment", worker.SUBSCRIPTIONS)
    services.carry_out_due(now)
    [name] = partner.effects
    return name


def posted(message: str, headers: dict[str, str], body: bytes = DONE) -> int:
    sent = Client().post(f"/v1/acknowledgements/{message}", body, "application/json", headers=headers)
    return sent.status_code


def state(ada: Ada) -> tuple[str, bool]:
    [row] = [row for row in queries.timeline_of([ada.account]) if row.instruction == "audience.add"]
    return row.state, row.acknowledged_at is not None


def test_the_partners_signed_word_settles_its_step_and_may_be_repeated(ada: Ada, message: str) -> None:
    assert state(ada) == ("told", False)
    assert posted(message, signed(message)) == 204
    assert state(ada) == ("done", True)
    assert posted(message, signed(message)) == 204


def test_a_forged_unknown_or_oversized_word_changes_nothing(ada: Ada, message: str) -> None:
    assert posted(message, signed(message, secret="whsec_" + "A" * 32)) == 403
    assert posted(message, signed("msg_other")) == 403
    assert posted(message, {}) == 403
    assert posted("msg_nobody", signed("msg_nobody")) == 404
    failed = b'{"state":"failed"}'
    assert posted(message, signed(message, failed), failed) == 422
    assert posted(message, signed(message), b" " * 5000) == 413
    assert state(ada) == ("told", False)


def test_a_brand_learns_who_must_not_be_imported_and_nothing_else(ada: Ada, now: datetime) -> None:
    identity.suppress(ada.account, now)
    key = identity.make_api_key(BRAND, "the shop", {"facts"}, now)
    asked = {
        "identifiers": [
            {"kind": "customer", "value": "C-2000"},
            {"kind": "email", "value": " ADA@example.test "},
            {"kind": "customer", "value": "C-1001"},
        ]
    }
    answer = Client().post(
        "/v1/suppressions/check", asked, "application/json", headers={"authorization": f"Bearer {key}"}
    )
    assert answer.json() == {"suppressed": [1, 2]}
    refused = Client().post("/v1/suppressions/check", asked, "application/json")
    assert refused.status_code == 401
