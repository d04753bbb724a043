"""Contenders take turns, medians do not bend to one slow round, and loads are read as they were told."""

import pytest

from bench import programs
from bench.answers.pattern import rate_in
from bench.measure import clocked, interleaved, percentile, round_of, summed_up


def test_contenders_take_turns_and_each_begins_a_round_once() -> None:
    order: list[str] = []

    def contender(name: str):
        def run() -> float:
            order.append(name)
            return 1.0

        return run

    interleaved({name: contender(name) for name in "abc"}, rounds=3)
    assert order == list("abcbcacab")


def test_one_slow_round_does_not_bend_the_median_and_is_seen_in_the_spread() -> None:
    found = summed_up([10.0, 11.0, 2.0])
    assert (found.median, found.spread) == (10.0, (2.0, 11.0))


@pytest.mark.parametrize(("share", "value"), [(0.5, 51), (0.99, 100), (0.0, 1)])
def test_a_percentile_is_a_value_that_was_measured(share: float, value: int) -> None:
    assert percentile(range(1, 101), share) == value


def test_a_round_asks_the_questions_over_and_over_in_their_order() -> None:
    asked = [(number,) for number in range(300)]
    calls = round_of(lambda number: number, asked, seconds=0.01)
    assert len(calls) >= 200
    assert calls == [asked[place % 300] for place in range(len(calls))]


def test_every_call_is_clocked() -> None:
    assert len(clocked(lambda: None, [()] * 7)) == 7


def test_a_load_is_read_in_replies_a_second_and_milliseconds() -> None:
    said = "2 threads\nRESULT requests=100 seconds=2.000 p50=1.5000 p99=9.2500 bad=0 lost=0\n"
    assert programs.read_load(said) == programs.Load(50.0, 1.5, 9.25)


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (
            "BAD 409 event_reused\nRESULT requests=9 seconds=1.0 p50=1 p99=2 bad=3 lost=0",
            "3 bad.*409 event_reused",
        ),
        ("RESULT requests=9 seconds=1.0 p50=1 p99=2 bad=0 lost=2", "2 lost"),
        ("RESULT requests=0 seconds=1.0 p50=0 p99=0 bad=0 lost=0", "not one reply"),
        ("unable to connect", "nothing that can be read"),
    ],
)
def test_a_load_with_a_bad_reply_has_no_figure(said: str, complaint: str) -> None:
    with pytest.raises(RuntimeError, match=complaint):
        programs.read_load(said)


def test_pgbench_is_read_without_the_time_its_connections_took() -> None:
    assert rate_in("latency average = 2 ms\ntps = 1234.500000 (without initial connection time)\n") == 1234.5
    with pytest.raises(RuntimeError, match="nothing that can be read"):
        rate_in("connection refused")


def test_a_program_that_is_missing_is_named_with_the_way_to_it() -> None:
    with pytest.raises(
        programs.Missing, match=r"no-such-program is not installed \(sh tools/bootstrap.sh bench"
    ):
        programs.program("no-such-program")
