"""What a brand installs stays small, is pinned, and names no registry and no machine."""

import importlib.metadata
import re
import tomllib

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.setup import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
FILES = ("requirements.txt", "requirements-test.txt", "requirements-bench.txt", "requirements-node.txt")


def needed_by(requirement: Requirement) -> list[Requirement]:
    asked = [Requirement(line) for line in importlib.metadata.requires(requirement.name) or []]
    extras = requirement.extras or {""}
    return [
        need
        for need in asked
        if need.marker is None or any(need.marker.evaluate({"extra": extra}) for extra in extras)
    ]


def base_install() -> set[str]:
    found: set[tuple[str, str]] = set()
    waiting = [Requirement(line) for line in PROJECT["dependencies"]]
    while waiting:
        requirement = waiting.pop()
        key = (canonicalize_name(requirement.name), ",".join(sorted(requirement.extras)))
        if key not in found:
            found.add(key)
            waiting += needed_by(requirement)
    return {name for name, _ in found}


def pins(file: str) -> dict[str, str]:
    lines = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", (ROOT / file).read_text(), re.MULTILINE)
    return {canonicalize_name(name): version for name, version in lines}


def megabytes(name: str) -> float:
    files = importlib.metadata.files(name) or []
    paths = [file.locate() for file in files if file.suffix != ".pyc"]
    return (
        sum(ROOT.joinpath(path).stat().st_size for path in map(str, paths) if ROOT.joinpath(path).exists())
        / 1e6
    )


def test_the_base_install_is_at_most_sixty_distributions_and_two_hundred_megabytes() -> None:
    names = base_install()
    assert len(names) > len(PROJECT["dependencies"])
    assert len(names) <= 60
    assert 50 < sum(megabytes(name) for name in names) <= 200


def test_every_dependency_is_pinned_within_the_range_asked_for() -> None:
    asked = {
        "requirements.txt": [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["demo"]],
        "requirements-test.txt": [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["test"]],
        "requirements-bench.txt": [
            *PROJECT["dependencies"],
            *PROJECT["optional-dependencies"]["realdata"],
            *PROJECT["optional-dependencies"]["bench"],
        ],
    }
    for file, lines in asked.items():
        for requirement in map(Requirement, lines):
            version = pins(file).get(canonicalize_name(requirement.name))
            assert version is not None, f"{requirement.name} is not in {file}. Remedy: make lock"
            assert requirement.specifier.contains(version), f"{requirement} in {file}. Remedy: make lock"


def test_the_tests_run_on_exactly_what_the_demo_installs() -> None:
    for file in ("requirements-test.txt", "requirements-bench.txt"):
        assert pins("requirements.txt").items() <= pins(file).items()


def test_every_pin_has_hashes_and_no_file_names_an_address_or_a_path() -> None:
    for file in FILES:
        text = (ROOT / file).read_text()
        entries = re.split(r"\n(?=\S)", text.strip())
        assert all("--hash=sha256:" in entry for entry in entries), file
        assert not re.search(r"://|index-url|find-links|(^|\s)/", text), file


def test_every_dependency_is_explained_in_the_decisions() -> None:
    page = (ROOT / "docs" / "decisions" / "0004-dependencies.md").read_text()
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    names = [Requirement(line).name for line in [*PROJECT["dependencies"], *extras]]
    assert [name for name in names if f"| {name} " not in page] == []
