"""Measurements are written so that nobody can read more into them than was measured."""

import json
from pathlib import Path

import pytest

from bench.completejourney import WITHDRAWALS, rows_of
from bench.results import RESULTS, Row, broken, write
from sayso.cli.realdata.figures import Figure, Report

FIELDS = ["id", "what", "peer", "peer_value", "ours", "unit", "ratio", "goal", "met"]
BESIDE = ["spread", "peer_spread", "error"]


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
    assert all(list(row) == FIELDS + BESIDE for row in rows)
    assert [row["id"] for row in rows] == sorted({row["id"] for row in rows})


def test_no_ratio_and_no_verdict_stand_where_nothing_was_compared() -> None:
    for row in json.loads(RESULTS.read_text()):
        assert (row["ratio"] is None) == (row["peer_value"] is None)
        assert (row["met"] is None) == (row["goal"] is None or row["error"] is not None)


@pytest.mark.parametrize(
    ("row", "met", "goal"),
    [
        (Row("cj-forget-p95", "", 4.0, "ms"), True, "≤ 5 ms"),
        (Row("cj-forget-p95", "", 6.0, "ms"), False, "≤ 5 ms"),
        (Row("decision-64-rate", "", 999_999.0, "/s"), False, "≥ 1,000,000 /s"),
        (Row("decision-64-redis", "", 100.0, "/s", "Redis", 2.0), True, "≥ 50×"),
        (Row("decision-64-redis", "", 99.0, "/s", "Redis", 2.0), False, "≥ 50×"),
        (Row("answers-flat-10m", "", 84.0, "/s", "an empty ledger", 100.0), False, "≥ 0.85×"),
    ],
)
def test_a_goal_is_met_from_the_right_side_and_on_what_it_is_about(row: Row, met: bool, goal: str) -> None:
    assert (row.written()["met"], row.written()["goal"]) == (met, goal)


def test_the_ratio_is_ours_to_the_peers() -> None:
    assert Row("a", "b", 6.0, "ms", "somebody", 2.0).written()["ratio"] == 3.0


def test_a_comparison_that_came_to_nothing_is_an_error_without_a_figure_and_without_a_verdict() -> None:
    row = broken("decision-64-redis", "b", "/s", "3 of 9 answers are not the policy's", "Redis").written()
    assert (row["ours"], row["ratio"], row["met"]) == (None, None, None)
    assert (row["error"], row["peer"]) == ("3 of 9 answers are not the policy's", "Redis")


def test_the_lowest_and_the_highest_round_stand_beside_the_median() -> None:
    row = Row("a", "b", 2.0, "/s", "somebody", 1.0, (1.004, 3.0), (0.5, 2.0)).written()
    assert (row["spread"], row["peer_spread"]) == ([1.0, 3.0], [0.5, 2.0])


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
