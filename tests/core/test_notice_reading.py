"""A notice is read, or refused with the place that is wrong."""

from collections.abc import Callable
from typing import Any

import pytest

from sayso.core.errors import Invalid
from sayso.core.guardian import MinorRule
from sayso.core.layout import YOUNG, shown
from sayso.core.notice_reading import read_notice
from tests import linen
from tests.linen import LEARN, purpose

Document = dict[str, Any]


def _learn(document: Document) -> dict[str, Any]:
    choice: dict[str, Any] = purpose(document, "learn")["choices"][0]
    return choice


def _sensitive(document: Document) -> None:
    document["categories"]["purchases"]["sensitive"] = True


def _interest(document: Document) -> None:
    told = document["told"][0]
    told.update(basis="legitimate_interest", recipient="brightside", operation="sell")


def _interest_in_sensitive(document: Document) -> None:
    _sensitive(document)
    for entry in document["purposes"]:
        entry["explicit"] = True
    document["told"][0]["basis"] = "legitimate_interest"


def _interest_across_sites(document: Document) -> None:
    document["told"][0].update(basis="legitimate_interest", advertising="cross_context")


WRONG: list[tuple[str, Callable[[Document], Any]]] = [
    ("preset_refused", lambda d: purpose(d, "learn").update(preset=True)),
    ("preset_refused", lambda d: _learn(d).update(default="given")),
    ("preset_refused", lambda d: _learn(d).update({True: True})),
    ("blocking_refused", lambda d: purpose(d, "learn").update(required=True)),
    ("basis_refused", _interest),
    ("minors_refused", lambda d: purpose(d, "pass_on").update(minors="child")),
    ("invalid_notice", lambda d: purpose(d, "learn").update(minors="nobody")),
    ("invalid_notice", lambda d: purpose(d, "learn").update(plain="only one language")),
    (
        "not_plain",
        lambda d: purpose(d, "learn").update(plain={"en": "A personalisation.", "zh-Hant": "好。"}),
    ),
    ("basis_refused", _interest_in_sensitive),
    ("basis_refused", _interest_across_sites),
    ("invalid_notice", _sensitive),
    ("invalid_notice", lambda d: d.pop("brand")),
    ("invalid_notice", lambda d: d.pop("locales")),
    ("invalid_notice", lambda d: d.update(locales="en")),
    ("invalid_notice", lambda d: d.pop("controller")),
    ("invalid_notice", lambda d: d["controller"].pop("email")),
    ("invalid_notice", lambda d: d["title"].pop("zh-Hant")),
    ("invalid_notice", lambda d: d.update(title="only one language")),
    ("invalid_notice", lambda d: d.update(categories=[])),
    ("invalid_notice", lambda d: d["categories"].update({"Bad Name": {}})),
    ("invalid_notice", lambda d: d["categories"].pop("purchases")),
    ("invalid_notice", lambda d: d["recipients"].pop("brightside")),
    ("invalid_notice", lambda d: d["safeguards"].pop("encrypted")),
    ("invalid_notice", lambda d: d.update(purposes={})),
    ("invalid_notice", lambda d: purpose(d, "learn").update(basis="because")),
    ("invalid_notice", lambda d: purpose(d, "learn").update(choices=[])),
    ("invalid_notice", lambda d: purpose(d, "learn").update(id="personalise")),
    ("invalid_notice", lambda d: d["purposes"].append(purpose(d, "learn"))),
    ("invalid_notice", lambda d: purpose(d, "learn")["choices"].append(_learn(d))),
    ("invalid_notice", lambda d: _learn(d).update(safeguards="encrypted")),
    ("invalid_notice", lambda d: _learn(d).update(id="learn.purchases.use.brightside")),
    ("invalid_notice", lambda d: d["told"][0].update(basis="consent")),
    ("invalid_notice", lambda d: d["told"][0].update(id="Told!")),
    ("unknown_choice", lambda d: _learn(d).update(id="learn.purchases.use")),
    ("unknown_choice", lambda d: _learn(d).update(id="learn.purchases.borrow.self")),
    ("invalid_duration", lambda d: _learn(d).pop("retention")),
]


@pytest.mark.parametrize(("code", "spoil"), WRONG)
def test_a_notice_that_may_not_be_published_is_refused(code: str, spoil: Callable[[Document], Any]) -> None:
    document = linen.document()
    spoil(document)
    with pytest.raises(Invalid) as refused:
        read_notice(document)
    assert refused.value.code == code
    assert refused.value.remedy


def test_sensitive_data_may_be_asked_for_with_a_statement_of_its_own() -> None:
    document = linen.document()
    _sensitive(document)
    for entry in document["purposes"]:
        entry["explicit"] = True
    assert read_notice(document).purposes["learn"].explicit


def test_the_version_is_the_content() -> None:
    same, other = linen.document(), linen.document()
    other["edition"] = "another"
    assert read_notice(same).version == read_notice(linen.document()).version
    assert read_notice(other).version != read_notice(same).version


def test_what_is_asked_is_listed_and_what_is_told_is_not() -> None:
    notice = read_notice(linen.document())
    asked = [choice.id for choice in notice.choices()]
    assert LEARN in asked
    assert linen.ORDERS not in asked
    found = notice.find(linen.ORDERS)
    assert found is not None
    assert found[0].law["en"].startswith("GDPR")


def test_only_what_some_purpose_needs_is_needed() -> None:
    notice = read_notice(linen.document())
    assert {choice.purpose for choice in notice.needing("purchases")} == {"personalise", "learn", "pass_on"}
    assert notice.needing("payment") == []


def test_a_category_is_used_by_every_purpose_that_lists_it_and_a_field_may_be_for_fewer() -> None:
    notice = read_notice(linen.document())
    assert [one.id for one in notice.using("contact")] == ["newsletter", "orders"]
    assert [one.id for one in notice.using("contact", ("orders", "invoices"))] == ["orders"]
    assert notice.using("contact", ()) == notice.using("fax") == []


def test_an_unlisted_choice_has_no_material() -> None:
    with pytest.raises(Invalid):
        read_notice(linen.document()).material("a.b.use.self")


def test_a_recipient_says_what_it_does_and_where_data_goes() -> None:
    notice = read_notice(linen.document())
    assert "adverts" in notice.recipients["brightside"].what["en"]
    assert notice.recipients["self"].what == {}


def test_a_purpose_that_names_no_rule_for_minors_gets_the_careful_one() -> None:
    document = linen.document()
    for entry in document["purposes"]:
        del entry["minors"]
    rules = {one.id: one.minors for one in read_notice(document).purposes.values() if one.asked}
    assert rules == {
        "personalise": MinorRule.BOTH,
        "learn": MinorRule.BOTH,
        "pass_on": MinorRule.FORBIDDEN,
        "newsletter": MinorRule.BOTH,
        "ads": MinorRule.FORBIDDEN,
    }


def test_what_a_minor_is_shown_is_in_plain_words_and_leaves_out_what_is_forbidden() -> None:
    notice = read_notice(linen.document())
    young, usual = (shown(notice, layout, "en")["purposes"] for layout in (YOUNG, "banner-1"))
    assert [one["id"] for one in young] == ["personalise", "learn", "newsletter"]
    assert young[0]["text"] == notice.purposes["personalise"].plain["en"] != usual[0]["text"]
