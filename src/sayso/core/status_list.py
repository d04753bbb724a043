"""A list of statuses that says of each token, by its place, whether it still holds (IETF Token Status List).

The list is an array of values of 1, 2, 4 or 8 bits, the first in the lowest bits of the first byte, compressed
with zlib and written as base64url without padding. This module knows the array alone: who signs and serves it
stands in `sayso.decisions`.
"""

import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

BITS = (1, 2, 4, 8)  # how wide a status may be
VALID, INVALID = 0, 1  # what the draft calls 0x00 and 0x01; every other value is no yes either
LARGEST = 1 << 20  # bytes of a list we would inflate: a million statuses of eight bits
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*\Z")


@dataclass(frozen=True, slots=True)
class StatusList:
    """Statuses of `bits` bits each, packed into `raw`."""

    bits: int
    raw: bytes

    @property
    def size(self) -> int:
        """Give how many statuses there are."""
        return len(self.raw) * 8 // self.bits

    def at(self, index: int) -> int | None:
        """Give the status at a place, or None where the list has no such place."""
        if not 0 <= index < self.size:
            return None
        place, shift = divmod(index * self.bits, 8)
        return self.raw[place] >> shift & (1 << self.bits) - 1


def pack(statuses: Mapping[int, int], size: int, bits: int = 1) -> StatusList:
    """Make a list of `size` statuses; every place that is not named is valid.

    Raises ValueError for a width that does not exist, a size that does not fill its last byte, a place
    beyond the list, or a status that is too wide: whoever packs chooses all of them.
    """
    if bits not in BITS or size * bits % 8:
        raise ValueError("A list has statuses of 1, 2, 4 or 8 bits and fills its bytes.")
    raw = bytearray(size * bits // 8)
    for index, status in statuses.items():
        if not 0 <= index < size or not 0 <= status < 1 << bits:
            raise ValueError("A status stands inside its list and fits its width.")
        place, shift = divmod(index * bits, 8)
        raw[place] |= status << shift
    return StatusList(bits, bytes(raw))


def write_list(listed: StatusList) -> dict[str, Any]:
    """Write a list the way a status list token carries it: `{"bits": …, "lst": …}`."""
    packed = urlsafe_b64encode(zlib.compress(listed.raw, 9))
    return {"bits": listed.bits, "lst": packed.decode().rstrip("=")}


def _inflated(packed: bytes, largest: int) -> bytes | None:
    """Inflate at most `largest` bytes: a few kilobytes that would become gigabytes are refused unread."""
    inflating = zlib.decompressobj()
    try:
        raw = inflating.decompress(packed, largest + 1)
    except zlib.error:
        return None
    whole = inflating.eof and not inflating.unused_data
    return raw if whole and len(raw) <= largest else None


def read_list(source: object, largest: int = LARGEST) -> StatusList | None:
    """Read what `write_list` wrote, by us or by somebody else; None for anything that is no such list.

    `largest` bounds in bytes what is inflated.
    """
    if not isinstance(source, Mapping):
        return None
    bits, text = source.get("bits"), source.get("lst")
    if type(bits) is not int or bits not in BITS or not isinstance(text, str) or not _BASE64URL.match(text):
        return None
    if len(text) % 4 == 1:  # no number of bytes is written in so many characters
        return None
    raw = _inflated(urlsafe_b64decode(text + "=" * (-len(text) % 4)), largest)
    return None if raw is None else StatusList(bits, raw)
