"""A receipt holds offline with a pinned key, and with nothing else."""

import base64
import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from uuid import UUID

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from sayso.cli.verifying import verify_files
from sayso.consent import ledger, receipts
from sayso.consent.ledger import Submission
from sayso.consent.receipts import Rejected, Verified, verify
from sayso.core.consent import Answer
from sayso.core.receipt import Facts, receipt
from sayso.core.values import canonical
from sayso.core.vocabulary import ConsentStatus
from sayso.deployment.django_database import DjangoDatabase
from sayso.notices import queries as notices
from tests import linen
from tests.linen import answer

PINS = receipts.public_keys()


@pytest.fixture
def token(brand: str, submission: Callable[[Answer], Submission], now: datetime) -> str:
    published = notices.current(brand)
    item = submission(answer(published, learn=ConsentStatus.GIVEN, pass_on=ConsentStatus.REFUSED))
    return receipts.sign(ledger.record(DjangoDatabase(), [item], now)[0], published)


def test_a_receipt_holds_with_the_pinned_key(token: str) -> None:
    outcome = verify(token, PINS)
    assert isinstance(outcome, Verified)
    assert outcome.content["dct:publisher"] == "Linen & Loom Ltd."


def test_every_changed_byte_of_the_content_is_noticed(token: str) -> None:
    head, payload, signature = token.split(".")
    raw = bytearray(base64.urlsafe_b64decode(payload + "=="))
    for place in range(0, len(raw), 97):
        changed = raw.copy()
        changed[place] ^= 1
        spoiled = base64.urlsafe_b64encode(bytes(changed)).decode().rstrip("=")
        outcome = verify(f"{head}.{spoiled}.{signature}", PINS)
        assert isinstance(outcome, Rejected)
        assert outcome.code == "bad_signature"


def test_a_foreign_key_is_refused_even_if_it_claims_our_name(token: str) -> None:
    theirs = Ed25519PrivateKey.generate()
    payload = jwt.api_jws.decode(token, options={"verify_signature": False})
    headers = {"typ": receipts.TYPE, "kid": next(iter(PINS["keys"]))}
    forged = jwt.api_jws.encode(payload, theirs, algorithm="EdDSA", headers=headers)
    own_name = {**headers, "kid": receipts.key_id(theirs.public_key())}
    foreign = jwt.api_jws.encode(payload, theirs, algorithm="EdDSA", headers=own_name)
    assert verify(forged, PINS) == Rejected(
        "bad_signature", "The signature does not fit: the receipt was changed."
    )
    refused = verify(foreign, PINS)
    assert isinstance(refused, Rejected)
    assert refused.code == "foreign_key"


@pytest.mark.parametrize(
    ("header", "code"), [({"alg": "none"}, "wrong_type"), ({"typ": "JWT"}, "wrong_type")]
)
def test_another_kind_of_signature_is_refused(token: str, header: dict[str, str], code: str) -> None:
    head, payload, signature = token.split(".")
    read = json.loads(base64.urlsafe_b64decode(head + "=="))
    changed = base64.urlsafe_b64encode(json.dumps({**read, **header}).encode()).decode().rstrip("=")
    outcome = verify(f"{changed}.{payload}.{signature}", PINS)
    assert isinstance(outcome, Rejected)
    assert outcome.code == code


@pytest.mark.parametrize(
    ("text", "pins", "code"),
    [("", PINS, "malformed"), ("a.b.c", PINS, "malformed"), ("x" * 300_000, PINS, "too_large")],
)
def test_what_is_no_receipt_is_refused(text: str, pins: object, code: str) -> None:
    outcome = verify(text, pins)
    assert isinstance(outcome, Rejected)
    assert outcome.code == code


@pytest.mark.parametrize(
    ("pins", "code"), [({}, "foreign_key"), ([], "foreign_key"), ({"keys": {"kid": "x"}}, "foreign_key")]
)
def test_without_the_right_pin_nothing_holds(token: str, pins: object, code: str) -> None:
    outcome = verify(token, pins)
    assert isinstance(outcome, Rejected)
    assert outcome.code == code


def test_a_pin_that_is_no_key_is_named(token: str) -> None:
    outcome = verify(token, {"keys": dict.fromkeys(PINS["keys"], "AAAA")})
    assert isinstance(outcome, Rejected)
    assert outcome.code == "bad_pins"


def test_the_command_reads_the_file_the_pages_give(token: str, tmp_path: Path) -> None:
    file, pins = tmp_path / "receipt.json", tmp_path / "pinned.json"
    pins.write_text(json.dumps(PINS))
    file.write_text(json.dumps({"receipt": token}))
    holds, lines = verify_files(file, pins)
    assert holds
    assert "Not independently witnessed." in lines
    assert any("refused" in line and "pass_on" in line for line in lines)
    file.write_text(token)
    assert verify_files(file, pins)[0]
    for spoiled in ("{", '{"other": 1}', "nonsense"):
        file.write_text(spoiled)
        assert not verify_files(file, pins)[0]


TOLD = st.lists(
    st.tuples(
        st.sampled_from(["learn", "pass_on", "purchases", "ads"]),
        st.sampled_from([ConsentStatus.GIVEN, ConsentStatus.REFUSED, ConsentStatus.DEFERRED]),
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60)
@given(TOLD, st.integers(1, 2**60), st.sampled_from(["en", "zh-Hant"]), st.uuids(version=4))
def test_a_receipt_cut_from_a_form_is_the_one_written_whole(
    told: list[tuple[str, ConsentStatus]], seq: int, locale: str, event: UUID
) -> None:
    published = linen.publish(linen.document())
    said = {choice: str(word) for choice, word in answer(published, 0, **dict(told)).answers.items()}
    facts = Facts(
        event=str(event),
        seq=seq,
        version=published.notice.version,
        answers=said,
        outcome=said,
        recorded_at=f"2026-05-04T09:00:00.{seq % 10**6:06}Z",
        leaf_hash=f"{seq:064x}",
        salt=event.hex,
        commitment=f"{seq:064}",
        in_log_by="2026-05-04T09:10:00.000000Z",
        voucher="device",
        method="banner, banner-1, choose",
        locale=locale,
        text_hash="sha256:0",
        pseudonym=event.hex[::-1],
        address="https://privacy.example",
    )
    assert receipts.payload_of(published, facts) == canonical(receipt(published, facts))
