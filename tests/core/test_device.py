"""How a device's secret changes: the same cases as the Python SDK."""

import json
from pathlib import Path
from typing import Any

import pytest

from sayso.core import device

CASES = json.loads((Path(__file__).parents[2] / "conformance" / "devices.json").read_text())["cases"]
HELD = "a" * 42 + "A"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_cookies_come_to_a_secret(case: dict[str, Any]) -> None:
    assert device.secret_of(case["cookies"], case["https"]) == case["secret"]


def test_each_ticket_is_new_and_renews_the_secret_it_was_made_for() -> None:
    tickets = [device.new_ticket(HELD) for _ in range(2)]
    shown = [
        device.secret_of({device.COOKIE: HELD, device.RENEWAL: ticket}, https=False) for ticket in tickets
    ]
    assert shown == [device.renewed(HELD, ticket) for ticket in tickets]
    assert len({HELD, *shown}) == 3


def test_a_ticket_tells_nothing_of_the_secret() -> None:
    assert HELD not in device.new_ticket(HELD)
