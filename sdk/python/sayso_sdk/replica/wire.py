"""What the edge sends a replica, read and checked. Anything that does not fit is refused as a whole."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from typing import Any

from sayso_sdk.errors import UNREADABLE, unreadable
from sayso_sdk.replica.patterns import Patterns, read_codes

MOST_CHOICES = 4096
LONGEST_LEASE = 60.0
NAME = 16  # bytes
PATTERN_BITS = 28
PATTERN = (1 << PATTERN_BITS) - 1
"""A row is one number: the moment from which it is old (0 is never) above these bits, its pattern in them."""
_LATEST = 1 << 36  # seconds; the row of the farthest moment still fits in eight bytes

Row = tuple[bytes, "int | None"]
"""A name, and its row; None when it is gone."""


@dataclass(frozen=True)
class Head:
    """What all rows have in common.

    `keys` are the keys that names are hashed with, by kind; `told` is all of it as it came, as JSON.
    """

    brand: str
    epoch: str
    version: str
    choices: tuple[str, ...]
    reasons: tuple[str, ...]
    permits: tuple[bool, ...]
    stranger: bytes
    signal_stranger: bytes
    keys: dict[str, bytes]
    lease: float
    told: str


@dataclass(frozen=True)
class Page:
    """Some rows in the order of their names; `after` is where the next page begins, None after the last."""

    epoch: str
    version: str
    seq: int
    rows: list[Row]
    after: str | None


@dataclass(frozen=True)
class Watermark:
    """The answer to a poll: the number of the newest change, read after the poll came."""

    nonce: str
    epoch: str
    version: str
    seq: int


def read_head(body: Any) -> Head:
    """Read the head; raises SaysoProblem `unreadable` when anything in it is missing or does not fit."""
    try:
        choices = tuple(str(choice) for choice in body["choices"])
        reasons = tuple(str(reason) for reason in body["reasons"])
        permits = tuple(permit is True for permit in body["permits"])
        shape = (len(choices), len(reasons))
        stranger = read_codes(body["stranger"], *shape)
        head = Head(
            brand=str(body["brand"]),
            epoch=str(body["epoch"]),
            version=str(body["version"]),
            choices=choices,
            reasons=reasons,
            permits=permits,
            stranger=stranger,
            signal_stranger=read_codes(body["signal_stranger"] or body["stranger"], *shape),
            keys={kind: base64.b64decode(key, validate=True) for kind, key in body["names"].items()},
            lease=float(body["lease"]),
            told=json.dumps(body),
        )
    except UNREADABLE as fault:
        raise unreadable(200) from fault
    if not _fits(head):
        raise unreadable(200)
    return head


def _fits(head: Head) -> bool:
    named = all(len(choice.split(".")) == 4 for choice in head.choices)
    told = len(head.permits) == len(head.reasons) <= 32 and len(head.choices) <= MOST_CHOICES
    # An empty key would make the hash of an identifier anybody's to compute.
    return named and told and 0 < head.lease <= LONGEST_LEASE and all(map(len, head.keys.values()))


def read_page(body: Any, patterns: Patterns) -> Page:
    """Read one page of rows; raises SaysoProblem `unreadable`."""
    try:
        after = body["next"]
        rows = [read_row(source, patterns) for source in body["rows"]]
        return Page(
            epoch=str(body["epoch"]),
            version=str(body["version"]),
            seq=int(body["seq"]),
            rows=rows,
            after=None if after is None else str(after),
        )
    except UNREADABLE as fault:
        raise unreadable(200) from fault


def read_row(source: Any, patterns: Patterns) -> Row:
    """Read `[name, codes, signal_codes, until, minor]`, or `[name]` for a row that is gone."""
    try:
        name = bytes.fromhex(source[0])
        if len(name) != NAME:
            raise unreadable(200)
        if len(source) == 1:
            return name, None
        _, codes, signal, until, minor = source
        number = patterns.number(codes, signal, minor)
        return name, number if until == 0 else _moment(until) << PATTERN_BITS | number
    except UNREADABLE as fault:
        raise unreadable(200) from fault


def _moment(until: Any) -> int:
    moment = int(until)  # cut off to the earlier second
    if not 0 < moment < _LATEST:
        raise unreadable(200)
    return moment


def read_watermark(body: Any) -> Watermark:
    """Read the answer to a poll; raises SaysoProblem `unreadable`."""
    try:
        return Watermark(str(body["nonce"]), str(body["epoch"]), str(body["version"]), int(body["seq"]))
    except UNREADABLE as fault:
        raise unreadable(200) from fault
