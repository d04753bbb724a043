"""A deployment's secrets are made once, and a file of an earlier version gets what it lacks and keeps what it has."""

import json
import multiprocessing
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from sayso.deployment import secrets


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("SAYSO_SECRETS_FILE", str(tmp_path / "secrets.json"))
    secrets.load.cache_clear()
    yield tmp_path / "secrets.json"
    secrets.load.cache_clear()


def _old(file: Path) -> dict[str, str]:
    held = {name: b64encode(name.encode() * 8)[:44].decode() for name in ("lookup", "master")}
    held |= {"django": "signing", "receipt": b64encode(bytes(32)).decode()}
    file.write_text(json.dumps(held))
    return held


def test_a_file_without_the_logs_key_gets_one_and_keeps_the_rest(file: Path) -> None:
    held = _old(file)
    made = secrets.load()
    written = json.loads(file.read_text())
    assert {name: written[name] for name in held} == held
    assert len(made.checkpoint) == 32
    assert made.checkpoint != made.receipt
    assert file.stat().st_mode & 0o077 == 0
    secrets.load.cache_clear()
    assert secrets.load() == made


def _loaded(_: int) -> bytes:
    secrets.load.cache_clear()
    return secrets.load().checkpoint


def test_processes_that_start_together_agree_on_the_key(file: Path) -> None:
    _old(file)
    with multiprocessing.get_context("fork").Pool(4) as pool:
        assert len(set(pool.map(_loaded, range(8), chunksize=1))) == 1
        pool.close()
        pool.join()
