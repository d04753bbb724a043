"""What an entry of the log is made of: an answer, the tombstone that says why one is gone, or news of a key.

In clear in an answer's entry stand its number, brand, notice version, answers, what they came to and the time;
everything else enters as one salted hash, the commitment: it can be proved, and read by nobody.
"""

import hashlib
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from sayso.core.merkle import leaf_hash
from sayso.core.values import canonical, canonical_list


class Tombstone(StrEnum):
    """Why an answer may be missing from the ledger: the only three reasons there are."""

    ERASURE = "erasure"  # moved, without its person, to where evidence is kept until its end date
    END_OF_RETENTION = "end_of_retention"  # and deleted there when that date came
    LOST = "lost_with_restore"  # declared: the database was put back to a time before it


class KeyAct(StrEnum):
    """What happened to one of the deployment's signing keys."""

    BEGUN = "begun"  # it signs from then on
    ENDED = "ended"  # it signs nothing more
    COMPROMISED = "compromised"  # from then on somebody else may have signed with it


def commitment(evidence: Mapping[str, Any] | bytes, subject: str, event: str, body_hash: str) -> str:
    """Give the hash that stands for everything sealed about an answer.

    `evidence` carries 16 random bytes; it may come as `canonical` wrote it.
    """
    return hashlib.sha256(canonical_list(evidence, subject, event, body_hash)).hexdigest()


def answer_leaf(
    seq: int,
    brand: str,
    version: str,
    answers: Mapping[str, str] | bytes,
    outcome: Mapping[str, str] | bytes,
    recorded_at: str,
    committed: str,
) -> str:
    """Give the leaf hash of an answer: 64 hexadecimal digits.

    `answers` and `outcome` may come as `canonical` wrote them.
    """
    told = canonical_list("answer", seq, brand, version, answers, outcome, recorded_at, committed)
    return leaf_hash(told).hex()


def tombstone_leaf(
    seq: int, why: Tombstone, covers: Sequence[Sequence[Any]], at: str, keep_until: str
) -> str:
    """Give the leaf hash of a tombstone over `[number, leaf hash]` of each entry it excuses."""
    return leaf_hash(canonical(["tombstone", seq, why, [list(one) for one in covers], at, keep_until])).hex()


def key_leaf(seq: int, act: KeyAct, role: str, public: str, since: str, at: str) -> str:
    """Give the leaf hash of news of a key: what it signs, its public half, since when, and when that was said."""
    return leaf_hash(canonical(["key", seq, act, role, public, since, at])).hex()
