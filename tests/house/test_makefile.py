"""Two commands are enough, and what is missing is said in one line with its remedy."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from tools import setup
from tools.setup import ROOT

MAKEFILE = (ROOT / "Makefile").read_text()


def bootstrap(kind: str, python: str, path: str = "") -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "PYTHON": python, "PATH": path or os.environ["PATH"]}
    command = ["/bin/sh", str(ROOT / "tools" / "bootstrap.sh"), kind]
    return subprocess.run(command, env=environment, capture_output=True, text=True)


def pretend_python(folder: Path, body: str) -> str:
    program = folder / "python-pretend"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    return str(program)


def test_there_are_at_most_ten_targets_and_help_explains_each() -> None:
    targets = re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE)
    assert 2 < len(targets) <= 10
    shown = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True).stdout
    assert re.findall(r"^ +make ([a-z]+) +\S", shown, re.MULTILINE) == targets


def test_a_python_that_is_too_old_is_named_with_the_remedy(tmp_path: Path) -> None:
    old = pretend_python(tmp_path, "exit 1")
    done = bootstrap("demo", old)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "Python 3.11 or newer is missing. Remedy: apt install python3" in done.stderr


def test_a_missing_venv_stops_the_demo_with_one_line(tmp_path: Path) -> None:
    bare = pretend_python(tmp_path, 'case "$2" in *ensurepip*) exit 1;; *) exit 0;; esac')
    done = bootstrap("demo", bare)
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.endswith("Remedy: apt install python3-venv\n")


def test_the_tests_install_a_missing_venv_with_apt_when_root(tmp_path: Path) -> None:
    # A pretend apt-get makes the pretend Python whole, as the real one does on Debian.
    whole, said = tmp_path / "whole", tmp_path / "said"
    body = f'case "$1$2" in *tools/setup.py*) echo ready; exit 0;; *ensurepip*) test -e {whole};; *) exit 0;; esac'
    python = pretend_python(tmp_path, body)
    for name, script in {"apt-get": f'echo "$@" >> {said}; touch {whole}', "id": "echo 0"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    done = bootstrap("test", python, f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "ready")
    assert [line.split()[0] for line in said.read_text().splitlines()] == ["update", "install"]
    assert "python3-venv" in said.read_text()


def test_a_step_runs_once_and_again_only_when_its_source_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup, "ROOT", tmp_path)
    monkeypatch.setattr(setup, "BUILD", tmp_path / ".build")
    runs: list[str] = []
    for content in ("first", "first", "second"):
        (tmp_path / "requirements.txt").write_text(content)
        setup.once("demo", ["requirements.txt"], lambda content=content: runs.append(content))
    assert runs == ["first", "second"]


def test_a_step_that_failed_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "BUILD", tmp_path / ".build")
    with pytest.raises(setup.Stopped, match="Remedy: connect"):
        setup.once("demo", [], lambda: setup.run(["false"], "connect"))
    assert not setup.fresh("demo", [])


def test_a_program_that_is_missing_is_said_with_the_remedy() -> None:
    with pytest.raises(setup.Stopped, match="Remedy: install it"):
        setup.run(["/no/such/program"], "install it")


def test_continuous_integration_runs_what_a_newcomer_runs() -> None:
    assert (ROOT / ".ci" / "run").read_text().splitlines()[-1] == "exec make test"
    assert os.access(ROOT / ".ci" / "run", os.X_OK)


@pytest.mark.parametrize(
    ("root", "chromium", "wanted"),
    [
        (True, None, [["apt-get", "update"], ["apt-get", "install"]]),
        (False, None, [["-m", "playwright"]]),
        (False, "/usr/bin/chromium", []),
    ],
)
def test_a_missing_browser_comes_from_apt_when_root_and_else_from_playwright(
    root: bool, chromium: str | None, wanted: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []
    monkeypatch.setattr(setup, "PACKAGES", {"chromium": "/no/such/browser"})
    monkeypatch.setattr(setup, "on_debian_as_root", lambda: root)
    monkeypatch.setattr(setup, "find_chromium", lambda: chromium)
    monkeypatch.setattr(setup, "run", lambda command, remedy, **changes: ran.append(command))
    setup.find_browser()
    assert [command[:2] if root else command[1:3] for command in ran] == wanted
