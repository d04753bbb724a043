"""The commands that look after master keys and backups say what they did, ask before what cannot be undone."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sayso.cli.main import main
from sayso.deployment import journal, secrets
from sayso.identity import keys


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SAYSO_SECRETS_FILE", str(tmp_path / "secrets.json"))
    monkeypatch.setenv("SAYSO_KEYS_URL", f"sqlite:///{tmp_path / 'keys.sqlite3'}")
    secrets.load.cache_clear()
    keys.make_keys(["Ada", "Ben"])
    yield tmp_path
    journal.leave()
    keys.close()
    secrets.load.cache_clear()


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(main, arguments, input=typed)


def test_an_epoch_from_its_cut_to_its_end() -> None:
    assert run("backup", "declare", "monday", "--days", "30").exit_code == 0
    assert "epoch 2" in run("keys", "new-epoch").stdout
    assert run("keys", "rotate", "--dry-run").stdout == "2 keys would be wrapped anew\n"
    assert "2 keys wrapped anew" in run("keys", "rotate").stdout
    listed = run("keys", "list").stdout.splitlines()
    assert "needed by monday" in listed[1]
    assert listed[2].endswith("wraps new keys")
    refused = run("keys", "destroy", "1", "--yes")
    assert (refused.exit_code, "monday" in refused.stderr) == (2, True)
    assert "monday: taken" in run("backup", "list").stdout
    assert run("backup", "end", "monday").exit_code == 0
    assert run("keys", "destroy", "1", typed="n\n").exit_code == 1
    assert "destroyed" not in run("keys", "list").stdout
    assert run("keys", "destroy", "1", typed="y\n").exit_code == 0
    assert "destroyed" in run("keys", "list").stdout
    assert keys.unseal("Ada", keys.seal("Ada", b"hers")) == b"hers"


def test_the_journal_is_kept_as_long_as_any_backup_may_need_it(home: Path) -> None:
    journal.append([{"kind": "narrowed", "seq": 1}])
    journal.leave()
    (old,) = (home / "journal").iterdir()
    os.utime(old, (time.time() - 86400, time.time() - 86400))
    refused = run("backup", "prune", "--yes")
    assert (refused.exit_code, "Declare yours" in refused.stderr) == (2, True)
    run("backup", "declare", "monday", "--days", "30")
    journal.append([{"kind": "narrowed", "seq": 2}])
    # A file system's clock may be behind ours: what was written just after a backup looks a little older.
    new = max((home / "journal").iterdir())
    os.utime(new, (new.stat().st_mtime - 0.1, new.stat().st_mtime - 0.1))
    assert run("backup", "prune", "--yes").stdout == "1 files deleted\n"
    assert [entry["seq"] for entry in journal.read()] == [2]
