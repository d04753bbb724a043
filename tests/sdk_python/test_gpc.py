"""The SDK reads the browser's signal as the server does: the same vectors."""

import json
from pathlib import Path
from typing import Any

import pytest
from sayso_sdk.gpc import SUPPORT, has_signal

from sayso.signals import gpc

VECTORS = json.loads((Path(__file__).parents[1] / "signals" / "data" / "gpc.json").read_text())


@pytest.mark.parametrize("vector", VECTORS["sec_gpc"], ids=lambda vector: repr(vector["headers"]))
def test_sdk_and_server_read_the_same_header_alike(vector: dict[str, Any]) -> None:
    joined = {"sec-gpc": ", ".join(vector["headers"])} if vector["headers"] else {}
    assert has_signal(joined) == gpc.in_header(vector["headers"])


def test_sdk_and_server_say_the_same_of_themselves() -> None:
    assert gpc.write_support() == SUPPORT
