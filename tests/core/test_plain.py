"""Plain words are short sentences of short words, in every script."""

import pytest

from sayso.core.plain import hard_sentences

LONG = "We keep what you buy so that we can think about what you and many other people like to buy"


@pytest.mark.parametrize(
    ("text", "locale", "hard"),
    [
        ("We look at what you buy. Then we show you things that fit.", "en", []),
        (f"Short one. {LONG}.", "en", [LONG]),
        ("This is personalisation.", "en", ["This is personalisation"]),
        ("You decide (really)!", "en", []),
        ("我們會看你買過的東西。", "zh-Hant", []),
        ("我們" * 17 + "。好。", "zh-Hant", ["我們" * 17]),
    ],
)
def test_sentences_a_child_would_stumble_over_are_listed(text: str, locale: str, hard: list[str]) -> None:
    assert hard_sentences(text, locale) == hard
