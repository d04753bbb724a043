"""The Merkle tree of the ledger's log (RFC 9162): its hashes, its proofs, and how they are checked.

Complete subtrees are kept as nodes: (0, i) is leaf i, and (level, i) stands over the leaves from
i * 2**level on, 2**level of them. They never change once complete, so a leaf is appended and a proof is made
by reading a number of nodes that grows with the logarithm of the tree.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence

from sayso.core.errors import Invalid

Node = tuple[int, int]  # level, index
Nodes = Callable[[int, int], bytes]  # gives the hash of a complete subtree
EMPTY = hashlib.sha256(b"").digest()  # the root of a tree without leaves


def leaf_hash(leaf: bytes) -> bytes:
    """Give the hash of one leaf: SHA-256 over 0x00 and its bytes (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Give the hash of an inner node: SHA-256 over 0x01 and its two children (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def completed(index: int, leaf: bytes, nodes: Nodes) -> Iterator[tuple[Node, bytes]]:
    """Give every subtree that becomes complete when a leaf is appended at `index`, the leaf itself first."""
    level, at, own = 0, index, leaf
    yield (level, at), own
    while at & 1:
        own = node_hash(nodes(level, at - 1), own)
        level, at = level + 1, at >> 1
        yield (level, at), own


def _half(count: int) -> int:
    """Give the largest power of two below a count of at least two leaves."""
    return 1 << (count - 1).bit_length() - 1


def _subtree(start: int, end: int, nodes: Nodes) -> bytes:
    """Give the hash over the leaves from `start` to `end`; `start` is a multiple of the half."""
    count = end - start
    if count & (count - 1) == 0:
        return nodes(count.bit_length() - 1, start // count)
    middle = start + _half(count)
    return node_hash(_subtree(start, middle, nodes), _subtree(middle, end, nodes))


def root(size: int, nodes: Nodes) -> bytes:
    """Give the root of the tree of the first `size` leaves."""
    return _subtree(0, size, nodes) if size else EMPTY


def inclusion_proof(index: int, size: int, nodes: Nodes) -> list[bytes]:
    """Prove that leaf `index` is in the tree of `size` leaves (RFC 9162, 2.1.3.1): from its sibling upwards.

    Raises `Invalid` with code `not_in_tree` when the tree has no such leaf.
    """
    if not 0 <= index < size:
        raise Invalid("not_in_tree", "The tree of that size has no such leaf.", "Ask for a larger tree.")
    path, start, end = [], 0, size
    while end - start > 1:
        middle = start + _half(end - start)
        if index < middle:
            path.append(_subtree(middle, end, nodes))
            end = middle
        else:
            path.append(_subtree(start, middle, nodes))
            start = middle
    return path[::-1]


def consistency_proof(first: int, second: int, nodes: Nodes) -> list[bytes]:
    """Prove that the tree of `second` leaves begins with that of `first` (RFC 9162, 2.1.4.1).

    Raises `Invalid` with code `not_in_tree` for sizes that are not 0 < first <= second.
    """
    if not 0 < first <= second:
        raise Invalid("not_in_tree", "There is no proof between these sizes.", "Give 0 < from <= to.")
    path, start, end, whole = [], 0, second, True
    while end != first:
        middle = start + _half(end - start)
        if first <= middle:
            path.append(_subtree(middle, end, nodes))
            end = middle
        else:
            path.append(_subtree(start, middle, nodes))
            start, whole = middle, False
    if not whole:
        path.append(_subtree(start, end, nodes))
    return path[::-1]


def proves_inclusion(index: int, size: int, leaf: bytes, path: Sequence[bytes], expected: bytes) -> bool:
    """Tell whether a path leads from a leaf at `index` to the root of `size` leaves (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or len(leaf) != len(EMPTY):
        return False
    at, last, own = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if at & 1 or at == last:
            own = node_hash(sibling, own)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            own = node_hash(own, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and own == expected


def proves_consistency(
    first: int, second: int, first_root: bytes, second_root: bytes, path: Sequence[bytes]
) -> bool:
    """Tell whether a tree of `second` leaves begins with one of `first` (RFC 9162, 2.1.4.2).

    An empty tree is the beginning of every tree, so a proof from it would say nothing and is refused.
    """
    if not 0 < first <= second:
        return False
    if first == second:
        return not path and first_root == second_root
    steps = [first_root, *path] if first & (first - 1) == 0 else list(path)
    if not steps:
        return False
    at, last = first - 1, second - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    old = new = steps[0]
    for sibling in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        at, last = at >> 1, last >> 1
    return last == 0 and old == first_root and new == second_root
