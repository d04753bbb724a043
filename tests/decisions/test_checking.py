"""The server's verifier judges every token of the corpus as the corpus says; the SDK's does in tests/sdk_python."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from sayso.core.purpose_token import Flaw, PurposeToken
from tests.decisions import corpus
from tests.decisions.checking import check

KEPT = json.loads(corpus.FILE.read_text())


def test_the_corpus_is_what_its_maker_makes() -> None:
    assert corpus.FILE.read_text() == corpus.written(), "Run python -m tests.decisions.corpus"


def test_the_corpus_has_a_case_for_every_reason() -> None:
    assert {case["reason"] for case in KEPT["cases"]} == {"valid", *Flaw}


@pytest.mark.parametrize("case", KEPT["cases"], ids=lambda case: case["name"])
def test_the_server_judges_it_as_the_corpus_says(case: dict[str, Any]) -> None:
    moment, pins = datetime.fromtimestamp(case["now"], UTC), KEPT["pins"][case["pins"]]
    found = check(case["token"], pins, case["audience"], case["choice"], case["list"], moment, case["held"])
    assert ("valid" if isinstance(found, PurposeToken) else found) == case["reason"]
