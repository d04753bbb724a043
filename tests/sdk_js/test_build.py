"""The committed file is what the sources make, it is small, and its lockfile names no registry."""

import gzip
import subprocess
from pathlib import Path

from tools.node import find_node

from .conftest import SDK_DIR
from .shopfront import SDK

BUDGET = 6144  # bytes, gzip


def test_the_built_file_is_fresh(tools: Path, tmp_path: Path) -> None:
    built = tmp_path / "sayso.js"
    subprocess.run([*find_node()[0], "build.mjs", str(built)], cwd=SDK_DIR, check=True, timeout=60)
    assert built.read_bytes() == SDK.read_bytes(), "run: npm run build in sdk/js"


def test_the_sources_pass_the_type_checker(tools: Path) -> None:
    command = [*find_node()[0], "node_modules/typescript/bin/tsc", "--noEmit"]
    checked = subprocess.run(command, cwd=SDK_DIR, capture_output=True, timeout=120)
    assert checked.returncode == 0, checked.stdout.decode()


def test_the_file_keeps_to_its_budget() -> None:
    assert len(gzip.compress(SDK.read_bytes(), 9)) <= BUDGET


def test_the_file_stores_nothing_and_builds_no_markup() -> None:
    text = SDK.read_text()
    for word in (
        "localStorage",
        "sessionStorage",
        "indexedDB",
        ".cookie",
        "innerHTML",
        "insertAdjacentHTML",
        "eval(",
    ):
        assert word not in text


def test_the_lockfile_names_no_registry() -> None:
    text = (SDK_DIR / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert '"integrity"' in text
