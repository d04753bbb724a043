"""The reference says what the code says."""

import ast
from pathlib import Path

import pytest

from tools import make_docs


def test_the_reference_is_fresh() -> None:
    assert make_docs.stale() == []


def test_every_page_of_the_reference_has_rows() -> None:
    for path, text in make_docs.pages().items():
        assert text.count("\n| ") + text.count("\n```text") > 3, path.name


def test_a_page_that_says_something_else_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(make_docs, "REFERENCE", tmp_path)
    for path, text in make_docs.pages().items():
        path.write_text(text)
    assert make_docs.stale() == []
    (tmp_path / "settings.md").write_text(make_docs.MADE + "An old page.")
    (tmp_path / "gone.md").write_text(make_docs.MADE + "Nothing makes this.")
    assert make_docs.stale() == ["gone.md", "settings.md"]


def test_a_remedy_is_the_one_that_stands_above_its_error() -> None:
    source = "def f():\n r = 'Go left.'\n raise A('a', '', r)\n r = 'Go right.'\n raise A('b', '', r)\n"
    found = [scope.text(call.args[2]) for call, scope in make_docs._calls(ast.parse(source))]
    assert found == ["Go left.", "Go right."]
