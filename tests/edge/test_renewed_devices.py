"""A device secret that was replaced, at the hot path: it answers for nobody once the new one was shown."""

from datetime import UTC, datetime

from sayso.consent import queries as consent
from sayso.consent import services as answering
from sayso.core.device import renewed
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys, services, store
from tests import linen
from tests.edge.conftest import Caller
from tests.edge.test_decide import QUESTIONS, _decide
from tests.linen import LEARN, PREFERENCES, PURCHASES

BRAND = "linen-and-loom"
GIVEN = ConsentStatus.GIVEN


def linked(browser: Caller) -> tuple[str, str]:
    """Let somebody sign in on this browser; give the account and its new secret."""
    now = datetime.now(UTC)
    browser.answer({PURCHASES: "given"})
    device = store.subject_of_device(DjangoDatabase(), keys.secret_hash(browser.device))
    assert device
    account = services.link_customer({"customer": "C-1001"}, "", now)
    says(account, PURCHASES=GIVEN, LEARN=GIVEN)
    services.start_link(device, account, now)
    return account, renewed(browser.device, services.renew_secret(device, browser.device))


def says(account: str, **said: ConsentStatus) -> None:
    """Let the account answer, from another browser."""
    now = datetime.now(UTC)
    choices = {getattr(linen, name): status for name, status in said.items()}
    base = consent.answered(account, BRAND, now).rev
    words = answering.centre_answer(BRAND, choices, base, "change", Voucher.ACCOUNT, "en")
    answering.record_for(account, BRAND, words, now)


def states(browser: Caller) -> dict[str, str]:
    standing = browser.banner()["standing"]
    return standing["states"] if standing else {}


def test_the_old_secret_answers_until_the_new_one_was_shown_and_then_for_nobody(browser: Caller) -> None:
    _, fresh = linked(browser)
    device = store.subject_of_device(DjangoDatabase(), keys.secret_hash(browser.device))
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


def test_while_she_is_signed_in_the_browser_may_do_what_her_account_permits_too(
    browser: Caller, server_key: str
) -> None:
    account, fresh = linked(browser)
    hers = Caller(fresh)
    assert states(hers)[PURCHASES] == "given"
    says(account, PURCHASES=ConsentStatus.REFUSED)
    assert states(hers)[PURCHASES] == "withdrawn"
    _, reply = hers.answer({LEARN: "given"}, base=1)
    assert reply["standing"]["states"][PURCHASES] == "withdrawn"
    body = {"subject": {"device": fresh}, "questions": QUESTIONS[:1]}
    assert _decide(browser, server_key, body)[1]["decisions"][0]["permitted"] is False
    device = store.subject_of_device(DjangoDatabase(), keys.secret_hash(fresh))
    services.end_link(str(device), datetime.now(UTC))
    assert states(hers)[PURCHASES] == "given"


def test_a_replaced_secret_hears_nothing_of_what_the_account_says(browser: Caller, server_key: str) -> None:
    account, _ = linked(browser)
    says(account, PURCHASES=ConsentStatus.REFUSED)
    assert states(browser)[PURCHASES] == "given"
    body = {"subject": {"device": browser.device}, "questions": QUESTIONS[:1]}
    assert _decide(browser, server_key, body)[1]["decisions"][0]["reason"] == "given"


def test_what_the_account_was_never_asked_a_signed_in_browser_may_not_do(browser: Caller) -> None:
    _, fresh = linked(browser)
    hers = Caller(fresh)
    _, reply = hers.answer({PREFERENCES: "given"}, base=1)
    assert reply["standing"]["states"][PREFERENCES] == "unknown"
