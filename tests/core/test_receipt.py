"""The receipt holds what ISO/IEC TS 27560 requires, and nobody's contact data but the brand's."""

import json
from typing import Any

import pytest

from sayso.core.errors import Malformed
from sayso.core.leaf import answer_leaf
from sayso.core.receipt import Facts, leaf_of, receipt
from tests import linen
from tests.linen import PASS_ON, PURCHASES

FACTS = Facts(
    event="00000000-0000-4000-8000-000000000001",
    seq=7,
    version="sha256:" + "0" * 64,
    answers={PURCHASES: "given", PASS_ON: "refused"},
    outcome={PURCHASES: "given", PASS_ON: "refused"},
    recorded_at="2026-05-04T09:00:00.000000Z",
    leaf_hash="ab" * 32,
    salt="cd" * 16,
    commitment="12" * 32,
    in_log_by="2026-05-04T09:10:00.000000Z",
    voucher="device",
    method="banner, banner-1, choose",
    locale="en",
    text_hash="sha256:" + "1" * 64,
    pseudonym="ef" * 16,
    address="http://localhost:8700",
)
# The fields the guide marks "MUST be present" (W3C CG guide of 2026-02-15), where each stands in ours.
REQUIRED_RECEIPT = ("dct:conformsTo", "dct:identifier", "dpv:hasRecordOfActivity", "dct:created")
REQUIRED_RECORD = (
    "dct:conformsTo",
    "dct:identifier",
    "dpv:hasDataSubject",
    "dpv:hasNotice",
    "dpv:hasProcess",
    "dpv:hasDataController",
    "dpv:hasConsentControl",
    "dpv:hasJurisdiction",
    "dpv:hasRight",
)
REQUIRED_PROCESS = (
    "dpv:hasPurpose",
    "dpv:hasPersonalData",
    "dpv:hasStorageCondition",
    "dpv:hasRecipient",
    "dpv:hasConsentStatus",
)
REQUIRED_STATUS = ("@type", "dpv:isIndicatedAtTime", "dpv:isIndicatedBy", "dpv:hasDuration")


@pytest.fixture(scope="module")
def content() -> dict[str, Any]:
    return receipt(linen.publish(linen.document()), FACTS)


def test_every_required_field_is_present(content: dict[str, Any]) -> None:
    record = content["dpv:hasRecordOfActivity"]
    assert all(content.get(name) for name in REQUIRED_RECEIPT)
    assert all(record.get(name) for name in REQUIRED_RECORD)
    assert record["dpv:hasNotice"]["dct:language"] == "en"
    for process in record["dpv:hasProcess"]:
        assert all(process.get(name) for name in REQUIRED_PROCESS)
        assert process["dpv:hasPersonalData"]["skos:broader"]
        assert all(process["dpv:hasConsentStatus"].get(name) for name in REQUIRED_STATUS)
    controller = record["dpv:hasDataController"]
    wanted = ("dct:identifier", "dpv:hasName", "dpv:hasRole", "dpv:hasContact", "dpv:hasAddress")
    assert all(controller.get(name) for name in wanted)


def test_a_refusal_is_in_the_receipt_as_a_refusal(content: dict[str, Any]) -> None:
    processes = content["dpv:hasRecordOfActivity"]["dpv:hasProcess"]
    status = {entry["dct:identifier"]: entry["dpv:hasConsentStatus"]["@type"][0] for entry in processes}
    assert status[PASS_ON].endswith("#ConsentRefused")
    assert status[PURCHASES].endswith("#ConsentGiven")


def test_the_third_party_is_named_with_its_country(content: dict[str, Any]) -> None:
    processes = content["dpv:hasRecordOfActivity"]["dpv:hasProcess"]
    recipients = [entry["dpv:hasRecipient"] for entry in processes]
    assert {(entry["@type"], entry["dpv:hasLocation"]) for entry in recipients} == {
        ("dpv:DataController", "IE"),
        ("dpv:ThirdParty", "US"),
    }


def test_the_same_event_gives_the_same_bytes(content: dict[str, Any]) -> None:
    again = receipt(linen.publish(linen.document()), FACTS)
    assert json.dumps(again) == json.dumps(content)


def test_a_receipt_says_all_that_its_entry_in_the_log_is_made_of(content: dict[str, Any]) -> None:
    parts = (FACTS.seq, "linen-and-loom", FACTS.version, FACTS.answers, FACTS.outcome, FACTS.recorded_at)
    assert leaf_of(content) == answer_leaf(*parts, FACTS.commitment)


@pytest.mark.parametrize("part", ["sayso:log", "dpv:hasRecordOfActivity", "dct:created"])
def test_a_receipt_that_says_too_little_has_no_entry(content: dict[str, Any], part: str) -> None:
    with pytest.raises(Malformed) as refused:
        leaf_of({name: value for name, value in content.items() if name != part})
    assert refused.value.code == "malformed_receipt"
