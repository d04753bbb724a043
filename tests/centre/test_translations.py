"""Traditional Chinese: nothing untranslated, nothing stale, and every placeholder still there."""

from tools import make_messages


def test_every_text_of_the_server_is_translated() -> None:
    assert len(list(make_messages.collected("zh_Hant"))) > 300
    assert make_messages.untranslated("zh_Hant") == []


def test_the_compiled_translations_are_those_of_the_source() -> None:
    assert make_messages.stale("zh_Hant") == []


def test_no_translation_is_only_the_english_text_again() -> None:
    same = [m.id for m in make_messages.updated("zh_Hant") if m.id and m.string == m.id]
    assert same == []
