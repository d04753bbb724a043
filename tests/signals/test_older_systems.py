"""Exports of c15t and Fides are recognised, and what they do not prove is not read into them."""

from typing import Any

import pytest

from sayso.signals import c15t, fides

CONSENT: dict[str, Any] = {
    "id": "cns_1",
    "subjectId": "sub_1",
    "domainId": "dom_1",
    "policyId": "pol_1",
    "purposeIds": {"json": ["pur_a"]},
    "givenAt": "2025-02-03T10:00:00.000Z",
    "validUntil": None,
    "jurisdictionModel": "opt-in",
    "uiSource": "banner",
    "consentAction": "custom",
    "externalId": "C-1001",
    "domain": "linenandloom.example.test",
}
REPORT: dict[str, Any] = {
    "id": "pri_1",
    "email": "ada@example.test",
    "external_id": None,
    "fides_user_device_id": "0f1e",
    "request_timestamp": "2025-02-03T10:00:00+00:00",
    "request_origin": "privacy_center",
    "url_recorded": "https://linenandloom.example.test/privacy",
    "privacy_notice_history_id": "pri_hist_1",
    "notice_name": "Analytics",
    "preference": "opt_in",
    "method": "save",
    "served_notice_history_id": "ser_1",
}


def test_each_is_recognised_by_its_columns_and_no_other() -> None:
    assert c15t.recognises(CONSENT)
    assert fides.recognises(REPORT)
    assert not c15t.recognises(REPORT)
    assert not fides.recognises(CONSENT)
    assert not c15t.recognises(["subjectId", "givenAt"])


def test_a_c15t_row_says_what_was_accepted_and_by_that_what_was_not() -> None:
    row = c15t.row_of(CONSENT, ["pur_a", "pur_b"])
    assert row["said"] == {"pur_a": "yes", "pur_b": "no"}
    assert (row["customer"], row["receipt"], row["text"]) == ("C-1001", "cns_1", "pol_1")
    assert row["source"] == "banner linenandloom.example.test"
    assert row["flaw"] == ""


@pytest.mark.parametrize("written", ['["pur_a"]', '{"json": ["pur_a"]}', ["pur_a"]])
def test_ids_are_read_however_the_export_wrote_them(written: object) -> None:
    assert c15t.row_of({**CONSENT, "purposeIds": written}, ["pur_b"])["said"] == {
        "pur_a": "yes",
        "pur_b": "no",
    }


@pytest.mark.parametrize("written", [None, "", "[", {"other": 1}, 5])
def test_a_c15t_row_without_purposes_refuses_nothing(written: object) -> None:
    assert c15t.row_of({**CONSENT, "purposeIds": written}, ["pur_a"])["said"] == {}


def test_everything_rejected_is_a_no_to_everything_mapped() -> None:
    assert c15t.row_of({**CONSENT, "purposeIds": []}, ["pur_a", "pur_b"])["said"] == {
        "pur_a": "no",
        "pur_b": "no",
    }


def test_named_preferences_go_before_ids() -> None:
    row = c15t.row_of({**CONSENT, "preferences": '{"analytics": true, "marketing": false}'}, ["marketing"])
    assert row["said"] == {"analytics": "yes", "marketing": "no"}


@pytest.mark.parametrize("lacking", [{"jurisdictionModel": "opt-out"}, {"consentAction": None}])
def test_what_nobody_pressed_is_no_act(lacking: dict[str, Any]) -> None:
    assert c15t.row_of({**CONSENT, **lacking}, [])["flaw"] == c15t.NO_ACT


def test_nested_tables_are_read_too() -> None:
    nested = {
        **CONSENT,
        "externalId": None,
        "subject": {"externalId": "C-1001"},
        "domain": {"name": "shop.test"},
    }
    row = c15t.row_of(nested, [])
    assert (row["customer"], row["source"]) == ("C-1001", "banner shop.test")


def test_the_same_row_stays_the_same_whatever_is_mapped() -> None:
    assert c15t.row_of(CONSENT, ["pur_b"])["raw"] == c15t.row_of(CONSENT, [])["raw"]


def test_a_fides_row_names_its_notice() -> None:
    row = fides.row_of(REPORT, [])
    assert (row["purpose"], row["answer"], row["text"]) == ("Analytics", "opt_in", "pri_hist_1")
    assert row["source"] == "privacy_center https://linenandloom.example.test/privacy"
    assert (row["email"], row["receipt"], row["flaw"]) == ("ada@example.test", "ser_1", "")
    assert fides.row_of(REPORT, ["pri_hist_1"])["purpose"] == "pri_hist_1"
    bare = fides.row_of({**REPORT, "notice_name": None, "served_notice_history_id": None}, [])
    assert (bare["purpose"], bare["receipt"]) == ("pri_hist_1", "pri_1")


@pytest.mark.parametrize("method", [None, "dismiss", "gpc", "acknowledge", "script"])
def test_what_was_dismissed_or_set_by_a_signal_is_no_yes_of_hers(method: str | None) -> None:
    assert fides.row_of({**REPORT, "method": method}, [])["flaw"].startswith("an act of the person")


def test_lists_where_a_word_belongs_are_no_act_of_hers() -> None:
    assert c15t.row_of(CONSENT | {"consentAction": ["custom"]}, [])["flaw"] == c15t.NO_ACT
    assert fides.row_of(REPORT | {"method": ["save"]}, [])["flaw"]
    assert fides.row_of(REPORT | {"privacy_notice_history_id": ["x"]}, ["pri"])["purpose"] == "Analytics"


def test_a_list_within_lists_within_lists_says_nothing() -> None:
    assert c15t.row_of(CONSENT | {"purposeIds": "[" * 100_000}, ["pur_a"])["said"] == {}
