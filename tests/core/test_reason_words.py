"""Every reason says something, in every language."""

import pytest

from sayso.core.decision import Reason
from sayso.core.reason_words import SENTENCES, sentences


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence_of_its_own_in_every_language(reason: Reason) -> None:
    said = sentences(reason)
    assert set(said) == {"en", "zh-Hant", "ar"}
    assert len(set(said.values())) == 3
    for locale, text in said.items():
        assert text.endswith((".", "。"))
        assert list(SENTENCES[locale].values()).count(text) == 1
