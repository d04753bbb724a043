"""What is shown when we ask."""

import json

import pytest

from sayso.core import layout
from sayso.core.duration import Duration
from sayso.core.errors import Invalid
from sayso.core.notice_reading import read_notice
from tests import linen


def test_every_locale_has_every_word() -> None:
    assert {frozenset(words) for words in layout.WORDS.values()} == {frozenset(layout.WORDS["en"])}


def test_what_is_shown_holds_no_answer() -> None:
    notice = read_notice(linen.document())
    text = json.dumps(layout.shown(notice, "banner-1", "en"))
    assert "Reject all" in text
    assert not any(word in text for word in ('"checked"', '"preset"', '"given"'))


def test_the_hash_tells_layout_and_locale_apart() -> None:
    notice = read_notice(linen.document())
    hashes = {layout.text_hash(notice, name, where) for name in layout.LAYOUTS for where in notice.locales}
    assert len(hashes) == len(layout.LAYOUTS) * len(notice.locales)


def test_the_nearest_locale_is_chosen() -> None:
    notice = read_notice(linen.document())
    wanted = {"zh-hant": "zh-Hant", "zh-TW": "zh-Hant", "fr": "en", "en-GB": "en"}
    assert {asked: layout.locale_for(notice, asked) for asked in wanted} == wanted


def test_an_unknown_layout_or_locale_is_refused() -> None:
    notice = read_notice(linen.document())
    with pytest.raises(Invalid, match="layout"):
        layout.shown(notice, "banner-0", "en")
    with pytest.raises(Invalid, match="locale"):
        layout.shown(notice, "banner-1", "fr")


def test_arabic_is_read_from_the_right() -> None:
    assert (layout.direction("ar"), layout.direction("zh-Hant")) == ("rtl", "ltr")


def test_lengths_of_time_are_written_in_words() -> None:
    assert layout.length_text(Duration(24, 0), "en") == "24 months"
    assert layout.length_text(Duration(0, 30), "fr") == "30 days"
