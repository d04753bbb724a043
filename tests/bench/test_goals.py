"""Every goal belongs to a row that something measures, and every row to a group that can be run."""

import json

import pytest
from click.testing import CliRunner

from bench.__main__ import main
from bench.goals import GOALS, at_least, at_most, times
from bench.groups import GROUPS, group_of
from bench.results import RESULTS

# What shared figures A, B and D ask for: prefixes of the rows that carry each of them.
ASKED = {
    "a million decisions a second in process": [f"decision-{choices}-rate" for choices in (64, 512, 4096)],
    "p99 of at most 3 µs": [f"decision-{choices}-p99" for choices in (64, 512, 4096)],
    "40 times cedarpy": [f"decision-{choices}-cedarpy" for choices in (64, 512, 4096)],
    "50 times Redis and PostgreSQL": ["decision-4096-redis", "decision-4096-postgresql"],
    "85 % of a static reply; a million in batches": ["decision-http-single", "decision-http-batch"],
    "a shared replica of ten million": ["decision-shared-10m-rate", "decision-shared-10m-bytes"],
    "ten thousand answers a second": ["answers-postgresql-rate", "answers-sqlite-rate"],
    "answers within 50 ms": ["answers-postgresql-p99", "answers-sqlite-p99"],
    "3.5 times c15t's pattern": ["answers-8k-pattern", "answers-100k-pattern", "answers-1m-pattern"],
    "20 and 100 times c15t": ["answers-8k-c15t", "answers-1m-c15t"],
    "flat to ten million rows": ["answers-flat-10m"],
    "withdrawals within 50 ms, or the lease": ["withdrawal-p99", "withdrawal-stopped", "withdrawal-cut-off"],
}


@pytest.mark.parametrize("asked", ASKED)
def test_what_is_asked_for_has_its_goals_in_the_table(asked: str) -> None:
    assert [name for name in ASKED[asked] if name not in GOALS] == []


def test_every_goal_is_of_a_row_that_some_group_measures() -> None:
    assert [name for name in GOALS if group_of(name) is None] == []


def test_every_row_that_was_measured_belongs_to_a_group() -> None:
    assert [row["id"] for row in json.loads(RESULTS.read_text()) if group_of(row["id"]) is None] == []


def test_no_row_belongs_to_two_groups() -> None:
    every = [name for group in GROUPS for name in group.ids]
    assert len(every) == len(set(every))


@pytest.mark.parametrize(
    ("goal", "ours", "ratio", "met"),
    [
        (at_least(5), 5.0, None, True),
        (at_least(5), 4.9, 9.0, False),
        (at_most(5), 5.0, None, True),
        (at_most(5), 5.1, 0.1, False),
        (times(2), 1.0, 2.0, True),
        (times(2), 9.0, 1.9, False),
        (times(2), 9.0, None, None),
        (at_most(5), None, None, None),
    ],
)
def test_a_goal_judges_what_it_is_about_and_nothing_where_that_is_missing(goal, ours, ratio, met) -> None:
    assert goal.met(ours, ratio) is met


def test_the_groups_can_be_listed_without_measuring() -> None:
    done = CliRunner().invoke(main, ["--list"])
    assert done.exit_code == 0
    assert [line.split()[0] for line in done.output.splitlines()] == [group.name for group in GROUPS]


def test_a_group_that_is_not_there_is_refused() -> None:
    assert CliRunner().invoke(main, ["astrology"]).exit_code == 2
