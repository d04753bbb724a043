"""Every receipt is as our published schema says, wrong ones are not, and its terms are those of DPV 2.3."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from sayso.core.consent import Published
from sayso.core.notice import Notice
from sayso.core.receipt import BASIS_IRI, receipt
from sayso.core.vocabulary import (
    ANSWERABLE,
    PROCESSING_IRI,
    STATUS_IRI,
    ConsentStatus,
    LegalBasis,
    Operation,
    Voucher,
)
from tests import linen
from tests.core.test_receipt import FACTS
from tests.schema import SCHEMA, faults

DATA = Path(__file__).parents[1] / "data"
TERMS = {
    name: set(listed)
    for name, listed in json.loads((DATA / "dpv" / "terms.json").read_text())["terms"].items()
}
DEMO = Path(__file__).parents[2] / "demo" / "sayso_demo"
NOTICES = {"first": linen.document(), "second": linen.second()}


def _published(name: str) -> Published:
    return linen.publish(NOTICES[name])


def _every_choice(notice: Notice) -> list[str]:
    return [part.choice.id for _, part in notice.parts()]


def _content(published: Published, outcome: ConsentStatus, locale: str = "en") -> dict[str, Any]:
    every = _every_choice(published.notice)
    facts = replace(
        FACTS,
        locale=locale,
        answers=dict.fromkeys(every, "given"),
        outcome=dict.fromkeys(every, str(outcome)),
    )
    return receipt(published, facts)


def test_the_schema_is_itself_well_formed() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", NOTICES)
@pytest.mark.parametrize("outcome", ConsentStatus)
def test_a_receipt_over_every_choice_is_as_the_schema_says(name: str, outcome: ConsentStatus) -> None:
    published = _published(name)
    for locale in published.notice.locales:
        assert faults(_content(published, outcome, locale)) == []


@given(
    said=st.dictionaries(
        st.sampled_from(_every_choice(_published("second").notice)),
        st.tuples(st.sampled_from(sorted(ANSWERABLE)), st.sampled_from(ConsentStatus)),
        min_size=1,
    ),
    voucher=st.sampled_from(Voucher),
    seq=st.integers(1, 2**53 - 1),
)
def test_whatever_was_said_the_receipt_is_as_the_schema_says(
    said: dict[str, tuple[str, ConsentStatus]], voucher: Voucher, seq: int
) -> None:
    answers = {choice: str(pair[0]) for choice, pair in said.items()}
    outcome = {choice: str(pair[1]) for choice, pair in said.items()}
    facts = replace(FACTS, seq=seq, voucher=voucher, answers=answers, outcome=outcome)
    assert faults(receipt(_published("second"), facts)) == []


def _places(value: object, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Name every member of every object in a receipt, by the way to it."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield (*path, name)
            yield from _places(part, (*path, name))
    elif isinstance(value, list) and value:
        yield from _places(value[0], (*path, 0))


def _at(content: dict[str, Any], path: tuple[Any, ...]) -> Any:
    found: Any = content
    for step in path:
        found = found[step]
    return found


def test_no_member_can_be_missing_empty_or_of_another_kind() -> None:
    whole = receipt(_published("first"), FACTS)
    ours = [path for path in _places(whole) if path[0] != "@context"]
    assert len(ours) > 60
    for path in ours:
        held, name = _at(whole, path[:-1]), path[-1]
        kept = held.pop(name)
        assert faults(whole) != [], path
        for spoilt in ({}, 7.5):
            held[name] = spoilt
            assert faults(whole) != [], (path, spoilt)
        held[name] = kept
    assert faults(whole) == []


PROCESS = ("dpv:hasRecordOfActivity", "dpv:hasProcess", 0)
WRONG = {
    "her address": (("dpv:hasRecordOfActivity", "dpv:hasDataSubject"), "dpv:hasContact", "ada@example.test"),
    "a time without its zone": ((), "dct:created", "2026-05-04T09:00:00"),
    "a status of nobody": (
        ("dpv:hasRecordOfActivity", "dpv:hasProcess", 0, "dpv:hasConsentStatus"),
        "dct:title",
        "yes",
    ),
    "a basis of nobody": (
        ("dpv:hasRecordOfActivity", "dpv:hasProcess", 0),
        "dpv:hasLegalBasis",
        "dpv:Because",
    ),
    "an entry without a hash": (("sayso:log",), "leafHash", "ab"),
    "a number below one": (("sayso:log",), "seq", 0),
    "another kind": ((), "@type", "dpv:ConsentRecord"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_receipt_is_refused(name: str) -> None:
    path, member, value = WRONG[name]
    changed = _content(_published("first"), ConsentStatus.GIVEN)
    _at(changed, path)[member] = value
    assert faults(changed) != []


def test_the_guides_own_example_lacks_what_the_guide_requires() -> None:
    # Its Example 46: a controller by name alone, dates without a time, one status for two processes.
    example = json.loads((DATA / "iso27560" / "example-46.json").read_text())["receipt"]
    told = faults(example)
    record = "$['dpv:hasRecordOfActivity']"
    assert any(one.startswith(f"{record}['dpv:hasDataController']: ") for one in told)
    assert any("'dpv:hasConsentStatus' is a required property" in one for one in told)
    assert any(one.startswith("$['dct:created']: ") for one in told)


def _whole(term: str) -> str:
    return term.replace("dpv:", "https://w3id.org/dpv#", 1) if term.startswith("dpv:") else term


@pytest.mark.parametrize("name", NOTICES)
def test_the_terms_of_a_receipt_are_those_of_dpv(name: str) -> None:
    record = _content(_published(name), ConsentStatus.GIVEN)["dpv:hasRecordOfActivity"]
    for process in record["dpv:hasProcess"]:
        assert process["dpv:hasPurpose"]["@type"] in TERMS["purposes"]
        assert process["dpv:hasPersonalData"]["skos:broader"] in TERMS["pd"]
        assert _whole(process["dpv:hasLegalBasis"]) in TERMS["legal_basis"]
        assert _whole(process["dpv:hasProcessing"]["@type"]) in TERMS["processing"]
        status, kind = process["dpv:hasConsentStatus"]["@type"]
        assert status in TERMS["consent_status"]
        assert _whole(kind) in TERMS["consent_types"]
    assert {_whole(one) for one in record["dpv:hasConsentControl"]["@type"]} <= TERMS["consent_controls"]
    assert _whole(record["dpv:hasRight"]["@type"]) in TERMS["rights"]


def test_every_status_operation_and_basis_has_its_term_and_the_schema_lists_them_all() -> None:
    own = {STATUS_IRI[ConsentStatus.SUPERSEDED]}  # ours alone: DPV has no word for it
    assert set(STATUS_IRI.values()) - own <= TERMS["consent_status"]
    assert {_whole(PROCESSING_IRI[one]) for one in Operation} <= TERMS["processing"]
    assert {_whole(BASIS_IRI[one]) for one in LegalBasis} <= TERMS["legal_basis"]
    kinds = SCHEMA["$defs"]["status"]["properties"]
    assert set(kinds["@type"]["prefixItems"][0]["enum"]) == set(STATUS_IRI.values())
    assert set(kinds["dct:title"]["enum"]) == set(ConsentStatus)
    assert set(SCHEMA["properties"]["sayso:vouchedBy"]["enum"]) == set(Voucher)
    assert set(SCHEMA["$defs"]["process"]["properties"]["dpv:hasLegalBasis"]["enum"]) == set(
        BASIS_IRI.values()
    )


@pytest.mark.parametrize("file", sorted(DEMO.rglob("notice.yaml")), ids=lambda file: file.parent.name)
def test_the_terms_of_every_notice_we_ship_are_those_of_dpv(file: Path) -> None:
    notice = yaml.safe_load(file.read_text())
    purposes = [*notice["purposes"], *notice.get("told", [])]
    assert {one["iri"] for one in purposes} <= TERMS["purposes"]
    categories = notice["categories"]
    listed = categories.values() if isinstance(categories, dict) else categories
    assert {one["iri"] for one in listed} <= TERMS["pd"]
