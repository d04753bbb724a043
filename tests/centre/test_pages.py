"""Pages: whole without scripts, in two languages, honest when there is nothing, and nothing typed runs."""

import re
import secrets

import pytest
from django.test import Client

from sayso.consent import importing
from sayso.core.older_answer import Provenance
from sayso.core.older_row import OlderRow
from sayso.core.vocabulary import ConsentStatus
from sayso.notices import queries as notices
from tests import linen
from tests.centre.conftest import BRAND, Answering

OPEN = [
    "/centre/",
    "/centre/choices",
    "/centre/data",
    "/centre/history",
    "/centre/rules",
    "/notice",
    "/sign-in",
]


@pytest.mark.parametrize("path", OPEN)
@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_a_page_stands_in_both_languages_with_a_person_to_write_to_and_the_right_to_complain(
    browser: Client, answered: Answering, path: str, language: str
) -> None:
    answered(purchases="given")
    browser.cookies["sayso_language"] = language
    page = browser.get(path, follow=True)
    text = page.content.decode()
    assert page.status_code == 200
    assert f'lang="{"en" if language == "en" else "zh-Hant"}"' in text
    assert "hello@linenandloom.example.test" in text
    assert "https://www.dataprotection.ie" in text
    assert ("你的資料" in text) == (language == "zh-hant")


@pytest.mark.parametrize("path", OPEN)
def test_no_page_is_kept_for_whoever_presses_back_after_her(
    browser: Client, answered: Answering, path: str
) -> None:
    answered(purchases="given")
    assert "no-store" in browser.get(path, follow=True)["Cache-Control"]


@pytest.mark.parametrize("path", OPEN)
def test_a_page_has_no_inline_style_or_script(browser: Client, answered: Answering, path: str) -> None:
    answered(purchases="given")
    page = browser.get(path, follow=True)
    text = page.content.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! src)", text)
    assert "unsafe-inline" not in page["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    [
        "/centre/requests",
        "/centre/download",
        "/centre/delete",
        "/centre/requests/11111111-1111-4111-8111-111111111111",
    ],
)
def test_a_page_that_hands_out_or_deletes_asks_to_sign_in_and_remembers_where(
    browser: Client, path: str
) -> None:
    response = browser.get(path)
    assert response.status_code == 302
    assert response["Location"] == f"/sign-in?next={path.replace('/', '%2F')}"


def test_the_notice_is_shown_by_its_hash_and_an_unknown_hash_is_not_found(browser: Client) -> None:
    version = notices.current(BRAND).notice.version
    text = browser.get(f"/notice/{version}").content.decode()
    assert version in text
    assert "Brightside Ads" in text
    assert "Value-Added Tax Consolidation Act 2010" in text
    for unknown in ("sha256:" + "0" * 64, "sha256:%00"):
        assert browser.get(f"/notice/{unknown}").status_code == 404


def test_each_datum_is_told_with_source_basis_recipient_retention_and_safeguards(browser: Client) -> None:
    text = browser.get("/centre/data").content.decode()
    card = text.split('id="purchases"')[1].split("</section>")[0]
    for told in ("what you ordered from us", "GDPR, Article 6(1)(a)", "Brightside Ads", "24 months",
                 "encrypted where it is kept", "standard contractual clauses"):  # fmt: skip
        assert told in card, told


def test_a_missing_page_says_so_kindly_in_her_language(browser: Client) -> None:
    browser.cookies["sayso_language"] = "zh-hant"
    response = browser.get("/centre/nothing-here")
    assert response.status_code == 404
    assert "這裡什麼都沒有" in response.content.decode()


def test_before_any_notice_the_pages_say_what_is_missing(db: None) -> None:
    response = Client().get("/centre/")
    assert response.status_code == 404


def test_the_language_is_kept_in_one_cookie_and_leads_back_to_the_page(browser: Client) -> None:
    response = browser.post(
        "/language", {"language": "zh-hant"}, headers={"referer": "http://testserver/centre/choices"}
    )
    assert response["Location"] == "/centre/choices"
    assert browser.cookies["sayso_language"].value == "zh-hant"
    away = browser.post(
        "/language", {"language": "xx"}, headers={"referer": "https://evil.example.test//evil"}
    )
    assert away["Location"].startswith("/centre/")


def test_she_says_where_she_lives_and_the_rules_follow(browser: Client, answered: Answering) -> None:
    answered(purchases="given")
    assert "European Union" in browser.get("/centre/rules").content.decode()
    browser.post("/centre/rules", {"region": "US-CA"})
    text = browser.get("/centre/rules").content.decode()
    assert "because you said so" in text.lower()
    assert browser.post("/centre/rules", {"region": "<script>"}).status_code == 422


def test_a_first_visit_sets_no_cookie_but_the_forms_own(browser: Client) -> None:
    browser.get("/centre/")
    assert set(browser.cookies) <= {"sayso_csrf"}


def test_what_an_older_system_kept_is_shown_as_its_own_and_not_as_our_notice(
    browser: Client, published: str
) -> None:
    secret = secrets.token_urlsafe(32)
    kept = Provenance(
        "crm", {"news": "yes"}, "sha256:row", linen.MONDAY, "Send <b>me</b> news.", "checkout", "r-1"
    )
    bare = Provenance("crm", {"news": "yes"}, "sha256:other")
    rows = [
        OlderRow(2, {"device": secret}, {linen.NEWSLETTER: ConsentStatus.GIVEN}, kept),
        OlderRow(3, {"device": secret}, {linen.LEARN: ConsentStatus.UNKNOWN}, bare),
    ]
    importing.begin("run", BRAND, "crm", linen.MONDAY)
    importing.take_over(rows, notices.current(BRAND), "run", 3, linen.MONDAY)
    browser.cookies["sayso_device"] = secret
    history = browser.get("/centre/history").content.decode()
    assert history.count("Brought over from an older system") == 2
    assert "Send &lt;b&gt;me&lt;/b&gt; news." in history
    assert history.count("not known") == 3
    assert "A yes without proof: counts as no" in history
    assert "What you were told then" not in history
    proof = re.search(r"/centre/history/[^\"]+|/centre/proof/[^\"]+", history)
    assert proof, history
    shown = browser.get(proof.group(), follow=True).content.decode()
    assert "When you said it" in shown
    assert "an older system" in shown


def test_what_is_known_is_counted_by_entries_and_not_by_a_bare_number(signed_in: Client) -> None:
    home = signed_in.get("/centre/").content.decode()
    assert re.search(r'#contact">.+?</a> <span class="quiet-text">1 entry</span>', home)
