"""The dyes, and mixing them."""

from __future__ import annotations

import hashlib
from functools import reduce

DYES = {
    "harbour blue": "#3f6c8a",
    "cool blue": "#8fb3c9",
    "slate blue": "#5d7891",
    "sky blue": "#b4d0e0",
    "navy": "#2b3d57",
    "indigo": "#394a7a",
    "white": "#f4f2ec",
    "chalk": "#ece7db",
    "ecru": "#e2d8c1",
    "oat": "#d3c4a4",
    "sand": "#d6bf98",
    "flax": "#c8b68e",
    "straw": "#dcc57c",
    "ochre": "#c48f35",
    "mustard": "#cfa337",
    "moss": "#6b7444",
    "sage": "#a3ae90",
    "olive": "#84824b",
    "fern": "#5b8059",
    "rust": "#a9532f",
    "madder": "#9c3a35",
    "wine": "#6d2b3a",
    "terracotta": "#c0714c",
    "clay": "#b98365",
    "rose": "#cb8d91",
    "blush": "#e3bdb2",
    "dove grey": "#b3b2ae",
    "graphite": "#5a5d61",
    "charcoal": "#3c3d40",
    "plum": "#6a4460",
    "heather": "#9a86a6",
    "walnut": "#6f5240",
    "chestnut": "#8a5638",
}


def dye(colour: str) -> str:
    """Return the dye of a named colour; an unknown name gets one of its own, always the same."""
    if colour in DYES:
        return DYES[colour]
    return "#" + "".join(f"{70 + byte // 2:02x}" for byte in hashlib.sha256(colour.encode()).digest()[:3])


def mix(colour: str, other: str, share: float) -> str:
    """Return `colour` with a share (0 to 1) of `other` stirred in."""
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def lighter(colour: str, share: float = 0.3) -> str:
    """Return the colour nearer to cream."""
    return mix(colour, "#fffaf0", share)


def darker(colour: str, share: float = 0.3) -> str:
    """Return the colour nearer to a warm black."""
    return mix(colour, "#1d1712", share)


def is_pale(colour: str) -> bool:
    """Say whether the colour is light enough to be lost on a light wall."""
    return reduce(lambda total, part: total + part, _parts(colour)) > 610


def _parts(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
