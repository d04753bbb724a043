"""Global Privacy Control, held to vectors derived from the W3C's text."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sayso.signals import gpc
from sayso.signals.gpc import Support

VECTORS = json.loads((Path(__file__).parent / "data" / "gpc.json").read_text())


@pytest.mark.parametrize("vector", VECTORS["sec_gpc"], ids=lambda vector: repr(vector["headers"]))
def test_the_header_is_the_signal_only_when_it_says_one(vector: dict[str, Any]) -> None:
    # One vector tells in words that white space around the value is taken off on the way, by RFC 9110.
    expected = vector["signal"] if isinstance(vector["signal"], bool) else True
    assert gpc.in_header(vector["headers"]) is expected


def test_headers_joined_on_the_way_are_read_as_they_were_sent() -> None:
    assert gpc.in_header(["0, 1"])
    assert not gpc.in_header(["0, 0"])


@pytest.mark.parametrize(
    ("value", "signal"), [(True, True), (False, False), (None, False), (1, False), ("1", False)]
)
def test_a_script_says_it_with_true_and_with_nothing_else(value: object, signal: bool) -> None:
    assert gpc.in_script(value) is signal


@pytest.mark.parametrize("vector", VECTORS["gpc_json"], ids=lambda vector: json.dumps(vector["body"]))
def test_a_sites_statement_is_read_as_far_as_it_can_be(vector: dict[str, Any]) -> None:
    read = gpc.read_support(vector["body"])
    assert ("unknown" if read.obeys is None else read.obeys) == vector["support"]
    if "lastUpdate" in vector:
        assert (read.since or "unknown") == vector["lastUpdate"]


def test_what_we_state_of_ourselves_can_be_read_back() -> None:
    assert gpc.read_support(gpc.write_support(date(2026, 11, 24))) == Support(True, "2026-11-24")
    assert gpc.read_support({"gpc": True}) == Support(True)
