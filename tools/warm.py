"""Run tests again and again, each time in a process that has read nothing of the tree before.

    python tools/warm.py       in the tree; each line of standard input is a JSON list of arguments for pytest,
                               each line of standard output its exit code and what it said, in JSON

Most of the work of a short run is to read what others wrote: pytest, its plugins, Django, the browser's driver.
This process reads that once, and forks for each run.
"""

import gc
import json
import os
import sys
import tempfile
from importlib import import_module
from pathlib import Path

import pytest

# What the tests import of others and what reads no settings. An absent line costs time, never truth.
OTHERS = [
    "cryptography.hazmat.primitives.asymmetric.ec",
    "cryptography.x509",
    "django.core.handlers.asgi",
    "django.core.management",
    "django.db.backends.sqlite3.base",
    "django.db.migrations.executor",
    "django.db.models",
    "django.forms",
    "django.template.defaulttags",
    "django.template.loader",
    "django.test.client",
    "django.views.generic",
    "httpx",
    "jinja2",
    "jwt",
    "playwright.sync_api",
    "psycopg",
    "pydantic",
    "sqlalchemy",
    "sqlparse",
    "yaml",
]


def warm_up() -> None:
    """Import what is not of the tree. Pytest brings its plugins by itself when it runs once, on nothing."""
    with tempfile.TemporaryDirectory(prefix="sayso-nothing-") as name:
        nothing = Path(name) / "pytest.ini"
        nothing.write_text("[pytest]\n")
        pytest.main(["-qq", "--collect-only", "-p", "no:cacheprovider", "-c", str(nothing), name])
    for other in OTHERS:
        import_module(other)
    gc.freeze()


def read_of(tree: Path) -> list[str]:
    """Name the modules of the tree that this process has read. A fault put into one of them would not be run."""
    files = ((name, getattr(module, "__file__", None)) for name, module in sys.modules.items())
    return [name for name, file in files if file and Path(file).is_relative_to(tree)]


def run(arguments: list[str]) -> tuple[int, str]:
    """Run pytest in a fork; give its exit code, negative when a signal ended it, and what it said."""
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if child == 0:
            for stream in (1, 2):
                os.dup2(said.fileno(), stream)
            # By the usual way out, so that what tests tidy up at their process's end is tidied up.
            sys.exit(pytest.main(arguments))
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said.seek(0)
        return code, said.read().decode(errors="replace")


def main() -> None:
    """Answer until the standard input ends."""
    answers = os.fdopen(os.dup(1), "w")
    with open(os.devnull, "w") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    warm_up()
    for line in sys.stdin:
        if early := read_of(Path.cwd()):
            raise SystemExit(f"read before any fault was put in: {', '.join(early)}")
        answers.write(json.dumps(run(json.loads(line))) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
