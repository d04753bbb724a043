"""Passkeys: added after a fresh proof, asked for beside the mailbox, and never the end of the way in."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from click.testing import CliRunner
from django.http import HttpResponse
from django.test import Client
from fido2.utils import websafe_encode

from sayso.centre import passkeys as ceremony
from sayso.cli.main import main as program
from sayso.identity import queries as identity
from sayso.identity import services as identity_services
from sayso.identity.proofing import models as proofing
from sayso.identity.proofing.passkey import queries, services
from sayso.messages.services import send_due
from tests.centre.conftest import ADA, code_from, sign_in
from tests.messages.post_office import PostOffice
from tests.passkeys import FLAGS, Device, shown_at

SECURITY, KEYS, PROOF = "/centre/security", "/centre/security/passkeys", "/centre/step-up/security/passkey"
CODE = re.compile(r"<code>([0-9]{4}-[0-9]{4}-[0-9]{4})</code>")
SAID = websafe_encode(b'{"type":"webauthn.create","challenge":"AA","origin":"http://localhost:8700"}')
BROKEN = ["{}", "[]", "null", "7", "x", '{"id": 1}', "[" * 9000, "x" * 20000] + [
    json.dumps({"id": "AA", "rawId": "AA", "response": {"clientDataJSON": SAID, "attestationObject": blob}})
    for blob in ("", "!", websafe_encode(b"\x9b" + b"\xff" * 8), websafe_encode(b"\x81" * 5000))
]


def _proved(browser: Client, post: PostOffice) -> None:
    browser.post("/centre/step-up/security/code")
    assert browser.post("/centre/step-up/security", {"code": code_from(post)})["Location"] == SECURITY


def _adds(browser: Client, device: Device, name: str = "Ada's phone") -> HttpResponse:
    asked = browser.post(KEYS, {"name": name}).json()
    answer: HttpResponse = browser.post(KEYS, {"name": name, "credential": device.makes(asked)})
    return answer


def _person() -> int:
    person = identity.person_by_address(ADA)
    assert person is not None
    return person


def _letter(post: PostOffice) -> str:
    send_due(datetime.now(UTC))
    return f"{post.letters[-1]['Subject']}\n{post.text()}"


def _is_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


@pytest.fixture
def phone(signed_in: Client, post: PostOffice) -> Device:
    """Ada's phone, with a passkey for her account; she is signed in on her computer."""
    device = Device()
    _proved(signed_in, post)
    assert _adds(signed_in, device).status_code == 200
    return device


@pytest.fixture
def codes(signed_in: Client, phone: Device) -> list[str]:
    """New recovery codes, as the page showed them."""
    return CODE.findall(signed_in.post("/centre/security/codes").content.decode())


def test_adding_a_passkey_takes_a_fresh_proof(signed_in: Client, post: PostOffice) -> None:
    assert signed_in.post(KEYS, {"name": "x"})["Location"] == SECURITY
    assert b'id="name"' not in signed_in.get(SECURITY).content
    _proved(signed_in, post)
    assert b'id="name"' in signed_in.get(SECURITY).content


def test_her_first_passkey_shows_ten_recovery_codes_once_and_writes_to_her(
    signed_in: Client, post: PostOffice
) -> None:
    _proved(signed_in, post)
    page = _adds(signed_in, Device()).content.decode()
    assert len(set(CODE.findall(page))) == 10
    assert "data:text/plain" in page
    letter = _letter(post)
    assert "added" in letter
    assert "Ada's phone" in letter
    again = signed_in.get(SECURITY).content.decode()
    assert "Ada&#x27;s phone" in again
    assert "10 of 10 left" in again
    assert CODE.findall(again) == []


def test_a_second_passkey_leaves_her_recovery_codes_as_they_are(signed_in: Client, codes: list[str]) -> None:
    assert _adds(signed_in, Device(), "Her key").status_code == 302
    assert [each.name for each in queries.passkeys_of(_person())] == ["Ada's phone", "Her key"]
    assert services.use_code(_person(), codes[0], datetime.now(UTC)) == "proved"


def test_a_passkey_without_a_name_is_called_my_passkey_and_a_long_name_is_cut(
    signed_in: Client, phone: Device
) -> None:
    _adds(signed_in, Device(), " ")
    _adds(signed_in, Device(), "x" * 500)
    assert [each.name for each in queries.passkeys_of(_person())][1:] == ["My passkey", "x" * 60]


def test_she_signs_in_with_her_passkey_and_nothing_else(phone: Device) -> None:
    browser = Client()
    assert shown_at(browser, "/sign-in/passkey", phone, next="/centre/data")["Location"] == "/centre/data"
    assert _is_in(browser)
    assert queries.passkeys_of(_person())[0].used_at is not None


def test_nobody_is_sent_to_another_site_by_a_passkey(phone: Device) -> None:
    answer = shown_at(Client(), "/sign-in/passkey", phone, next="https://evil.example.test/")
    assert answer["Location"] == "/centre/"


@pytest.mark.parametrize(
    "other",
    [
        {"origin": "https://evil.example.test"},
        {"house": "evil.example.test"},
        {"flags": FLAGS.UP},
        {"id": b"another credential"},
        {"owner": "OTk5OTk5"},
        {"owner": "!!"},
    ],
    ids=str,
)
def test_a_passkey_of_another_house_or_owner_or_without_its_owners_touch_opens_nothing(
    phone: Device, other: dict[str, object]
) -> None:
    browser = Client()
    wrong = replace(phone, **other)  # type: ignore[arg-type]
    assert shown_at(browser, "/sign-in/passkey", wrong)["Location"] == "/sign-in"
    assert not _is_in(browser)


def test_another_devices_signature_opens_nothing(phone: Device) -> None:
    browser, thief = Client(), Device(id=phone.id, owner=phone.owner)
    assert shown_at(browser, "/sign-in/passkey", thief)["Location"] == "/sign-in"
    assert not _is_in(browser)


def test_what_a_device_showed_once_or_long_ago_opens_nothing(
    phone: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Client()
    shown = phone.shows(browser.post("/sign-in/passkey").json())
    assert Client().post("/sign-in/passkey", {"credential": shown})["Location"] == "/sign-in"
    later = datetime.now(UTC) + timedelta(minutes=5, seconds=1)
    with monkeypatch.context() as clock:
        clock.setattr(ceremony, "right_now", lambda: later)
        assert browser.post("/sign-in/passkey", {"credential": shown})["Location"] == "/sign-in"
    assert browser.post("/sign-in/passkey", {"credential": shown})["Location"] == "/sign-in"
    assert not _is_in(browser)


@pytest.mark.parametrize("text", BROKEN, ids=range(len(BROKEN)))
def test_nonsense_in_place_of_a_passkey_is_refused_in_words(
    signed_in: Client, phone: Device, text: str
) -> None:
    stranger = Client()
    for browser, address in ((stranger, "/sign-in/passkey"), (signed_in, KEYS), (signed_in, PROOF)):
        browser.post(address)
        assert browser.post(address, {"credential": text}).status_code == 302
    assert len(queries.passkeys_of(_person())) == 1


def test_the_mailbox_alone_does_not_open_an_account_with_a_passkey(phone: Device, post: PostOffice) -> None:
    browser = Client()
    browser.post("/sign-in", {"email": ADA})
    answer = browser.post("/sign-in/code", {"code": code_from(post)})
    assert answer["Location"] == "/sign-in/second"
    assert not _is_in(browser)
    assert browser.get("/centre/data").content.count(ADA.encode()) == 0
    assert shown_at(browser, "/sign-in/second", phone)["Location"] == "/centre/"
    assert _is_in(browser)


def test_another_persons_passkey_is_no_second_factor(phone: Device, post: PostOffice) -> None:
    cleo = Client()
    sign_in(cleo, post, "cleo@example.test")
    _proved(cleo, post)
    hers = Device()
    _adds(cleo, hers)
    browser = Client()
    browser.post("/sign-in", {"email": ADA})
    browser.post("/sign-in/code", {"code": code_from(post)})
    assert shown_at(browser, "/sign-in/second", hers).status_code == 422
    assert not _is_in(browser)


def _at_the_second_step(post: PostOffice) -> Client:
    browser = Client()
    browser.post("/sign-in", {"email": ADA})
    browser.post("/sign-in/code", {"code": code_from(post)})
    return browser


def test_the_second_step_is_nothing_without_the_first() -> None:
    assert Client().get("/sign-in/second")["Location"] == "/sign-in"


def test_a_lost_device_is_a_code_and_a_recovery_code_and_she_is_told(
    codes: list[str], post: PostOffice
) -> None:
    browser = _at_the_second_step(post)
    assert b"recovery codes" in browser.get("/sign-in/second").content
    assert browser.post("/sign-in/second", {"code": "1111-2222-3333"}).status_code == 422
    assert browser.post("/sign-in/second", {"code": codes[3].replace("-", " ")})["Location"] == "/centre/"
    assert _is_in(browser)
    assert "A recovery code was used" in _letter(post)
    assert "9 of 10 left" in browser.get(SECURITY).content.decode()
    again = _at_the_second_step(post)
    assert again.post("/sign-in/second", {"code": codes[3]}).status_code == 422
    assert not _is_in(again)


def test_recovery_codes_are_not_guessed(codes: list[str], post: PostOffice, phone: Device) -> None:
    browser = _at_the_second_step(post)
    for _ in range(5):
        browser.post("/sign-in/second", {"code": "1111-2222-3333"})
    refused = browser.post("/sign-in/second", {"code": codes[0]})
    assert "quarter of an hour" in refused.content.decode()
    assert not _is_in(browser)
    assert shown_at(browser, "/sign-in/second", phone)["Location"] == "/centre/"


def test_new_recovery_codes_end_the_earlier_ones_and_she_is_told(
    signed_in: Client, codes: list[str], post: PostOffice
) -> None:
    newer = CODE.findall(signed_in.post("/centre/security/codes").content.decode())
    assert not set(codes) & set(newer)
    assert "new recovery codes" in _letter(post)
    now = datetime.now(UTC)
    assert services.use_code(_person(), codes[0], now) == "wrong"
    assert services.use_code(_person(), newer[0], now) == "proved"


def test_removing_the_last_passkey_gives_the_mailbox_its_place_back(
    signed_in: Client, phone: Device, post: PostOffice
) -> None:
    passkey = queries.passkeys_of(_person())[0].id
    signed_in.post(f"{KEYS}/{passkey}/remove")
    assert "A passkey was removed" in _letter(post)
    assert Authenticator.objects.count() == 0
    assert shown_at(Client(), "/sign-in/passkey", phone)["Location"] == "/sign-in"
    assert _is_in(sign_in(Client(), post))


def test_who_lost_device_and_codes_is_let_in_again_by_a_person_who_made_sure_it_is_her(
    phone: Device, post: PostOffice
) -> None:
    command = CliRunner().invoke(program, ["forget-passkeys", ADA])
    assert command.output == "1 passkeys forgotten\n"
    assert "A passkey was removed" in _letter(post)
    assert _is_in(sign_in(Client(), post))
    assert (
        CliRunner().invoke(program, ["forget-passkeys", "eve@example.test"]).output
        == "0 passkeys forgotten\n"
    )


def test_nobody_removes_another_persons_passkey(phone: Device, post: PostOffice) -> None:
    cleo = Client()
    sign_in(cleo, post, "cleo@example.test")
    _proved(cleo, post)
    cleo.post(f"{KEYS}/{queries.passkeys_of(_person())[0].id}/remove")
    assert len(queries.passkeys_of(_person())) == 1


def test_without_a_fresh_proof_nothing_changes(signed_in: Client, phone: Device) -> None:
    proofing.Proof.objects.all().delete()
    before = list(Authenticator.objects.values("pk", "data"))
    for address in (KEYS, f"{KEYS}/{queries.passkeys_of(_person())[0].id}/remove", "/centre/security/codes"):
        assert signed_in.post(address)["Location"] == SECURITY
    assert list(Authenticator.objects.values("pk", "data")) == before


@pytest.mark.parametrize("act", ["security", "download", "delete"])
def test_a_passkey_shown_afresh_proves_one_act_more_strongly_than_a_code(
    signed_in: Client, phone: Device, act: str
) -> None:
    proofing.Proof.objects.all().delete()
    assert "Use a passkey instead" in signed_in.get(f"/centre/{act}").content.decode()
    shown_at(signed_in, f"/centre/step-up/{act}/passkey", phone)
    proof = proofing.Proof.objects.get()
    assert (proof.act, proof.method, proof.level) == (act, "passkey", 2)
    assert "Use a passkey instead" not in signed_in.get(f"/centre/{act}").content.decode()


def test_another_persons_passkey_proves_nothing(signed_in: Client, phone: Device, post: PostOffice) -> None:
    cleo = Client()
    sign_in(cleo, post, "cleo@example.test")
    _proved(cleo, post)
    hers = Device()
    _adds(cleo, hers)
    proofing.Proof.objects.all().delete()
    shown_at(signed_in, PROOF, hers)
    assert proofing.Proof.objects.count() == 0


def test_there_is_no_proof_by_passkey_for_an_act_that_needs_none(signed_in: Client, phone: Device) -> None:
    assert signed_in.post("/centre/step-up/refuse/passkey").status_code == 404


def test_ten_passkeys_are_enough(signed_in: Client, phone: Device) -> None:
    for _ in range(services.MOST - 1):
        _adds(signed_in, Device())
    assert signed_in.post(KEYS)["Location"] == SECURITY
    assert b'id="name"' not in signed_in.get(SECURITY).content


def test_neither_the_name_of_a_passkey_nor_the_seed_of_the_codes_is_stored_in_clear(
    codes: list[str],
) -> None:
    stored = repr(list(Authenticator.objects.values()))
    assert "phone" not in stored
    for row in Authenticator.objects.filter(type="recovery_codes"):
        assert len(row.data["seed"]) > 160  # sealed: longer than allauth's own 80 digits


def test_erasure_leaves_no_passkey_no_code_and_no_way_in(phone: Device, codes: list[str]) -> None:
    account = identity.account_by("email", ADA)
    assert account is not None
    browser = Client()
    identity_services.forget([account])
    assert Authenticator.objects.count() == 0
    assert proofing.Proof.objects.count() == 0
    assert shown_at(browser, "/sign-in/passkey", phone)["Location"] == "/sign-in"
