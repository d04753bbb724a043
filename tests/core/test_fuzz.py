"""Whatever is to be read, it is read or refused by an error that says what to do, and costs a few times its size."""

import base64
import json
import zlib
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.core.checkpoint import read_note, read_verifier_key
from sayso.core.choice import read_choice
from sayso.core.device import secret_of
from sayso.core.errors import Invalid, Malformed
from sayso.core.layout import direction, locale_for
from sayso.core.log_proof import read_proof
from sayso.core.receipt import leaf_of
from sayso.core.status_list import LARGEST, pack, read_list, write_list
from sayso.core.values import DEVICE_SECRET, canonical, read_event_id, read_json
from tests import linen
from tests.consent import corpus as kept
from tests.damage import bent, bounded, for_all_bends, for_all_damage, nested, peak_of, write

PROOF = next(
    json.loads(case["file"])["proof"] for case in kept.corpus()["cases"] if '"proof"' in case["file"]
)
NOTE = PROOF.partition("\n\n")[2]
KEY = kept.signing.verifier_keys(kept.ORIGIN, kept.LOG)[0].text
EVENT = "0b5cf9a1-6f0e-4c1a-9d0e-0a7c3f9d2b11"
TEXTS: list[tuple[str, Callable[[str], object]]] = [
    (NOTE, read_note),
    (PROOF, read_proof),
    (KEY, read_verifier_key),
    (linen.LEARN, read_choice),
    (EVENT, read_event_id),
]


@pytest.mark.parametrize(("valid", "read"), TEXTS, ids=[read.__name__ for _, read in TEXTS])
def test_a_text_is_read_or_refused(valid: str, read: Callable[[str], object]) -> None:
    read(valid)

    def whatever_it_says(raw: bytes) -> None:
        for errors in ("replace", "surrogateescape"):
            with suppress(Malformed, Invalid):
                read(raw.decode("utf-8", errors))

    for_all_bends(valid.encode(), 100, whatever_it_says)


def test_a_note_that_is_read_is_written_as_it_was() -> None:
    def whatever_it_says(raw: bytes) -> None:
        text = raw.decode("utf-8", "replace")
        with suppress(Malformed):
            assert read_note(text).text == text

    for_all_bends(NOTE.encode(), 100, whatever_it_says)


def entry_of(text: str) -> None:
    """Read what a receipt says, write it, and make its entry in the log."""
    with suppress(Malformed):
        content = read_json(text.encode("utf-8", "surrogatepass"))
        canonical(content)
        assert len(leaf_of(content)) == 64


def test_what_a_receipt_says_is_read_and_makes_an_entry_or_none() -> None:
    for_all_damage(kept.content(), 150, entry_of)
    for depth in range(850, 1000):  # about as deep as can be read, and perhaps not be worked on
        entry_of(write({**kept.content(), "dct:created": nested(depth)}))


def statuses(text: str) -> None:
    """Read a list of statuses, if it is one."""
    with suppress(Malformed):
        listed = read_list(read_json(text.encode("utf-8", "surrogatepass")))
        assert listed is None or [listed.at(place) for place in (-1, listed.size)] == [None, None]


def test_a_list_of_statuses_is_read_or_is_none() -> None:
    listed = write_list(pack({3: 1}, 64))
    for_all_damage(listed, 150, statuses)
    for_all_bends(
        listed["lst"].encode(), 100, lambda raw: statuses(write({"bits": 1, "lst": raw.decode("latin-1")}))
    )


@bounded(100)
@given(bent(zlib.compress(bytes(range(200)))))
def test_a_list_of_any_bytes_is_read_or_is_none(packed: bytes) -> None:
    listed = read_list({"bits": 8, "lst": base64.urlsafe_b64encode(packed).decode().rstrip("=")})
    assert listed is None or len(listed.raw) <= LARGEST


def test_a_list_that_would_fill_the_memory_is_refused_unread() -> None:
    lists: list[Any] = [{"bits": 1, "lst": write_list(pack({}, 8 * 30 * LARGEST))["lst"]}]
    assert read_list(lists[0]) is None
    assert peak_of(lambda: read_list(lists[0])) < 4 * LARGEST


@bounded(150)
@given(st.text(max_size=60), st.sampled_from(["", ".", ".0123456789abcdef"]), st.booleans())
def test_cookies_of_any_text_show_a_secret_or_none(text: str, mark: str, https: bool) -> None:
    prefix = "__Host-" if https else ""
    for held in (text, "k" * 43):
        shown = secret_of({f"{prefix}sayso_device": held, f"{prefix}sayso_renewal": text + mark}, https)
        assert shown is None or DEVICE_SECRET.match(shown)


@bounded(150)
@given(
    st.one_of(
        st.text(st.characters(codec=None), max_size=20),
        bent(b"zh-Hant-TW").map(lambda raw: raw.decode("latin-1")),
    )
)
def test_any_wish_for_a_language_finds_one_of_the_notice(wanted: str) -> None:
    notice = linen.publish(linen.document()).notice
    found = locale_for(notice, wanted)
    assert found in notice.locales
    assert direction(found) in {"ltr", "rtl"}
