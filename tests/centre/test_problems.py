"""What did not work is said in the language of the page, whoever raised it."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import translation

from sayso.centre.problems import OTHERWISE, WORDS, says
from sayso.core.errors import Conflict, Forbidden, Invalid
from sayso.identity import services as identity
from tests.centre.conftest import sign_in
from tests.messages.post_office import PostOffice

MARA = "mara@linenandloom.example.test"
ROLE = Forbidden("wrong_role", "This page is for another role.", "Ask who looks after roles.")


@pytest.mark.parametrize("language", ["zh-hant", "ar"])
def test_a_marketer_on_an_officers_page_is_turned_away_in_her_language(
    post: PostOffice, published: str, language: str
) -> None:
    identity.make_staff(MARA, "marketer", datetime.now(UTC))
    mara = sign_in(Client(), post, MARA)
    mara.cookies["sayso_language"] = language
    reply = mara.get("/console/requests")
    assert reply.status_code == 403
    assert "another role" not in reply.content.decode()
    with translation.override(language):
        assert str(WORDS["wrong_role"]) in reply.content.decode()


def test_an_english_page_has_the_errors_own_words() -> None:
    with translation.override("en"):
        assert says(ROLE) == "This page is for another role. Ask who looks after roles."


@pytest.mark.parametrize("language", ["zh-hant", "ar"])
def test_an_error_nobody_has_words_for_yet_is_not_told_in_english(language: str) -> None:
    with translation.override(language):
        told = str(says(Conflict("never_seen", "It broke.", "Mend it.")))
        assert told == str(OTHERWISE)
        assert not told.isascii()


def test_words_that_were_translated_where_they_were_raised_stay() -> None:
    with translation.override("zh-hant"):
        assert says(Invalid("invalid_value", "太長了。", "請寫成一行。")) == "太長了。 請寫成一行。"
