"""The runner tells the truth: nothing skipped, nothing missing, nothing run on one database only."""

from pathlib import Path

import pytest

from tools import run_tests
from tools.run_tests import Phase


def phase_of(folder: Path, source: str, *arguments: str) -> Phase:
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_story.py").write_text(f"import pytest\n{source}\n")
    return run_tests.run_phase("Story", ["-c", str(folder / "pytest.ini"), str(folder), *arguments])


def test_what_passed_and_failed_is_counted(tmp_path: Path) -> None:
    source = (
        "def test_yes(): pass\ndef test_no(): assert not 1\n@pytest.fixture\ndef broken(): raise OSError\n"
    )
    phase = phase_of(tmp_path, source + "def test_never(broken): pass")
    assert (phase.passed, phase.failed, phase.skipped, len(phase.ran)) == (1, 2, 0, 3)
    assert phase.broken["test_story::test_no"].startswith("assert not 1")
    assert "OSError" in phase.broken["test_story::test_never"]


@pytest.mark.parametrize("mark", ["skip", "xfail(run=False)"])
def test_a_test_that_is_not_run_is_a_complaint(tmp_path: Path, mark: str) -> None:
    phase = phase_of(tmp_path, f"@pytest.mark.{mark}\ndef test_later(): pass\ndef test_now(): pass")
    assert (phase.passed, phase.skipped) == (1, 1)
    assert phase.complaints == ["Story: 1 skipped"]


def test_a_run_of_no_test_is_a_complaint(tmp_path: Path) -> None:
    assert "Story: no test ran" in phase_of(tmp_path, "").complaints


def test_a_file_that_cannot_be_read_is_a_failure(tmp_path: Path) -> None:
    phase = phase_of(tmp_path, "import nothing_of_that_name")
    assert phase.failed + len(phase.complaints) > 0


def test_an_end_that_no_test_explains_is_a_complaint(tmp_path: Path) -> None:
    phase = phase_of(tmp_path, "def test_now(): pass", "--cov=nowhere", "--cov-fail-under=100")
    assert phase.failed == 0
    assert phase.complaints == ["Story: pytest ended with 1"]


def test_a_test_that_ran_on_one_database_only_is_named() -> None:
    both, more = Phase("SQLite", ran={"a", "b"}), Phase("PostgreSQL", ran={"a", "c"})
    assert run_tests.compare(both, more) == ["b ran on SQLite only", "c ran on PostgreSQL only"]
    assert run_tests.compare(both, both) == []
    pure = Phase("SQLite", ran={"a", "tests.core.test_age::bands"})
    assert run_tests.compare(pure, Phase("PostgreSQL", ran={"a"})) == []
    assert run_tests.compare(Phase("SQLite", ran={"a"}), Phase("PostgreSQL", ran=pure.ran)) != []


@pytest.mark.parametrize(
    ("phase", "code", "last"),
    [
        (Phase("SQLite", ran={"a"}, passed=1), 0, "1 passed, 0 failed"),
        (Phase("SQLite", ran={"a", "b"}, passed=1, failed=1), 1, "1 passed, 1 failed"),
        (Phase("SQLite", ran={"a"}, passed=1, complaints=["SQLite: 1 skipped"]), 1, "1 passed, 1 failed"),
    ],
)
def test_the_last_line_and_the_exit_code_agree(
    phase: Phase, code: int, last: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_tests, "guards", list)
    monkeypatch.setattr(run_tests, "suite", lambda: [phase])
    monkeypatch.setattr("sys.argv", ["run_tests"])
    assert run_tests.main() == code
    assert capsys.readouterr().out.splitlines()[-1] == last


def test_a_guard_that_objects_fails_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_tests, "guards", lambda: ["types"])
    monkeypatch.setattr(run_tests, "suite", lambda: [Phase("SQLite", ran={"a"}, passed=1)])
    monkeypatch.setattr("sys.argv", ["run_tests"])
    assert run_tests.main() == 1


def test_a_fault_that_no_test_sees_counts_as_failed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run_tests.faults, "try_all", lambda listed, root: [f"{listed[0].id}: stayed green"])
    phase = run_tests.put_faults_in()
    assert (phase.failed, phase.passed) == (1, len(phase.ran) - 1)
    assert "stayed green" in capsys.readouterr().out


def test_the_end_repeats_what_failed_and_why(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    phase = Phase("SQLite", ran={"a", "b"}, passed=1, failed=1, broken={"b": "assert 1 == 2"})
    monkeypatch.setattr(run_tests, "guards", list)
    monkeypatch.setattr(run_tests, "suite", lambda: [phase])
    monkeypatch.setattr("sys.argv", ["run_tests"])
    assert run_tests.main() == 1
    assert "FAILED SQLite: b assert 1 == 2" in capsys.readouterr().out.splitlines()
