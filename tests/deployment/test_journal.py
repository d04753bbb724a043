"""What was appended to the journal is read back, whatever breaks off, and no line can be changed unseen."""

import multiprocessing
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sayso.core.errors import Conflict, Misconfigured, Unavailable
from sayso.deployment import env, journal


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SAYSO_JOURNAL_URL", f"file://{tmp_path / 'journal'}")
    yield tmp_path / "journal"
    journal.leave()


def lines(*numbers: int) -> list[dict[str, object]]:
    return [{"kind": "narrowed", "seq": number} for number in numbers]


def numbers() -> list[int]:
    return [entry["seq"] for entry in journal.read()]


def only(folder: Path) -> Path:
    (found,) = folder.iterdir()
    return found


def test_what_was_appended_is_read_back_in_order(folder: Path) -> None:
    journal.append(lines(1, 2))
    journal.append([])
    journal.append(lines(3))
    assert numbers() == [1, 2, 3]
    assert [entry["seq"] for entry in journal.newest()] == [3]
    assert only(folder).stat().st_mode & 0o077 == 0


def test_a_full_file_is_left_and_the_next_begun(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "LARGEST", 100)
    for number in range(5):
        journal.append(lines(number))
    assert len(list(folder.iterdir())) > 1
    assert numbers() == [0, 1, 2, 3, 4]


def test_a_line_torn_by_a_crash_is_passed_over(folder: Path) -> None:
    journal.append(lines(1))
    journal.append(lines(2))
    file = only(folder)
    whole = file.read_bytes()
    for length in range(whole.index(b"\n") + 1, len(whole)):
        file.write_bytes(whole[:length])
        assert numbers() == [1]
        assert [entry["seq"] for entry in journal.newest()] == [1]


@pytest.mark.parametrize("change", ["rewritten", "taken out", "put in"])
def test_a_changed_line_is_seen(folder: Path, change: str) -> None:
    for number in (1, 2, 3):
        journal.append(lines(number))
    file = only(folder)
    first, second, third = file.read_bytes().splitlines(keepends=True)
    changed = {
        "rewritten": [first, second.replace(b'"seq":2', b'"seq":4'), third],
        "taken out": [first, third],
        "put in": [first, second, second, third],
    }
    file.write_bytes(b"".join(changed[change]))
    with pytest.raises(Conflict) as damaged:
        numbers()
    assert damaged.value.code == "journal_damaged"


def test_a_file_passed_off_as_another_is_seen(folder: Path) -> None:
    journal.append(lines(1))
    journal.append(lines(2))
    only(folder).rename(folder / f"{0:020d}-1-00000000.journal")
    with pytest.raises(Conflict):
        numbers()


def _append(number: int) -> None:
    journal.append(lines(number))


def test_every_process_has_a_file_of_its_own(folder: Path) -> None:
    journal.append(lines(0))
    with multiprocessing.get_context("fork").Pool(3, maxtasksperchild=1) as pool:
        pool.map(_append, range(1, 6), chunksize=1)
        pool.close()
        pool.join()
    assert len(list(folder.iterdir())) == 6
    assert sorted(numbers()) == [0, 1, 2, 3, 4, 5]


def test_what_the_disk_did_not_take_is_not_acknowledged_and_goes_first_afterwards(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append(lines(1))

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(os, "write", full)
        with pytest.raises(Unavailable) as refused:
            journal.append(lines(2))
    assert refused.value.code == "journal_unwritable"
    journal.append(lines(3))
    assert numbers() == [1, 2, 3]


def test_a_line_half_written_by_a_full_disk_harms_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal.append(lines(1))
    write = os.write
    with monkeypatch.context() as disk:
        disk.setattr(os, "write", lambda file, raw: write(file, raw[: len(raw) // 2]))
        with pytest.raises(Unavailable):
            journal.append(lines(2))
    journal.append(lines(3))
    assert numbers() == [1, 2, 3]


def test_a_journal_of_another_kind_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_JOURNAL_URL", "s3://somewhere/journal")
    with pytest.raises(Misconfigured):
        env.journal_folder()


def test_the_journal_lies_beside_the_keys_and_not_beside_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SAYSO_JOURNAL_URL", raising=False)
    monkeypatch.setenv("SAYSO_KEYS_URL", "sqlite:////var/lib/sayso-keys/keys.sqlite3")
    assert env.journal_folder() == Path("/var/lib/sayso-keys/journal")
