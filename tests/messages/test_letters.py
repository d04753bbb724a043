"""Letters: every one in every locale, plain text, and no address left behind."""

import pytest
from django.conf import settings

from sayso.core.errors import Invalid
from sayso.messages import letters

CONTEXT = {
    "code": "BCDF-2345", "brand": "Linen & Loom", "address": "12 Weavers' Row", "act": "delete",
    "contact": "hello@example.test", "complaint": "the commission", "link": "http://localhost:8700/r/x",
    "until": "2027-01-01", "staff": "Dev",
    "purpose": "Letters", "consequence": "We stop.", "page": "http://localhost:8700/centre/history",
    "kept": [{"what": "invoices", "until": "2032-01-01", "law": "s. 84"}],
}  # fmt: skip


@pytest.mark.parametrize("locale", [code for code, _ in settings.LANGUAGES])
@pytest.mark.parametrize("template", letters.TEMPLATES)
def test_every_letter_is_written_in_every_locale(template: str, locale: str) -> None:
    text = letters.write(template, locale, CONTEXT)
    assert text.subject
    assert "Linen & Loom" in text.body  # not &amp;: it is plain text
    assert "{" not in text.subject + text.body


def test_a_chinese_letter_is_not_the_english_one() -> None:
    assert "驗證碼" in letters.write("sign_in_code", "zh-Hant", CONTEXT).subject
    assert letters.write("sign_in_code", "fr", CONTEXT).subject == "Your code: BCDF-2345"


def test_a_code_letter_says_which_act_it_is_for() -> None:
    assert "delete" in letters.write("proof_code", "en", CONTEXT).body
    assert "download" in letters.write("proof_code", "en", {**CONTEXT, "act": "download"}).body


def test_an_unknown_letter_is_refused() -> None:
    with pytest.raises(Invalid, match="unheard_of"):
        letters.write("unheard_of", "en", {})
