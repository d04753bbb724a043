"""The tool that puts faults in tells a test that sees from one that does not."""

from dataclasses import replace
from pathlib import Path

import pytest

from tools import faults, warm

ENTRY = """## yes-by-default

An absent answer counts as yes.

- file: `src/gate.py`
- test: `tests/test_gate.py::test_silence_is_no`

```python
return False
```

becomes

```python
return True
```
"""
FAULT = faults.Fault(
    id="yes-by-default",
    what="An absent answer counts as yes.",
    file="src/gate.py",
    test="tests/test_gate.py::test_silence_is_no",
    find="return False",
    replace="return True",
)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name, text in {
        "pyproject.toml": "[tool.pytest.ini_options]\n",
        "src/gate.py": "def permitted():\n    return False\n",
        "tests/test_gate.py": (
            "from gate import permitted\n"
            "def test_silence_is_no(): assert not permitted()\n"
            "def test_hollow(): permitted()\n"
        ),
    }.items():
        path = tmp_path / "repo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path / "repo"


def test_an_entry_is_read_whole() -> None:
    assert faults.read_faults("# Faults\n\n" + ENTRY) == [FAULT]


@pytest.mark.parametrize(
    "text", [ENTRY.replace("becomes", ""), ENTRY + "\n## half-an-entry\n", ENTRY + "\n" + ENTRY]
)
def test_a_list_with_half_an_entry_or_the_same_one_twice_is_refused(text: str) -> None:
    with pytest.raises(faults.Unusable):
        faults.read_faults(text)


def test_a_fault_that_its_test_sees_is_no_complaint_and_the_tree_is_untouched(tree: Path) -> None:
    assert faults.try_all([FAULT], tree) == []
    assert "return False" in (tree / "src/gate.py").read_text()


def test_what_was_read_with_one_fault_is_read_anew_with_the_next(tree: Path) -> None:
    hollow = replace(FAULT, id="hollow", test="tests/test_gate.py::test_hollow")
    complaints = faults.try_all([FAULT, hollow, replace(FAULT, id="again")], tree)
    assert complaints == ["hollow: tests/test_gate.py::test_hollow stayed green"]


def test_a_module_of_the_tree_that_was_read_too_early_is_named() -> None:
    assert "tools.faults" in warm.read_of(faults.ROOT / "tools")
    assert warm.read_of(faults.ROOT / "docs") == []


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"test": "tests/test_gate.py::test_hollow"}, "stayed green"),
        ({"test": "tests/test_gate.py::test_nowhere"}, "could not run"),
        ({"find": "return None"}, "stands 0 times"),
        ({"find": "e"}, "not once"),
        ({"file": "src/door.py"}, "does not exist"),
    ],
)
def test_a_fault_that_proves_nothing_is_a_complaint(
    tree: Path, changes: dict[str, str], complaint: str
) -> None:
    (found,) = faults.try_all([replace(FAULT, **changes)], tree)
    assert complaint in found


def test_a_test_that_is_red_without_the_fault_proves_nothing(tree: Path) -> None:
    (tree / "src/gate.py").write_text("def permitted():\n    return True  # return False\n")
    (found,) = faults.try_all([FAULT], tree)
    assert "red before" in found


def test_every_fault_on_the_list_still_fits_the_code() -> None:
    listed = faults.read_faults(faults.LIST.read_text())
    assert listed
    for fault in listed:
        assert (faults.ROOT / fault.file).read_text().count(fault.find) == 1, fault.id
        assert (faults.ROOT / fault.test.split("::")[0]).exists(), fault.id
