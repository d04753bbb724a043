"""The SDK judges every receipt of the corpus as the command and the page do, and imports nothing of the server."""

import json
from pathlib import Path
from typing import Any

import pytest
from sayso_sdk import receipts
from sayso_sdk.receipts import Receipt, Refused

KEPT = json.loads((Path(__file__).parents[2] / "conformance" / "receipts.json").read_text())


@pytest.mark.parametrize("case", KEPT["cases"], ids=lambda case: case["name"])
def test_the_sdk_judges_it_as_the_corpus_says(case: dict[str, Any]) -> None:
    file = (case["file"] * case.get("times", 1)).encode()
    told = receipts.check(file, KEPT["pins"][case["pins"]])
    if not case["holds"]:
        assert told == Refused(case["code"])
        return
    assert isinstance(told, Receipt)
    assert (told.place.index if told.place else None) == case["index"]
    assert " ".join(told.place.witnesses if told.place else ()) == case["witnesses"]
    assert told.key_id in KEPT["pins"][case["pins"]]["keys"]


def test_pins_of_any_form_are_answered() -> None:
    file = KEPT["cases"][0]["file"].encode()
    for pins in (None, [], "keys", 7, {"keys": None}, {"keys": {"kid": 7}}):
        assert receipts.check(file, pins) == Refused("foreign_key")
