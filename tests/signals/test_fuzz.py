"""Rows of other systems' exports may hold anything; each is an answer, or a bad row that says why."""

from contextlib import suppress
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

import pytest

from sayso.core.errors import Malformed
from sayso.core.older_mapping import read_mapping
from sayso.core.older_row import BadRow, OlderRow, declared_columns, read_row, renamed
from sayso.core.values import read_json
from sayso.signals import c15t, fides, gpc
from tests import linen
from tests.damage import for_all_damage
from tests.signals.test_older_systems import CONSENT, REPORT

NOW = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
MAPPING = {"system": "older", "purposes": {"pur_a": linen.LEARN, "Analytics": linen.LEARN}}
SYSTEM = read_mapping(MAPPING, linen.publish(linen.document()))
PLAIN = {
    "customer": "C-1",
    "email": "ada@example.test",
    "purpose": "Analytics",
    "answer": "yes",
    "answered_at": "2025-02-03T10:00:00+00:00",
    "text": "May we learn from it?",
    "source": "the form at the till",
    "locale": "en",
}


def row_of(record: dict[str, Any], codec: ModuleType | None) -> OlderRow | BadRow:
    """Read a row as an import does."""
    if codec is None:
        return read_row(1, renamed(record, SYSTEM), SYSTEM, NOW)
    fields = {**codec.row_of(record, SYSTEM.purposes), **declared_columns(record, SYSTEM)}
    return read_row(1, fields, SYSTEM, NOW)


@pytest.mark.parametrize(
    ("valid", "codec"), [(CONSENT, c15t), (REPORT, fides), (PLAIN, None)], ids=["c15t", "fides", "plain"]
)
def test_a_row_is_an_answer_or_says_why_it_is_none(valid: dict[str, Any], codec: ModuleType | None) -> None:
    assert isinstance(row_of(valid, codec), OlderRow)

    def whatever_it_holds(text: str) -> None:
        with suppress(Malformed):
            record = read_json(text.encode("utf-8", "surrogatepass"))
            assert not isinstance(record, dict) or isinstance(row_of(record, codec), (OlderRow, BadRow))

    for_all_damage(valid, 100, whatever_it_holds)


def test_what_a_site_says_of_the_signal_is_a_yes_a_no_or_nothing() -> None:
    def whatever_it_says(text: str) -> None:
        with suppress(Malformed):
            document = read_json(text.encode("utf-8", "surrogatepass"))
            assert gpc.read_support(document).obeys in {True, False, None}

    for_all_damage(gpc.write_support(), 100, whatever_it_says)
