"""The log's tree is that of RFC 9162: published cases, good and bad, and proofs of our own."""

import json
from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sayso.core import merkle
from sayso.core.errors import Invalid

CASES = Path(__file__).parents[1] / "data" / "merkle"  # see ORIGIN.md there
INCLUSION = json.loads((CASES / "inclusion.json").read_text())
CONSISTENCY = json.loads((CASES / "consistency.json").read_text())


def read(texts: list[str] | None) -> list[bytes]:
    return [b64decode(text or "") for text in texts or []]


@pytest.mark.parametrize("case", INCLUSION, ids=lambda case: case["case"])
def test_a_published_inclusion_proof_is_judged_as_published(case: dict[str, Any]) -> None:
    leaf, root = read([case["leafHash"], case["root"]])
    holds = merkle.proves_inclusion(case["leafIdx"], case["treeSize"], leaf, read(case["proof"]), root)
    assert holds is not case["wantErr"]


@pytest.mark.parametrize("case", CONSISTENCY, ids=lambda case: case["case"])
def test_a_published_consistency_proof_is_judged_as_published(case: dict[str, Any]) -> None:
    first, second = read([case["root1"], case["root2"]])
    holds = merkle.proves_consistency(case["size1"], case["size2"], first, second, read(case["proof"]))
    assert holds is not case["wantErr"]


def test_the_published_cases_are_all_there_and_of_both_kinds() -> None:
    for cases in (INCLUSION, CONSISTENCY):
        assert len(cases) == 98
        assert {case["wantErr"] for case in cases} == {True, False}


class Tree:
    """A tree in memory that counts the nodes it is asked for."""

    def __init__(self, size: int) -> None:
        self.nodes: dict[merkle.Node, bytes] = {}
        self.leaves = [merkle.leaf_hash(str(index).encode()) for index in range(size)]
        for index, leaf in enumerate(self.leaves):
            self.nodes.update(merkle.completed(index, leaf, self.read))
        self.reads = 0

    def read(self, level: int, index: int) -> bytes:
        self.reads = getattr(self, "reads", 0) + 1
        return self.nodes[level, index]


def by_definition(leaves: list[bytes]) -> bytes:
    """Give the root as RFC 9162 defines it, over all leaves."""
    if len(leaves) < 2:
        return leaves[0] if leaves else merkle.EMPTY
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return merkle.node_hash(by_definition(leaves[:half]), by_definition(leaves[half:]))


GROWN = Tree(130)


@pytest.mark.parametrize("size", range(131))
def test_the_root_from_stored_nodes_is_the_root_by_definition(size: int) -> None:
    assert merkle.root(size, GROWN.read) == by_definition(GROWN.leaves[:size])


@given(st.integers(1, 130).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_every_leaf_is_proved_in_every_tree_and_no_other_leaf_is(drawn: tuple[int, int]) -> None:
    size, index = drawn
    path, root = merkle.inclusion_proof(index, size, GROWN.read), by_definition(GROWN.leaves[:size])
    assert merkle.proves_inclusion(index, size, GROWN.leaves[index], path, root)
    assert not merkle.proves_inclusion(index, size, merkle.leaf_hash(b"another"), path, root)
    assert not merkle.proves_inclusion(index, size, GROWN.leaves[index], [*path, root], root)
    assert len(path) <= size.bit_length()


@given(st.integers(1, 130).flatmap(lambda size: st.tuples(st.integers(1, size), st.just(size))))
def test_every_tree_is_proved_to_continue_every_earlier_one(drawn: tuple[int, int]) -> None:
    first, second = drawn
    path = merkle.consistency_proof(first, second, GROWN.read)
    old, new = (by_definition(GROWN.leaves[:size]) for size in drawn)
    assert merkle.proves_consistency(first, second, old, new, path)
    other = by_definition([merkle.leaf_hash(b"rewritten"), *GROWN.leaves[1:first]])
    assert not merkle.proves_consistency(first, second, other, new, path)


def test_a_large_tree_is_read_in_few_places() -> None:
    tree = Tree(3000)
    tree.reads = 0
    merkle.inclusion_proof(1234, 2999, tree.read)
    merkle.consistency_proof(1234, 2999, tree.read)
    assert tree.reads < 100


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_that_is_not_in_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(Invalid) as refused:
        merkle.inclusion_proof(index, size, GROWN.read)
    assert refused.value.code == "not_in_tree"


@pytest.mark.parametrize(("first", "second"), [(0, 3), (4, 3), (-1, 3)])
def test_sizes_that_follow_no_tree_have_no_proof(first: int, second: int) -> None:
    with pytest.raises(Invalid) as refused:
        merkle.consistency_proof(first, second, GROWN.read)
    assert refused.value.code == "not_in_tree"
