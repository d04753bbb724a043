"""A device secret that was replaced, at the hot path: it answers for nobody once the new one was shown."""

from datetime import UTC, datetime

from sayso.core.device import renewed
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys, services, store
from tests.edge.conftest import Caller
from tests.edge.test_decide import QUESTIONS, _decide
from tests.linen import LEARN, PURCHASES


def linked(browser: Caller) -> tuple[str, str]:
    """Let somebody sign in on this browser; give the device and its new secret."""
    now = datetime.now(UTC)
    browser.answer({PURCHASES: "given"})
    device = store.subject_of_device(DjangoDatabase(), keys.secret_hash(browser.device))
    assert device
    services.start_link(device, services.link_customer({"customer": "C-1001"}, "", now), now)
    return device, renewed(browser.device, services.renew_secret(device, browser.device))


def states(browser: Caller) -> dict[str, str]:
    standing = browser.banner()["standing"]
    return standing["states"] if standing else {}


def test_the_old_secret_answers_until_the_new_one_was_shown_and_then_for_nobody(browser: Caller) -> None:
    device, fresh = linked(browser)
    assert states(browser)[PURCHASES] == "given"
    assert browser.answer({LEARN: "given"}, base=1)[0] == 201
    hers = Caller(fresh)
    assert states(hers)[LEARN] == "given"
    assert states(browser) == {}
    browser.answer({PURCHASES: "refused"})
    assert states(hers)[PURCHASES] == "given"
    assert store.subject_of_device(DjangoDatabase(), keys.secret_hash(fresh)) == device


def test_the_new_secret_may_be_shown_with_an_answer(browser: Caller) -> None:
    _, fresh = linked(browser)
    hers = Caller(fresh)
    assert hers.answer({LEARN: "given"}, base=1)[1]["standing"]["states"][LEARN] == "given"
    assert states(browser) == {}


def test_the_gate_asks_the_account_for_the_new_secret_only(browser: Caller, server_key: str) -> None:
    _, fresh = linked(browser)
    asked = [
        {"subject": {"device": secret}, "questions": QUESTIONS[:1]} for secret in (browser.device, fresh)
    ]
    answers = [_decide(browser, server_key, body)[1]["decisions"][0] for body in asked]
    assert [answer["permitted"] for answer in answers] == [True, False]
    assert _decide(browser, server_key, asked[0])[1]["decisions"][0]["reason"] == "unknown_subject"
