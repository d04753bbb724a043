"""Which things are bought together: whole-number counts that anyone's part can be taken out of, exactly.

Counting is addition, so forgetting is subtraction: what is left equals, byte for byte, a count that never
saw the person. That is why the model is made of counts.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from typing import TypeVar

from sayso.core.values import HASH_PREFIX

Pair = tuple[str, str]  # two item ids, the smaller first
K = TypeVar("K", str, Pair)

# One person weighs at most this many of their latest different items. It bounds what anybody can do to the
# counts, and the size of a withdrawal: at most 1 225 pairs.
LARGEST_BASKET = 50


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people have each item, and both of each pair. As a difference, numbers may be negative."""

    items: Mapping[str, int] = field(default_factory=dict)
    pairs: Mapping[Pair, int] = field(default_factory=dict)


def basket(purchases: Iterable[tuple[datetime, str]]) -> tuple[str, ...]:
    """Give what a person's purchases put into the counts: their latest different items, sorted by id."""
    latest: dict[str, datetime] = {}
    for at, item in purchases:
        latest[item] = max(at, latest.get(item, at))
    newest = sorted(latest, key=lambda item: (latest[item], item), reverse=True)
    return tuple(sorted(newest[:LARGEST_BASKET]))


def total(baskets: Iterable[Iterable[str]]) -> Counts:
    """Count everybody's baskets from nothing: the rebuild that every sum must equal."""
    items: Counter[str] = Counter()
    pairs: Counter[Pair] = Counter()
    for one in baskets:
        different = sorted(set(one))
        items.update(different)
        pairs.update(combinations(different, 2))
    return Counts(dict(items), dict(pairs))


def contribution(items: Iterable[str]) -> Counts:
    """Give what one person's basket adds."""
    return total([items])


def _sum(left: Mapping[K, int], right: Mapping[K, int], sign: int) -> dict[K, int]:
    added = dict(left)
    for key, number in right.items():
        added[key] = added.get(key, 0) + sign * number
    return {key: number for key, number in added.items() if number}


def plus(counts: Counts, delta: Counts) -> Counts:
    """Add; what comes to nothing is not kept as a zero."""
    return Counts(_sum(counts.items, delta.items, 1), _sum(counts.pairs, delta.pairs, 1))


def minus(counts: Counts, delta: Counts) -> Counts:
    """Subtract; what comes to nothing is not kept as a zero."""
    return Counts(_sum(counts.items, delta.items, -1), _sum(counts.pairs, delta.pairs, -1))


def canonical_bytes(counts: Counts) -> bytes:
    """Write counts the one way they are compared: a JSON array a line, in order of code points."""
    rows: list[list[str | int]] = [[item, counts.items[item]] for item in sorted(counts.items)]
    rows += [[*pair, counts.pairs[pair]] for pair in sorted(counts.pairs)]
    lines = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    return "".join(line + "\n" for line in lines).encode()


def counts_hash(counts: Counts) -> str:
    """Give the content hash of counts."""
    return HASH_PREFIX + hashlib.sha256(canonical_bytes(counts)).hexdigest()
