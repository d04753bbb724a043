"""What a group was measured on: enough to judge its figures, and nothing that names the machine."""

import json
import os
import platform
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

MACHINES = Path(__file__).parent / "machines.json"


def _first(path: str, field: str) -> str:
    try:
        lines = Path(path).read_text(errors="replace").splitlines()
    except OSError:
        return "unknown"
    values = (line.partition(":")[2].strip() for line in lines if line.startswith(field))
    return next(values, "unknown")


def _memory() -> str:
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return f"{pages / 2**30:.0f} GiB"


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def installed(name: str) -> str | None:
    """Give the version of a package, or None where it is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def installed_node(package: Path) -> str | None:
    """Give the version of a package for Node by its folder, or None where it is not installed."""
    about = package / "package.json"
    return str(json.loads(about.read_text())["version"]) if about.exists() else None


def described(versions: Mapping[str, str | None]) -> dict[str, Any]:
    """Describe this machine, with the versions of what was measured on it. No host name, no path."""
    python = {"Python": ".".join(map(str, sys.version_info[:3]))}
    return {
        "day": datetime.now(UTC).date().isoformat(),
        "cpu": _first("/proc/cpuinfo", "model name"),
        "cores": os.cpu_count() or 0,
        "memory": _memory(),
        "system": f"{_system()}, Linux {platform.release().split('-')[0]}",
        "versions": python | {name: found or "not installed" for name, found in versions.items()},
    }


def read(path: Path = MACHINES) -> dict[str, dict[str, Any]]:
    """Read what each group was measured on last."""
    held: dict[str, dict[str, Any]] = json.loads(path.read_text()) if path.exists() else {}
    return held


def write(group: str, machine: dict[str, Any], path: Path = MACHINES) -> None:
    """Keep what a group was measured on."""
    held = read(path) | {group: machine}
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(dict(sorted(held.items())), ensure_ascii=False, indent=2)
    path.write_text(text + "\n", encoding="utf-8")
