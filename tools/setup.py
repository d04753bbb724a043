"""Prepare the environment for `make demo` or `make test`. Standard library only: it runs before anything is installed.

    python3 tools/setup.py demo     .venv with requirements.txt and this package
    python3 tools/setup.py test     the same with requirements-test.txt, a browser, and the packages for Node
    python3 tools/setup.py bench    the same with requirements-bench.txt, and the programs that are measured beside it

Each finished step leaves a stamp in .build/ holding the hash of what it was made from, so that the
second time takes a fraction of a second.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
PYTHON = ROOT / ".venv" / "bin" / "python"
REQUIREMENTS = {
    "demo": ["requirements.txt"],
    "test": ["requirements-test.txt"],
    "bench": ["requirements-bench.txt"],
}
# What loads and is measured beside Sayso, from Debian: unpacked, not installed, so that none becomes a service.
MEASURED = ("wrk", "libluajit-5.1-2", "nginx")
NODE_FOLDERS = ("sdk/js", "tests/auditors")
PACKAGES = {
    "chromium-headless-shell": "/usr/bin/chromium-headless-shell",
    "fonts-noto-cjk": "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "fonts-noto-core": "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
}


class Stopped(Exception):
    """Preparation cannot go on; the message is one line that ends in a remedy."""


def say(text: str) -> None:
    """Show progress at once, also through a pipe."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(command: Sequence[str], remedy: str, **changes: str) -> None:
    """Run a command quietly; show what it said and the remedy if it fails."""
    environment = os.environ | {"PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"} | changes
    try:
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    except OSError as error:
        raise Stopped(f"{command[0]} did not start ({error.strerror}). Remedy: {remedy}") from error
    if done.returncode != 0:
        sys.stderr.write(done.stdout[-4000:])
        raise Stopped(f"{Path(command[0]).name} failed. Remedy: {remedy}")


def fingerprint(*sources: str) -> str:
    """Hash the named files and this interpreter's version."""
    digest = hashlib.sha256(repr(sys.version_info[:3]).encode())
    for source in sources:
        digest.update((ROOT / source).read_bytes())
    return digest.hexdigest()


def fresh(name: str, sources: Sequence[str]) -> bool:
    """Tell whether a step was finished for these very sources."""
    stamp = BUILD / f"{name}.stamp"
    return stamp.exists() and stamp.read_text() == fingerprint(*sources)


def once(name: str, sources: Sequence[str], step: Callable[[], None]) -> None:
    """Run a step unless it was finished for the same sources."""
    if fresh(name, sources):
        return
    step()
    BUILD.mkdir(exist_ok=True)
    (BUILD / f"{name}.stamp").write_text(fingerprint(*sources))


def sources_of(kind: str) -> list[str]:
    """Name the files an environment is made from."""
    return [*REQUIREMENTS[kind], "pyproject.toml"]


def make_environment() -> None:
    """Make .venv, anew when its interpreter no longer starts."""
    works = (
        PYTHON.exists()
        and subprocess.run([str(PYTHON), "-c", "import pip"], capture_output=True).returncode == 0
    )
    if works:
        return
    say("Making the environment .venv …")
    for kind in REQUIREMENTS:
        (BUILD / f"{kind}.stamp").unlink(missing_ok=True)
    try:
        venv.create(PYTHON.parent.parent, clear=True, with_pip=True)
    except (subprocess.CalledProcessError, OSError) as error:
        raise Stopped(".venv could not be made. Remedy: apt install python3-venv") from error


def install(kind: str) -> Callable[[], None]:
    """Give the step that installs the pinned packages, then this package itself."""

    def step() -> None:
        say("Installing the pinned packages (only the first time) …")
        pip = [str(PYTHON), "-m", "pip", "install", "--quiet"]
        files = [part for name in REQUIREMENTS[kind] for part in ("-r", name)]
        run([*pip, "--require-hashes", "--no-deps", *files], "check the connection to the package index")
        run([*pip, "--no-deps", "--no-build-isolation", "--editable", "."], "make clean, then try again")

    return step


def missing_packages() -> list[str]:
    """Name the Debian packages whose files are not on this machine."""
    return [name for name, path in PACKAGES.items() if not Path(path).exists()]


def on_debian_as_root() -> bool:
    """Tell whether apt may be used here without asking."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def find_chromium() -> str | None:
    """Give the path of a Chromium on this machine; `CHROMIUM` names another one."""
    names = (
        os.environ.get("CHROMIUM", ""),
        "chromium-headless-shell",
        "chromium",
        "chromium-browser",
        "google-chrome",
    )
    return next((path for name in names if name and (path := shutil.which(name))), None)


def find_browser() -> None:
    """Install a browser if there is none: apt when root on Debian, else Playwright's installer."""
    if on_debian_as_root():
        if missing := missing_packages():
            say(f"Installing {', '.join(missing)} with apt …")
            remedy = f"apt install {' '.join(missing)}"
            run(["apt-get", "update", "-qq"], remedy)
            install_quietly = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
            run([*install_quietly, *missing], remedy, DEBIAN_FRONTEND="noninteractive")
    elif find_chromium() is None:
        say("Fetching a browser with Playwright …")
        remedy = f"install Chromium yourself, as with: sudo apt install {' '.join(PACKAGES)}"
        run([str(PYTHON), "-m", "playwright", "install", "chromium"], remedy)


def install_node_packages() -> None:
    """Install what builds and checks the browser SDK, and what audits its banner."""
    say("Installing the packages of the browser SDK and of the auditors …")
    run([str(PYTHON), "-m", "tools.node", "install"], "check the connection to the npm registry")


def unpack_measured() -> None:
    """Unpack programs from Debian into .build/peers; elsewhere the report says which of them were missing."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        say(f"There is no apt here: install {', '.join(MEASURED)} yourself to measure with them.")
        return
    say(f"Unpacking {', '.join(MEASURED)} …")
    folder = BUILD / "peers"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    remedy = f"apt install {' '.join(MEASURED)}"
    if os.geteuid() == 0:
        run(["apt-get", "update", "-qq"], remedy)
    run(["sh", "-c", f"cd '{folder}' && apt-get download -qq {' '.join(MEASURED)}"], remedy)
    for package in sorted(folder.glob("*.deb")):
        run(["dpkg-deb", "--extract", str(package), str(folder)], remedy)
        package.unlink()


def install_measured() -> None:
    """Install what is measured beside Sayso and comes from npm."""
    say("Installing what is measured beside Sayso …")
    run([str(PYTHON), "-m", "tools.node", "peers"], "check the connection to the npm registry")


def prepare_measured() -> None:
    """Fetch everything that is measured and comes from elsewhere than the package index."""
    if not (BUILD / "peers").exists():
        (BUILD / "measured.stamp").unlink(missing_ok=True)
    once("measured", ["tools/setup.py"], unpack_measured)
    if not (ROOT / "bench" / "c15t" / "node_modules").exists():
        (BUILD / "peers.stamp").unlink(missing_ok=True)
    once("peers", ["bench/c15t/package-lock.json"], install_measured)


def prepare_node_packages() -> None:
    """Install the packages of the SDK and of the auditors from their lock files."""
    if not all((ROOT / folder / "node_modules").exists() for folder in NODE_FOLDERS):
        (BUILD / "node.stamp").unlink(missing_ok=True)
    once("node", [f"{folder}/package-lock.json" for folder in NODE_FOLDERS], install_node_packages)


def prepare(kind: str) -> None:
    """Do everything that `kind` needs and that is not done yet."""
    make_environment()
    # What the tests need holds what the demo needs: do not install it twice.
    if kind != "demo" or not fresh("test", sources_of("test")):
        once(kind, sources_of(kind), install(kind))
    if kind == "test":
        find_browser()
        prepare_node_packages()
    if kind == "bench":
        prepare_measured()


def main() -> int:
    """Prepare, or say in one line why not."""
    kind = sys.argv[1] if len(sys.argv) == 2 else ""
    if kind not in REQUIREMENTS:
        sys.stderr.write("usage: python3 tools/setup.py demo|test|bench\n")
        return 2
    try:
        prepare(kind)
    except Stopped as reason:
        sys.stderr.write(f"sayso: {reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
