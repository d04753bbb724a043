"""Prove that the tests are not hollow: put each fault of `tests/faults.md` in, and see its test turn red.

    python -m tools.faults [ID…]

The tree is copied once to a temporary folder; nothing here is changed. A fault that stays green, a snippet
that is not found exactly once, or a test that is red before the fault is put in makes this fail.
"""

import compileall
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from py_compile import PycInvalidationMode

from tools.setup import ROOT, say

LIST = ROOT / "tests" / "faults.md"
WARM = ROOT / "tools" / "warm.py"
IGNORED = shutil.ignore_patterns(
    ".git", ".venv", ".build", ".demo", ".sayso", "node_modules", "__pycache__", ".*_cache", ".hypothesis"
)
# A heading, four lines of a list, and the two snippets of code.
ENTRY = re.compile(
    r"^## (?P<id>[a-z0-9-]+)\n+(?P<what>[^\n]+)\n+- file: `(?P<file>[^`]+)`\n- test: `(?P<test>[^`]+)`\n+"
    r"```[a-z]*\n(?P<find>.*?)\n```\n+becomes\n+```[a-z]*\n(?P<replace>.*?)\n?```\n",
    re.MULTILINE | re.DOTALL,
)


class Unusable(Exception):
    """The list cannot be used as it stands."""


@dataclass(frozen=True)
class Fault:
    """One deliberate mistake: what it is, where it goes, and the test that must see it."""

    id: str
    what: str
    file: str
    test: str
    find: str
    replace: str


def read_faults(text: str) -> list[Fault]:
    """Read the list; every heading must be a whole entry, and no id stands twice."""
    faults = [Fault(**entry.groupdict()) for entry in ENTRY.finditer(text)]
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    if [fault.id for fault in faults] != headings:
        broken = [heading for heading in headings if heading not in {fault.id for fault in faults}]
        raise Unusable(f"not a whole entry: {', '.join(broken) or 'see the order of the headings'}")
    if len(set(headings)) != len(headings):
        raise Unusable("an id stands twice")
    return faults


def copied(root: Path, tree: Path) -> None:
    """Copy the tree and compile it once, or every try would. By hash: a changed file is seen in its own second."""
    shutil.copytree(root, tree, ignore=IGNORED, symlinks=True)
    compileall.compile_dir(tree, maxlevels=20, quiet=2, invalidation_mode=PycInvalidationMode.CHECKED_HASH)


def put_in(fault: Fault, tree: Path) -> str:
    """Put a fault in and give the file's text from before."""
    path = tree / fault.file
    if not path.is_file():
        raise Unusable(f"{fault.id}: {fault.file} does not exist")
    before = path.read_text()
    if (times := before.count(fault.find)) != 1:
        raise Unusable(f"{fault.id}: the snippet stands {times} times in {fault.file}, not once")
    path.write_text(before.replace(fault.find, fault.replace))
    return before


@dataclass(frozen=True)
class Trial:
    """A copy of the tree, and the process that runs tests in it: each in a fork, which alone reads the copy."""

    tree: Path
    process: "subprocess.Popen[str]"

    def turns_red(self, *tests: str) -> bool:
        """Run tests in the copy. Red means that they ran and one failed: pytest's exit code 1."""
        if self.process.stdin is None or self.process.stdout is None:
            raise Unusable("the tests cannot be asked for")
        arguments = ["-q", "-x", "-p", "no:cacheprovider", "--no-header", *tests]
        self.process.stdin.write(json.dumps(arguments) + "\n")
        self.process.stdin.flush()
        if not (answer := self.process.stdout.readline()):
            raise Unusable(f"{', '.join(tests)} could not run: what runs them has ended")
        code: int
        said: str
        code, said = json.loads(answer)
        if code not in {0, 1}:
            raise Unusable(f"{', '.join(tests)} could not run:\n{said[-4000:]}")
        return code == 1


@contextmanager
def trial(tree: Path) -> Iterator[Trial]:
    """Start what runs the tests of a copy, and end it with the block."""
    places = [tree / "src", tree / "demo", tree / "sdk" / "python", tree]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SAYSO_")}
    environment["PYTHONPATH"] = os.pathsep.join(str(place) for place in places)
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    command, pipe = [sys.executable, "-P", str(WARM)], subprocess.PIPE
    with subprocess.Popen(command, cwd=tree, env=environment, stdin=pipe, stdout=pipe, text=True) as process:
        yield Trial(tree, process)


def all_green(faults: Sequence[Fault], copy: Trial) -> bool:
    """Run every named test at once, without any fault: far quicker than one after the other."""
    try:
        return not copy.turns_red(*{fault.test: None for fault in faults})
    except Unusable:
        return False


def verdict(fault: Fault, copy: Trial, known_green: bool) -> str | None:
    """Try one fault in the copy, which is left as it was. Give the complaint, or None if the test saw it."""
    if not known_green and copy.turns_red(fault.test):
        return f"{fault.id}: {fault.test} is red before the fault is put in"
    before = put_in(fault, copy.tree)
    try:
        seen = copy.turns_red(fault.test)
    finally:
        (copy.tree / fault.file).write_text(before)
    return None if seen else f"{fault.id}: {fault.test} stayed green"


def try_all(faults: Sequence[Fault], root: Path) -> list[str]:
    """Try every fault in a copy of the tree and give the complaints."""
    complaints = []
    with tempfile.TemporaryDirectory(prefix="sayso-faults-") as folder:
        tree = Path(folder) / "tree"
        copied(root, tree)
        with trial(tree) as copy:
            known_green = all_green(faults, copy)
            for fault in faults:
                try:
                    complaint = verdict(fault, copy, known_green)
                except Unusable as reason:
                    complaint = str(reason)
                say(f"  {'NOT SEEN' if complaint else 'seen':<10}{fault.id}: {fault.what}")
                complaints += [complaint] if complaint else []
    return complaints


def main() -> int:
    """Try the faults named, or all of them."""
    try:
        faults = read_faults(LIST.read_text())
    except Unusable as reason:
        sys.stderr.write(f"tests/faults.md: {reason}\n")
        return 2
    wanted = [fault for fault in faults if not sys.argv[1:] or fault.id in sys.argv[1:]]
    if not wanted:
        sys.stderr.write("sayso: no such fault in tests/faults.md\n")
        return 2
    complaints = try_all(wanted, ROOT)
    for complaint in complaints:
        say(f"FAILED {complaint}")
    say(f"{len(wanted) - len(complaints)} passed, {len(complaints)} failed")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
