"""What the how-to guide writes can be imported, and its frameworks are wired with names that exist."""

import ast
import importlib
import re

import pytest

from tools.setup import ROOT

TEXT = (ROOT / "docs" / "how-to" / "ask-before-you-use.md").read_text()
BLOCKS = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
WIRED = {
    "django": ["privacy_proxy", "visitor_of"],
    "flask": ["privacy_blueprint", "asking_with", "visitor_of"],
}
WIRED["starlette"] = ["privacy_route", "asking_with", "visitor_of"]


def test_every_program_of_the_guide_reads_and_its_imports_exist() -> None:
    assert len(BLOCKS) == 4
    for block in BLOCKS:
        for found in ast.walk(ast.parse(block)):
            if isinstance(found, ast.ImportFrom):
                module = importlib.import_module(str(found.module))
                assert [name.name for name in found.names if not hasattr(module, name.name)] == []


@pytest.mark.parametrize("framework", WIRED)
def test_every_helper_of_the_guide_is_where_it_says(framework: str) -> None:
    module = importlib.import_module(f"sayso_sdk.{framework}")
    assert f"`sayso_sdk.{framework}`" in TEXT
    for name in WIRED[framework]:
        assert name in TEXT
        assert hasattr(module, name)
