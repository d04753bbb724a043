"""The page of the reference says what the results say, of which machine, and nothing that names the machine."""

import getpass
import json
import platform
import re
from pathlib import Path

from bench import machine, report, results
from bench.drawing import Bar, bars, number
from bench.reasons import REASONS
from bench.results import Row, broken, write

TOLD = {
    "day": "2026-11-29",
    "cpu": "A processor",
    "cores": 2,
    "memory": "24 GiB",
    "system": "Debian, Linux 6.1",
    "versions": {"Python": "3.11.2", "cedarpy": "4.12.2"},
}
ROWS = [
    Row(
        "decision-4096-redis",
        "decisions in process",
        500.0,
        "/s",
        "Redis GET",
        4.0,
        (450.0, 510.0),
        (3.0, 5.0),
    ),
    Row("decision-4096-cedarpy", "decisions in process", 500.0, "/s", "cedarpy 4.12.2", 20.0),
    broken("decision-4096-pycasbin", "decisions in process", "/s", "pycasbin is not installed", "pycasbin"),
]


def made(folder: Path) -> dict[str, str]:
    rows, machines = folder / "results.json", folder / "machines.json"
    write(ROWS, rows)
    machine.write("decision", TOLD, machines)
    pages = report.pages(rows, machines, folder)
    return {path.relative_to(folder).as_posix(): text for path, text in pages.items()}


def test_the_page_and_its_plots_are_fresh_with_the_results() -> None:
    stale = [
        path.name for path, text in report.pages().items() if not path.exists() or path.read_text() != text
    ]
    assert stale == [], "Remedy: .venv/bin/python -m bench.report"


def test_what_was_missed_is_said_with_how_much_was_reached_and_why(tmp_path: Path) -> None:
    page = made(tmp_path)["docs/reference/performance.md"]
    assert "`decision-4096-cedarpy` | 62% |" in page
    assert "`decision-4096-redis`" not in page.partition("### What was missed")[2]


def test_no_goal_is_missed_without_a_reason() -> None:
    missed = [row["id"] for row in results.read() if row["met"] is False]
    assert [name for name in missed if not REASONS.get(name)] == [], "Remedy: say why in bench/reasons.py"


def test_no_plot_is_left_that_nothing_draws_any_more() -> None:
    drawn = {path for path in report.pages() if path.suffix == ".svg"}
    assert set((report.ROOT / "docs" / "images").glob("performance-*.svg")) == drawn


def test_a_row_tells_both_sides_their_spread_the_ratio_the_goal_and_whether_it_is_met(tmp_path: Path) -> None:
    page = made(tmp_path)["docs/reference/performance.md"]
    line = next(line for line in page.splitlines() if "Redis GET" in line)
    assert [cell.strip() for cell in line.strip("|").split(" | ")] == [
        "decisions in process", "Redis GET", "4.00<br><small>3.00 to 5.00</small>",
        "500<br><small>450 to 510</small>", "/s", "125×", "≥ 50×", "yes",
    ]  # fmt: skip
    assert "25× | ≥ 40× | **no**" in page
    assert "1 of the 2 goals that were measured are met" in page


def test_what_could_not_be_measured_is_said_with_its_reason(tmp_path: Path) -> None:
    page = made(tmp_path)["docs/reference/performance.md"]
    assert "decisions in process — pycasbin is not installed" in page
    assert "Not measured yet: `decision-64-rate`" in page


def test_the_machine_stands_above_what_was_measured_on_it(tmp_path: Path) -> None:
    page = made(tmp_path)["docs/reference/performance.md"]
    told = "Measured on 2026-11-29: A processor, 2 cores, 24 GiB, Debian, Linux 6.1. Python 3.11.2, cedarpy 4.12.2."
    assert told in page


def test_a_machine_is_described_without_its_name_its_owner_or_a_path() -> None:
    told = json.dumps(machine.described({"wrk": "4.1.0", "nginx": None}))
    assert '"nginx": "not installed"' in told
    assert platform.node() not in told
    assert f'"{getpass.getuser()}"' not in told
    assert not re.search(r"(^|[^\w])/\w+/", told)


def test_a_plot_shows_each_peer_once_and_ours_once_the_fastest_last(tmp_path: Path) -> None:
    plot = made(tmp_path)["docs/images/performance-decision.svg"]
    assert re.findall(r">([^<>]+)</text><rect", plot) == ["Redis GET", "cedarpy 4.12.2", "Sayso"]


def test_a_bar_ten_times_as_much_is_as_much_longer_as_the_next_ten_times() -> None:
    plot = bars("Speed", "a second", [Bar("one", 2), Bar("two", 20), Bar("three", 200, ours=True)])
    one, two, three = (float(width) for width in re.findall(r'<rect x="\d+" y="\d+" width="([\d.]+)"', plot))
    assert abs((three - two) - (two - one)) < 0.2


def test_what_stands_in_a_plot_is_text_and_not_markup() -> None:
    assert "<script>" not in bars("<script>", "s", [Bar("<script>", 1.0)])


def test_figures_have_the_digits_they_deserve() -> None:
    assert [number(value) for value in (1234567.8, 99.96, 9.876, 0.123)] == [
        "1,234,568",
        "100.0",
        "9.88",
        "0.12",
    ]


def test_quick_figures_never_replace_measured_ones() -> None:
    from bench.__main__ import _place

    quick, whole = _place(True), _place(False)
    assert ".build" in quick[0].parts
    assert ".build" in quick[2].parts
    assert whole == (report.results.RESULTS, machine.MACHINES, report.ROOT)
