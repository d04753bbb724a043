"""A status list is that of the IETF draft: its own vectors, and no list that would fill the memory."""

import json
import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.core.status_list import BITS, INVALID, VALID, StatusList, pack, read_list, write_list

VECTORS = Path(__file__).parents[1] / "data" / "token-status-list"  # see ORIGIN.md there
LONG = 1 << 20  # statuses in each vector of the appendix
STATUS = re.compile(r"^status\[(\d+)\]\s*=\s*0b([01]+)$", re.MULTILINE)
INCLUDED = re.compile(r"examples/(status_list_encoding\d\w*_json\.md)\}")


def carried(name: str) -> dict[str, Any]:
    """Read the JSON of a vector; its long value is folded over lines."""
    text = (VECTORS / name).read_text()
    read: dict[str, Any] = json.loads(re.sub(r"\s+", "", text[text.index("{") :]))
    return read


def appendix() -> dict[str, dict[int, int]]:
    """Read the statuses of every long vector, by the file that holds its encoding."""
    parts = re.split(r"^## ", (VECTORS / "test-vectors-appendix.md").read_text(), flags=re.MULTILINE)[1:]
    found = {}
    for part in parts:
        statuses = {int(index): int(status, 2) for index, status in STATUS.findall(part)}
        found[INCLUDED.findall(part)[0]] = statuses
    return found


SHORT = {
    "status_list_encoding_json.md": bytes([0xB9, 0xA3]),
    "status_list_encoding2_json.md": bytes([0xC9, 0x44, 0xF9]),
}


@pytest.mark.parametrize("name", SHORT)
def test_the_examples_of_the_text_are_read_and_written_as_they_stand_there(name: str) -> None:
    listed = read_list(carried(name))
    assert listed is not None
    assert listed.raw == SHORT[name]
    assert write_list(listed) == carried(name)


def test_the_first_status_stands_in_the_lowest_bits() -> None:
    one = read_list(carried("status_list_encoding_json.md"))
    two = read_list(carried("status_list_encoding2_json.md"))
    assert one is not None
    assert two is not None
    assert [one.at(index) for index in range(16)] == [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]
    assert [two.at(index) for index in range(12)] == [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]


@pytest.mark.parametrize("name", appendix())
def test_the_vectors_of_the_appendix_say_what_stands_beside_them(name: str) -> None:
    statuses, listed = appendix()[name], read_list(carried(name))
    assert listed is not None
    assert listed.size == LONG
    assert len(statuses) >= 11
    assert {index: listed.at(index) for index in statuses} == statuses
    assert listed == pack(statuses, LONG, listed.bits)
    assert read_list(write_list(listed)) == listed


def test_every_width_has_its_vector() -> None:
    assert [carried(name)["bits"] for name in appendix()] == list(BITS)


def test_the_signed_example_carries_a_list_we_read() -> None:
    payload = "".join((VECTORS / "status_list_jwt_raw.md").read_text().split()).split(".")[1]
    claims = json.loads(urlsafe_b64decode(payload + "=="))
    assert read_list(claims["status_list"]) == StatusList(1, bytes([0xB9, 0xA3]))


@given(
    bits=st.sampled_from(BITS),
    size=st.integers(1, 64).map(lambda number: number * 8),
    data=st.data(),
)
def test_what_is_packed_is_read_and_every_other_place_is_valid(bits: int, size: int, data: Any) -> None:
    statuses = data.draw(st.dictionaries(st.integers(0, size - 1), st.integers(0, (1 << bits) - 1)))
    listed = read_list(write_list(pack(statuses, size, bits)))
    assert listed is not None
    assert [listed.at(index) for index in range(size)] == [
        statuses.get(index, VALID) for index in range(size)
    ]


def test_a_place_beyond_the_list_has_no_status() -> None:
    listed = pack({7: INVALID}, 8)
    assert (listed.at(7), listed.at(8), listed.at(-1)) == (INVALID, None, None)


def folded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


WHOLE = zlib.compress(bytes(4))
NO_LISTS: dict[str, object] = {
    "nothing": None,
    "a text": "eNrbuRgAAhcBXQ",
    "no width": {"lst": folded(WHOLE)},
    "a width that does not exist": {"bits": 3, "lst": folded(WHOLE)},
    "a width that is a yes": {"bits": True, "lst": folded(WHOLE)},
    "a width with a point": {"bits": 1.0, "lst": folded(WHOLE)},
    "no list": {"bits": 1},
    "a list of bytes": {"bits": 1, "lst": list(WHOLE)},
    "ordinary base64": {"bits": 1, "lst": "eN+/"},
    "padding": {"bits": 1, "lst": folded(WHOLE) + "="},
    "a letter too many": {"bits": 1, "lst": "AAAAA"},
    "nothing compressed": {"bits": 1, "lst": ""},
    "not compressed": {"bits": 1, "lst": folded(bytes(4))},
    "cut short": {"bits": 1, "lst": folded(WHOLE[:-1])},
    "another checksum": {"bits": 1, "lst": folded(WHOLE[:-1] + b"?")},
    "something behind it": {"bits": 1, "lst": folded(WHOLE + b"more")},
}


@pytest.mark.parametrize("source", NO_LISTS.values(), ids=NO_LISTS)
def test_what_is_no_list_is_not_read(source: object) -> None:
    assert read_list(source) is None


def test_a_list_that_would_fill_the_memory_is_refused_unread() -> None:
    bomb = zlib.compress(bytes(1 << 26), 9)
    assert len(bomb) < 1 << 17
    assert read_list({"bits": 8, "lst": folded(bomb)}) is None
    exactly = {"bits": 8, "lst": folded(zlib.compress(bytes(100)))}
    assert read_list(exactly, largest=100) == StatusList(8, bytes(100))
    assert read_list(exactly, largest=99) is None


@pytest.mark.parametrize(
    ("statuses", "size", "bits"),
    [({}, 8, 3), ({}, 7, 1), ({}, 3, 2), ({8: 1}, 8, 1), ({-1: 1}, 8, 1), ({0: 2}, 8, 1), ({0: -1}, 8, 8)],
)
def test_a_list_that_cannot_be_is_not_packed(statuses: dict[int, int], size: int, bits: int) -> None:
    with pytest.raises(ValueError, match="status"):
        pack(statuses, size, bits)
