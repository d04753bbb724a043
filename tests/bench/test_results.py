"""Measurements are written so that nobody can read more into them than was measured."""

import json
from pathlib import Path

import pytest

from bench.completejourney import WITHDRAWALS, rows_of
from bench.results import RESULTS, Row, write
from sayso.cli.realdata.figures import Figure, Report

FIELDS = ["id", "what", "peer", "peer_value", "ours", "unit", "ratio", "goal", "met"]


def report(withdrawals: int, kept: bool) -> Report:
    figures = {
        name: Figure(name, "", withdrawals, 1.0, [0.004] * 9 + [0.5])
        for name in ("load", "answers", "items", "forget", "recommend", "access", "erase")
    }
    made = Report(figures)
    made.check("a promise", kept)
    return made


def written(rows: list[Row]) -> dict[str, dict[str, object]]:
    return {row.id: row.written() for row in rows}


def test_every_row_of_the_results_has_the_same_fields_in_the_same_order() -> None:
    rows = json.loads(RESULTS.read_text())
    assert rows
    assert all(list(row) == FIELDS for row in rows)
    assert [row["id"] for row in rows] == sorted({row["id"] for row in rows})


def test_no_ratio_and_no_verdict_stand_where_nothing_was_compared() -> None:
    for row in json.loads(RESULTS.read_text()):
        assert (row["ratio"] is None) == (row["peer_value"] is None)
        assert (row["met"] is None) == (row["goal"] is None)


@pytest.mark.parametrize(
    ("ours", "most", "met"), [(4.0, True, True), (6.0, True, False), (4.0, False, False), (6.0, False, True)]
)
def test_a_goal_is_met_from_the_right_side(ours: float, most: bool, met: bool) -> None:
    row = Row("a", "b", ours, "ms", goal=5, most=most, peer="somebody", peer_value=2.0).written()
    assert row["met"] is met
    assert row["ratio"] == ours / 2


def test_a_slow_tenth_is_seen_in_the_percentile() -> None:
    rows = written(rows_of(report(10, kept=True), 60))
    assert rows["cj-forget-p50"]["ours"] == 4.0
    assert (rows["cj-forget-p95"]["ours"], rows["cj-forget-p95"]["met"]) == (500.0, False)


def test_withdrawals_count_for_nothing_when_a_promise_was_broken() -> None:
    kept, broken = (
        written(rows_of(report(WITHDRAWALS, kept), 60))["cj-withdrawals"] for kept in (True, False)
    )
    assert (kept["ours"], kept["met"]) == (WITHDRAWALS, True)
    assert (broken["ours"], broken["met"]) == (0, False)


def test_writing_replaces_rows_of_the_same_id_and_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    write([Row("b", "first", 1, "ms"), Row("a", "stays", 1, "ms")], path)
    write([Row("b", "second", 2, "ms")], path)
    assert [(row["id"], row["what"]) for row in json.loads(path.read_text())] == [
        ("a", "stays"),
        ("b", "second"),
    ]
