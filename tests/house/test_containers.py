"""The container files are well formed, and everything they name exists. No engine runs them here."""

import copy
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from sayso.cli.main import main
from sayso.deployment import env
from tools.setup import ROOT

CONTAINERFILE = (ROOT / "Containerfile").read_text()
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
GUIDE = (ROOT / "docs" / "how-to" / "run-it-in-containers.md").read_text()
BIN = Path(sys.executable).parent
LAST_STAGE = "FROM" + CONTAINERFILE.rsplit("FROM", 1)[1]


def hadolint(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([BIN / "hadolint", "--no-color", file], capture_output=True, text=True)


def schema_check(file: Path) -> subprocess.CompletedProcess[str]:
    command = [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", file]
    return subprocess.run(command, capture_output=True, text=True)


def test_the_image_has_nothing_a_linter_objects_to_and_the_linter_objects(tmp_path: Path) -> None:
    done = hadolint(ROOT / "Containerfile")
    assert done.returncode == 0, done.stdout
    worse = tmp_path / "Containerfile"
    worse.write_text(CONTAINERFILE.replace("python:3.11-slim-bookworm", "python:latest"))
    assert "DL3007" in hadolint(worse).stdout


def test_compose_holds_to_its_specification_and_the_check_objects(tmp_path: Path) -> None:
    done = schema_check(ROOT / "compose.yaml")
    assert done.returncode == 0, done.stdout
    wrong = copy.deepcopy(COMPOSE)
    wrong["services"]["sayso"]["comand"] = ["serve"]
    (tmp_path / "compose.yaml").write_text(json.dumps(wrong))
    assert schema_check(tmp_path / "compose.yaml").returncode == 1


def test_every_setting_named_is_a_setting_of_ours() -> None:
    ours = {setting.name for setting in env.SETTINGS} | {"SAYSO_DB_PASSWORD"}
    for text in (CONTAINERFILE, (ROOT / "compose.yaml").read_text(), GUIDE):
        named = set(re.findall(r"SAYSO_[A-Z_]+", text))
        assert named - ours == set()
        assert named
    assert set(re.findall(r"\$\{([A-Z_]+):\?", str(COMPOSE))) == set(
        re.findall(r"^ *([A-Z_]+)=", GUIDE, re.MULTILINE)
    )


def test_every_command_named_is_one_of_ours() -> None:
    named = {service["command"][0] for service in COMPOSE["services"].values() if "command" in service}
    named |= set(re.findall(r"exec sayso sayso (\w+)", GUIDE)) | set(
        re.findall(r'CMD \["(\w+)"\]', CONTAINERFILE)
    )
    assert named == {"migrate", "serve", "apply", "staff"}
    assert named <= set(main.commands)


def test_what_is_copied_exists_and_reaches_the_build() -> None:
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", CONTAINERFILE, re.MULTILINE)
    copied = [name for line in lines for name in line.split()]
    let_in = re.findall(r"^!(.+)$", (ROOT / ".containerignore").read_text(), re.MULTILINE)
    assert sorted(copied) == sorted(let_in)
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert (ROOT / ".dockerignore").read_text() == (ROOT / ".containerignore").read_text()


def test_ports_and_paths_agree_between_image_and_compose() -> None:
    ports = set(re.findall(r"SAYSO_(?:WEB|EDGE)_PORT=(\d+)", CONTAINERFILE))
    assert set(re.findall(r"^EXPOSE (.+)$", CONTAINERFILE, re.MULTILINE)[0].split()) == ports
    assert set(COMPOSE["services"]["sayso"]["ports"]) == {f"127.0.0.1:{port}:{port}" for port in ports}
    volumes = json.loads(re.findall(r"^VOLUME (.+)$", CONTAINERFILE, re.MULTILINE)[0])
    mounted = [volume.split(":")[1] for volume in COMPOSE["services"]["sayso"]["volumes"]]
    assert mounted == [*volumes, "/brand"]


@pytest.mark.parametrize(
    "holds",
    [
        lambda service: service["read_only"] is True,
        lambda service: service["cap_drop"] == ["ALL"],
        lambda service: "no-new-privileges:true" in service["security_opt"],
    ],
)
def test_every_service_has_the_least_privilege(holds: Callable[[dict[str, Any]], bool]) -> None:
    assert all(holds(service) for service in COMPOSE["services"].values())
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert COMPOSE["services"]["db"]["networks"] == ["inside"]
    assert re.findall(r"^USER (\d+)$", LAST_STAGE, re.MULTILINE) == ["10001"]
