"""Master keys come in epochs: cut, wrapped anew under, and destroyed once nothing needs them."""

import json
import multiprocessing
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sayso.core.errors import Conflict, NotFound
from sayso.deployment import secrets
from sayso.identity import epochs, keys

PEOPLE = [f"somebody {number:02}" for number in range(12)]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep keys and secrets of their own: an epoch that is destroyed is gone for every test."""
    monkeypatch.setenv("SAYSO_SECRETS_FILE", str(tmp_path / "secrets.json"))
    monkeypatch.setenv("SAYSO_KEYS_URL", f"sqlite:///{tmp_path / 'keys.sqlite3'}")
    secrets.load.cache_clear()
    yield tmp_path
    keys.close()
    secrets.load.cache_clear()


@pytest.fixture
def sealed() -> list[tuple[str, bytes]]:
    """Seal something about twelve people under the first epoch."""
    keys.make_keys(PEOPLE)
    return [(who, keys.seal(who, who.encode())) for who in PEOPLE]


def readable(sealed: list[tuple[str, bytes]]) -> bool:
    return all(keys.unseal(who, box) == who.encode() for who, box in sealed)


def counts(now: datetime) -> dict[int, int]:
    return {one.number: one.keys for one in epochs.epochs(now)}


def test_new_people_are_wrapped_under_the_newest_master_key(
    sealed: list[tuple[str, bytes]], now: datetime
) -> None:
    assert epochs.cut(now) == 2
    keys.make_keys(["Ada"])
    assert counts(now) == {1: 12, 2: 1}
    assert keys.unseal("Ada", keys.seal("Ada", b"hers")) == b"hers"
    assert readable(sealed)


def test_wrapping_anew_touches_nothing_that_is_sealed(sealed: list[tuple[str, bytes]], now: datetime) -> None:
    epochs.cut(now)
    assert epochs.left() == 12
    assert epochs.rotate(lambda done: None) == 12
    assert (counts(now), epochs.left()) == ({1: 0, 2: 12}, 0)
    assert readable(sealed)


def test_wrapping_that_was_broken_off_goes_on_with_what_is_left(
    sealed: list[tuple[str, bytes]], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(epochs, "BATCH", 5)
    epochs.cut(now)

    def dies(done: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        epochs.rotate(dies)
    assert counts(now) == {1: 7, 2: 5}
    assert readable(sealed)
    seen: list[int] = []
    assert epochs.rotate(seen.append) == 7
    assert seen == [5, 7]
    assert readable(sealed)


def test_a_master_key_that_is_needed_is_not_destroyed(sealed: list[tuple[str, bytes]], now: datetime) -> None:
    with pytest.raises(Conflict):
        epochs.destroy(1, now)  # the newest
    epochs.cut(now)
    with pytest.raises(Conflict):
        epochs.destroy(1, now)  # twelve keys are wrapped under it
    epochs.declare_backup("monday", now + timedelta(days=30), now)
    epochs.rotate(lambda done: None)
    with pytest.raises(Conflict) as refused:
        epochs.destroy(1, now)
    assert "monday" in refused.value.detail
    assert readable(sealed)
    with pytest.raises(NotFound):
        epochs.destroy(7, now)


def test_a_destroyed_master_key_opens_no_copy_of_the_store(
    sealed: list[tuple[str, bytes]], now: datetime, home: Path
) -> None:
    copy = home / "copy.sqlite3"
    with sqlite3.connect(copy) as target:
        keys.store().backup(target)
    target.close()
    epochs.declare_backup("monday", now + timedelta(days=30), now)
    epochs.cut(now)
    epochs.rotate(lambda done: None)
    later = now + timedelta(days=31)
    epochs.destroy(1, later)
    epochs.destroy(1, later)  # again is harmless
    assert readable(sealed)
    assert epochs.epochs(later)[0].destroyed_at != ""
    keys.close()
    copy.replace(home / "keys.sqlite3")
    with pytest.raises(NotFound) as gone:
        keys.unseal(*sealed[0])
    assert gone.value.code == "key_destroyed"


def test_a_backup_that_ended_needs_nothing(sealed: list[tuple[str, bytes]], now: datetime) -> None:
    epochs.declare_backup("monday", now + timedelta(days=30), now)
    with pytest.raises(Conflict):
        epochs.declare_backup("monday", now + timedelta(days=90), now)
    assert [one.name for one in epochs.backups(now)] == ["monday"]
    epochs.end_backup("monday")
    assert epochs.backups(now) == []
    with pytest.raises(NotFound):
        epochs.end_backup("monday")


def _cut_and_rotate(at: datetime) -> None:
    epochs.cut(at)
    epochs.rotate(lambda done: None)
    epochs.destroy(1, at)
    keys.close()


def test_what_another_process_cuts_and_destroys_holds_here_at_once(
    sealed: list[tuple[str, bytes]], now: datetime
) -> None:
    first = keys.wrap(bytes(32), "Ada", 1, keys.masters())
    other = multiprocessing.get_context("fork").Process(target=_cut_and_rotate, args=[now])
    other.start()
    other.join()
    assert other.exitcode == 0
    assert readable(sealed)
    keys.make_keys(["Ada"])
    assert counts(now) == {1: 0, 2: 13}
    with pytest.raises(NotFound):
        keys.unwrap(first, "Ada", 1, keys.masters())


def test_a_store_and_a_secrets_file_of_an_earlier_version_are_read_on(home: Path, now: datetime) -> None:
    keys.make_keys(["Ada"])
    box = keys.seal("Ada", b"hers")
    old = keys.store().execute("SELECT subject, wrapped FROM key").fetchall()
    keys.close()
    (home / "keys.sqlite3").unlink()
    with sqlite3.connect(home / "keys.sqlite3") as store:
        store.execute("CREATE TABLE key (subject TEXT PRIMARY KEY, wrapped BLOB NOT NULL)")
        store.executemany("INSERT INTO key VALUES (?, ?)", old)
    store.close()
    assert keys.unseal("Ada", box) == b"hers"
    assert counts(now) == {1: 1}


def test_the_secrets_file_stays_its_owners_alone_and_whole(home: Path, now: datetime) -> None:
    keys.make_keys(["Ada"])
    before = json.loads((home / "secrets.json").read_text())
    epochs.cut(now)
    epochs.rotate(lambda done: None)
    epochs.destroy(1, now)
    file = home / "secrets.json"
    after = json.loads(file.read_text())
    assert file.stat().st_mode & 0o077 == 0
    assert before["master"] not in file.read_text()
    assert after["lookup"] == before["lookup"]
    assert list(after["masters"]) == ["2"]
    assert sorted(path.name for path in home.glob("secrets.*")) == ["secrets.json", "secrets.lock"]


def test_many_keys_are_opened_in_one_look_and_the_forgotten_are_told_apart(
    sealed: list[tuple[str, bytes]],
) -> None:
    keys.destroy(PEOPLE[3])
    read = keys.unseal_all(sealed)
    assert [one is None for one in read] == [number == 3 for number in range(12)]
    assert read[0] == PEOPLE[0].encode()


def test_an_epoch_that_is_cut_while_keys_are_opened_makes_nobody_forgotten(
    sealed: list[tuple[str, bytes]], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = keys.masters

    def slow() -> keys.Masters:
        held = real()
        monkeypatch.setattr(keys, "masters", real)
        epochs.cut(now)
        epochs.rotate(lambda done: None)
        return held

    monkeypatch.setattr(keys, "masters", slow)
    assert keys.unseal_all(sealed) == [who.encode() for who in PEOPLE]
    assert counts(now) == {1: 0, 2: 12}
