"""The page of threats names every room, and every mitigation on it has a test that exists."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "explanation" / "threats.md").read_text()
NOT_ROOMS = {"locale"}
ROW = re.compile(r"^\| (?!threat|---)(.+?) \| (.+?) \| `(tests/\S+\.py)::(test_\w+)` \|$", re.MULTILINE)


def rooms() -> set[str]:
    found = {path.name for path in (ROOT / "src" / "sayso").iterdir() if path.is_dir()}
    return {name for name in found if not name.startswith("_")} - NOT_ROOMS


def sections() -> dict[str, str]:
    parts = re.split(r"^## (\w+)$", PAGE, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def names_in(file: str) -> set[str]:
    return {
        node.name
        for node in ast.walk(ast.parse((ROOT / file).read_text()))
        if isinstance(node, ast.FunctionDef)
    }


def test_every_room_has_its_threats_and_no_section_is_about_nothing() -> None:
    assert set(sections()) == rooms()
    assert not [room for room, text in sections().items() if not ROW.search(text)]


def test_every_line_of_a_table_names_a_test() -> None:
    lines = [line for line in PAGE.splitlines() if line.startswith("| ")]
    told = [line for line in lines if not line.startswith(("| threat |", "| --- |"))]
    assert [line for line in told if not ROW.match(line)] == []


def test_every_test_named_there_exists() -> None:
    named = [(file, test) for _, _, file, test in ROW.findall(PAGE)]
    assert [f"{file}::{test}" for file, test in named if test not in names_in(file)] == []
