"""Every language beside English: nothing untranslated, nothing stale, and every placeholder still there."""

import pytest
from django.conf import settings
from django.utils.translation import to_locale

from tools import make_messages

LOCALES = [to_locale(code) for code, _ in settings.LANGUAGES if code != "en"]


def test_every_language_offered_has_its_translations_and_no_other_lies_about() -> None:
    assert make_messages.locales() == sorted(LOCALES)
    assert len(LOCALES) >= 2


@pytest.mark.parametrize("locale", LOCALES)
def test_every_text_of_the_server_is_translated(locale: str) -> None:
    assert len(list(make_messages.collected(locale))) > 300
    assert make_messages.untranslated(locale) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_the_compiled_translations_are_those_of_the_source(locale: str) -> None:
    assert make_messages.stale(locale) == []


@pytest.mark.parametrize("locale", LOCALES)
def test_no_translation_is_only_the_english_text_again(locale: str) -> None:
    same = [m.id for m in make_messages.updated(locale) if m.id and m.string == m.id]
    assert same == []
