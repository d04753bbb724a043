"""Read an answer to its end, and no further than any of Sayso's goes."""

from __future__ import annotations

from typing import Final

import httpx

PLAIN: Final = {"Accept-Encoding": "identity"}
"""What to send along: a packed answer can hold a thousand times what came over the wire, and layers of it more."""
LARGEST: Final = 8 * 1024 * 1024
"""The most bytes of one answer that are taken in."""


def whole(reply: httpx.Response, most: int = LARGEST) -> bytes:
    """Return the body of a streamed reply; raises httpx.DecodingError for one packed or larger than `most`."""
    if reply.headers.get("content-encoding", "identity") != "identity":
        raise httpx.DecodingError("the answer is packed, and nobody asked for that")
    read = bytearray()
    for part in reply.iter_bytes():
        read += part
        if len(read) > most:
            raise httpx.DecodingError("the answer is larger than any")
    return bytes(read)
