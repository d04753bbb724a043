"""Mara's pages: she writes a question, sees whom it reaches, and proposes what to stop collecting."""

import copy
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from django.template.loader import render_to_string
from django.test import Client

from sayso.asks import queries as asks
from sayso.asks import services as writing
from sayso.consent import services as consent
from sayso.console import ask_form
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.deployment.django_database import DjangoDatabase
from sayso.fulfilment import services as fulfilment
from sayso.identity import named as people
from sayso.identity import services as identity
from sayso.inventory import queries as inventory
from sayso.inventory import services as register
from sayso.notices import queries as notices
from sayso.rights import services as rights
from sayso.uses import store as uses
from tests import linen
from tests.centre.conftest import BRAND, post, published, sign_in
from tests.connectors import shop
from tests.messages.post_office import PostOffice

__all__ = ["post", "published"]
ADDRESS = "{}@linenandloom.example.test"
Staff = Callable[[str], Client]


@pytest.fixture
def staff(post: PostOffice, published: str) -> Staff:
    """Sign somebody of the staff in: Mara, Otto or Dev."""
    roles = {"mara": "marketer", "otto": "officer", "dev": "officer"}

    def signed_in(name: str) -> Client:
        identity.make_staff(ADDRESS.format(name), roles[name], datetime.now(UTC))
        return sign_in(Client(), post, ADDRESS.format(name))

    return signed_in


@pytest.fixture
def mara(staff: Staff) -> Client:
    entries = yaml.safe_load((linen.BRAND / "asks.yaml").read_text())
    writing.set_catalogue(BRAND, entries, datetime.now(UTC))
    return staff("mara")


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, published: str) -> Iterator[sa.Engine]:
    monkeypatch.setenv("TEST_SHOP_URL", f"sqlite:///{tmp_path / 'shop.sqlite3'}")
    engine = shop.build(f"sqlite:///{tmp_path / 'shop.sqlite3'}")
    file: dict[str, Any] = copy.deepcopy(shop.FILE)
    file["tables"]["customers"]["columns"]["phone"] = {"category": "fax", "title": {"en": "fax number"}}
    register.register_system(BRAND, file)
    yield engine
    engine.dispose()


FORM = {
    "id": "window",
    "moment": "parcel_arrived",
    "priority": "5",
    "quiet_days": "60",
    "choices": [linen.LOCATION],
    "needs": [linen.PURCHASES],
    "field_name": "postcode",
    "category": "location",
    "autocomplete": "postal-code",
    "max_length": "10",
    **{
        f"{name}.{locale}": f"{name} in {locale}"
        for name in ("label", "title", "what_for", "by_whom", "how_long", "benefit")
        for locale in ("en", "zh-Hant")
    },
}


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content.decode()
    return answer.content.decode()


def test_what_is_typed_is_the_entry_that_the_brands_file_would_hold(mara: Client) -> None:
    saved = mara.post("/console/new-ask", FORM)
    assert saved["Location"] == "/console/asks/window/preview"
    draft = asks.authored_ask(BRAND, "window").draft
    assert draft is not None
    assert (draft["priority"], draft["not_now"], draft["needs"]) == (5, {"quiet_days": 60}, [linen.PURCHASES])
    assert draft["title"] == {"en": "title in en", "zh-Hant": "title in zh-Hant"}
    assert "not asked" in page(mara, "/console/asks")


def test_a_text_runs_as_its_language_does_whatever_word_it_begins_with(mara: Client) -> None:
    notice = replace(notices.current(BRAND).notice, locales=("en", "ar"))
    written = {"title": {"en": "Shall we?", "ar": "Linen & Loom تسألك"}}
    form = ask_form.filled(written, notice, "en", {})
    title = render_to_string("console/ask_text.html", {"text": form.texts[0]})
    assert re.findall(r'lang="(\S+)" dir="(\S+)"', title) == [("en", "ltr"), ("ar", "rtl")]


def test_each_fault_stands_beside_its_field_and_nothing_typed_is_lost(mara: Client) -> None:
    wrong = {**FORM, "moment": "checkout", "title.zh-Hant": " ", "quiet_days": "soon", "choices": []}
    answer = mara.post("/console/new-ask", wrong)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert set(re.findall(r'class="error" id="([a-z_]+)-fault"', text)) == {
        "moment",
        "title",
        "quiet_days",
        "choices",
        "category",
    }
    assert "title in en" in text
    assert "5 places need another look" in text
    assert [one.id for one in asks.authored(BRAND)] == ["postcode"]


def test_a_question_goes_from_draft_to_asked_to_asked_no_more(mara: Client) -> None:
    mara.post("/console/new-ask", FORM)
    mara.post("/console/asks/window/publish")
    assert asks.asks_of(BRAND).named("window") is not None
    changed = mara.post("/console/asks/window", {**FORM, "id": "other", "title.en": "May we?"})
    assert changed["Location"] == "/console/asks/window/preview"  # a question keeps its name
    mara.post("/console/asks/window/publish")
    text = page(mara, "/console/asks/window")
    assert "Version 2" in text
    assert "Mara" in text
    mara.post("/console/asks/window/end")
    assert asks.asks_of(BRAND).named("window") is None
    assert "asked no more" in page(mara, "/console/asks/window")


def test_the_preview_is_the_shops_card_and_a_press_on_it_records_nothing(mara: Client) -> None:
    text = page(mara, "/console/asks/postcode/preview?locale=zh-Hant")
    entry = asks.authored_ask(BRAND, "postcode").newest
    offered = asks.preview(BRAND, entry, "zh-Hant", datetime.now(UTC))
    told = {**offered.texts, "words": offered.words, "field": offered.field}
    card = render_to_string("sayso/ask-1.html", {"ask": told})  # as the shop renders it
    shown = re.findall(r">\s*([^<>\s][^<>]*)<", card)
    mine = re.findall(r">\s*([^<>\s][^<>]*)<", text[text.index('<section class="ask"') :])
    assert len(shown) == 13
    assert mine[: len(shown)] == shown
    assert mara.post("/console/asks/postcode/preview", {"answer": "given"}).status_code == 302
    assert "nothing was recorded" in page(mara, "/console/asks/postcode/preview")


def test_she_sees_to_how_many_a_question_may_be_put_and_to_how_many_not(mara: Client) -> None:
    for place in range(11):
        said = {linen.PURCHASES: ConsentStatus.GIVEN}
        if place < 5:
            said[linen.LOCATION] = ConsentStatus.REFUSED
        words = consent.centre_answer(BRAND, said, 0, "choose", Voucher.DEVICE, "en")
        consent.record_answer(secrets.token_urlsafe(32), None, BRAND, words, datetime.now(UTC))
    text = page(mara, "/console/asks/postcode/preview")
    assert '<p class="big" data-may>6</p>' in text
    assert re.search(r"never asked again.</dt><dd>5</dd>", text)


def test_a_small_number_is_never_written(mara: Client) -> None:
    words = consent.centre_answer(
        BRAND, {linen.LEARN: ConsentStatus.GIVEN}, 0, "choose", Voucher.DEVICE, "en"
    )
    subject = consent.record_answer(secrets.token_urlsafe(32), None, BRAND, words, datetime.now(UTC)).subject
    rights.complain(subject, BRAND, "learn", "Too much of it.", datetime.now(UTC))
    text = page(mara, "/console/reach")
    learn = text[text.index('id="learn"') : text.index('id="pass_on"')]
    assert re.findall(r"<dd>([^<]*)</dd>", learn) == [
        "fewer than 5",
        "0",
        "0",
        "0",
        "nobody said yes that long ago",
        "fewer than 5",
        "0",
        "0",
    ]
    assert 'aria-label="permit it now: fewer than 5; said no: 0; did not answer: 0"' in learn


def test_uses_are_told_in_sums_over_enough_people(mara: Client) -> None:
    now, counts = datetime.now(UTC), {}
    for place in range(5):
        secret = secrets.token_urlsafe(32)
        words = consent.centre_answer(
            BRAND, {linen.LEARN: ConsentStatus.GIVEN}, 0, "choose", Voucher.DEVICE, "en"
        )
        consent.record_answer(secret, None, BRAND, words, now)
        names = people.names_of({"device": secret})
        counts[(BRAND, "", names, ((linen.LEARN, True),))] = 400
        if place < 4:
            counts[(BRAND, "", names, ((linen.PASS_ON, False),))] = 1
    uses.add(DjangoDatabase(), counts, {}, now)
    text = page(mara, "/console/reach")
    assert re.search(r"uses counted in the last 30 days</dt><dd>2\u202f000</dd>", text)
    assert re.search(r"held back in the last 30 days</dt><dd>of fewer than 5 people</dd>", text)


@pytest.mark.usefixtures("database")
def test_a_field_nothing_uses_goes_by_one_press_and_a_second_persons_approval(
    mara: Client, staff: Staff, database: sa.Engine
) -> None:
    text = page(mara, "/console/fields")
    assert text.count("used by nothing") == 1
    place = {"system": "shop", "table": "customers", "column": "phone"}
    address = mara.post("/console/fields/propose", place)["Location"]
    assert "somebody else decides" in page(mara, address)
    assert mara.post(f"{address}/decide", {"say": "approve"}).status_code == 403
    otto = staff("otto")
    assert "2 of 2 rows would be emptied" in page(otto, address)
    otto.post(f"{address}/decide", {"say": "approve"})
    while fulfilment.carry_out_due(datetime.now(UTC)):
        pass
    text = page(mara, address)
    assert {"emptied: 2", "left: 0"} <= set(re.findall(r"(?:emptied|left): \d+", text))
    assert "Otto" in text
    with database.begin() as connection:
        assert connection.scalar(sa.text("SELECT count(*) FROM customers WHERE phone <> ''")) == 0
        connection.exec_driver_sql("UPDATE customers SET phone = '1' WHERE id = 17")
    assert "somebody still collects it" in page(mara, "/console/fields")


@pytest.mark.usefixtures("database")
def test_a_no_is_shown_with_its_reason_and_needs_one(mara: Client, staff: Staff) -> None:
    place = {"system": "shop", "table": "customers", "column": "phone"}
    address = mara.post("/console/fields/propose", place)["Location"]
    otto = staff("otto")
    assert otto.post(f"{address}/decide", {"say": "decline", "reason": " "}).status_code == 422
    otto.post(f"{address}/decide", {"say": "decline", "reason": "The tax office asks for it."})
    assert "The tax office asks for it." in page(mara, address)
    assert "The tax office asks for it." in page(mara, "/console/fields")


@pytest.mark.usefixtures("database")
def test_an_officer_who_proposed_cannot_approve_either(staff: Staff) -> None:
    otto = staff("otto")
    place = {"system": "shop", "table": "customers", "column": "phone"}
    address = otto.post("/console/fields/propose", place)["Location"]
    assert "Approve" not in page(otto, address)
    assert otto.post(f"{address}/decide", {"say": "approve"}).status_code == 403
    assert inventory.refused_fields(BRAND) == []
    assert "Approve" in page(staff("dev"), address)


def test_the_officer_reads_complaints_without_names_and_mara_does_not(mara: Client, staff: Staff) -> None:
    account = identity.link_customer(
        {"customer": "C-1001", "email": "ada@example.test"}, "", datetime.now(UTC)
    )
    rights.complain(account, BRAND, "newsletter", "Four <b>letters</b> a week.", datetime.now(UTC))
    text = page(staff("otto"), "/console/complaints")
    assert "Four &lt;b&gt;letters&lt;/b&gt; a week." in text
    assert "ada@example.test" not in text
    assert mara.get("/console/complaints").status_code == 403


@pytest.mark.parametrize(
    "address",
    ["/console/asks", "/console/new-ask", "/console/asks/postcode", "/console/asks/postcode/preview"],
)
def test_questions_are_the_marketers_alone(staff: Staff, mara: Client, address: str) -> None:
    assert mara.get(address).status_code == 200
    assert staff("otto").get(address).status_code == 403
