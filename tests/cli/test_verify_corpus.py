"""The command judges every receipt of the corpus as the corpus says; so do SDK and page."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sayso.cli.verifying import verify_files
from tests.consent import corpus

KEPT = json.loads(corpus.FILE.read_text())


def test_the_corpus_is_what_its_maker_makes() -> None:
    assert corpus.FILE.read_text() == corpus.written(), "Run python -m tests.consent.corpus"


@pytest.mark.parametrize("case", KEPT["cases"], ids=lambda case: case["name"])
def test_the_command_judges_it_as_the_corpus_says(case: dict[str, Any], tmp_path: Path) -> None:
    file, pins = tmp_path / "receipt", tmp_path / "pins"
    file.write_text(case["file"] * case.get("times", 1), newline="")
    pins.write_text(json.dumps(KEPT["pins"][case["pins"]]))
    holds, lines = verify_files(file, pins)
    told = "\n".join(lines)
    assert holds is case["holds"], told
    if not holds:
        assert told.startswith(f"REFUSED  {case['code']}: ")
        return
    place = re.search(r"entry (\d+) of", told)
    assert (int(place.group(1)) - 1 if place else None) == case["index"]
    seen_by = re.search(r"Witnessed by (\S+)\.$", told, re.MULTILINE)
    assert (seen_by.group(1) if seen_by else "") == case["witnesses"]
    assert ("Not independently witnessed." in told) is (not case["witnesses"])


def test_keys_that_are_no_json_are_named(tmp_path: Path) -> None:
    file, pins = tmp_path / "receipt", tmp_path / "pins"
    file.write_text(KEPT["cases"][0]["file"])
    pins.write_text("nonsense")
    assert verify_files(file, pins)[1][0].startswith("REFUSED  bad_pins: ")
