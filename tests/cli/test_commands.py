"""The command line teaches, and what it refuses leaves nothing behind."""

import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from sayso.asks import models as asks
from sayso.cli.main import main as program
from sayso.consent import receipts
from sayso.consent import services as answering
from sayso.core.vocabulary import ConsentStatus
from sayso.inventory import models as inventory
from sayso.notices import models as notices
from sayso.notices import queries as published
from sayso.notices import services as publishing
from tests import linen
from tests.changes.conftest import device
from tests.linen import BRAND

TABLES = (notices.NoticeVersion, notices.Site, inventory.System, asks.Catalogue)


def commands(group: click.Command, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if group.context_settings.get("help_option_names") != []:  # `manage` hands it on to Django
        yield words
    if isinstance(group, click.Group):
        for name, child in group.commands.items():
            yield from commands(child, (*words, name))


def sayso(*words: str) -> Any:
    return CliRunner().invoke(program, words)


def everything() -> list[Any]:
    """Give every row that a brand's folder makes."""
    return [list(table.objects.order_by("pk").values()) for table in TABLES]


@pytest.mark.parametrize("words", list(commands(program)), ids=" ".join)
def test_every_command_explains_itself(words: tuple[str, ...]) -> None:
    done = sayso(*words, "--help")
    assert done.exit_code == 0
    assert "Usage:" in done.output
    assert len(done.output.split("\n\n")[1].strip()) > 10


def test_help_without_a_command_names_the_first_steps_in_order() -> None:
    said = sayso("--help").output
    places = [said.index(f"sayso {step}") for step in ("demo", "migrate", "apply", "key", "serve", "verify")]
    assert places == sorted(places)


def test_a_dry_run_says_what_would_be_and_changes_nothing(db: None) -> None:
    done = sayso("apply", str(BRAND), "--dry-run")
    assert done.exit_code == 0, done.output
    assert "would publish sha256:" in done.output
    assert everything() == [[], [], [], []]


def test_applying_twice_changes_nothing(db: None) -> None:
    first = sayso("apply", str(BRAND))
    assert "notice published sha256:" in first.output
    before = everything()
    assert all(before)
    again = sayso("apply", str(BRAND))
    assert "notice unchanged sha256:" in again.output
    assert everything() == before


@pytest.fixture
def next_folder(db: None, tmp_path: Path) -> Path:
    """The demo's first version in force, somebody who said yes to learning, and a folder with the second."""
    sayso("apply", str(BRAND))
    device(linen.MONDAY, learn=ConsentStatus.GIVEN)
    folder = tmp_path / "brand"
    shutil.copytree(BRAND, folder)
    shutil.copy(folder / "next" / "notice.yaml", folder / "notice.yaml")
    return folder


SAID = (
    "widened: Learn from me (learn.purchases.disclose.harbour)",
    "new: the kinds of things you bought, to Harbour Mill",
    "narrowed: Letters by e-mail (newsletter.contact.use.self)",
    "how long it is kept: 24 months -> 12 months",
    "reworded: Adverts on other sites (ads)",
)


def test_a_dry_run_of_a_second_version_says_what_differs_and_whom_it_touches(next_folder: Path) -> None:
    before = everything()
    done = sayso("apply", str(next_folder), "--dry-run")
    assert done.exit_code == 0, done.output
    assert all(line in done.output for line in SAID), done.output
    assert "(learn.purchases.disclose.harbour), touches 1" in done.output
    assert "1 people and browsers would be told" in done.output
    assert everything() == before


def test_applying_a_second_version_publishes_it_and_says_the_same_differences(next_folder: Path) -> None:
    done = sayso("apply", str(next_folder))
    assert all(line in done.output for line in SAID), done.output
    assert "notice published sha256:" in done.output
    assert published.publications("linen-and-loom")[0].ordinal == 2


def test_a_draft_is_proposed_by_somebody_of_the_staff_and_publishes_nothing(next_folder: Path) -> None:
    before = everything()
    refused = sayso("apply", str(next_folder), "--draft", "--by", "nobody@linenandloom.example.test")
    assert refused.exit_code == 2
    otto = "otto@linenandloom.example.test"
    assert sayso("staff", otto, "--role", "officer").exit_code == 0
    done = sayso("apply", str(next_folder), "--draft", "--by", otto)
    assert "proposed: http://localhost:8700/console/notices/" in done.output
    assert "touches 1" in done.output
    assert everything() == before


def test_what_is_worth_a_second_thought_is_said(next_folder: Path) -> None:
    _replace("notice.yaml", "name: {en: Brightside Ads,", "name: {en: Bright Ads,")(next_folder)
    done = sayso("apply", str(next_folder), "--dry-run")
    assert "consider: A company under another name" in done.output


def _replace(file: str, old: str, new: str) -> Any:
    def change(folder: Path) -> None:
        path = folder / file
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return change


BROKEN = {
    "a notice without its purposes": _replace("notice.yaml", "purposes:", "porpoises:"),
    "no YAML": _replace("notice.yaml", "purposes:", "purposes: ["),
    "a question about no choice": _replace(
        "asks.yaml", "personalise.location.use.self", "personalise.shoes.use.self"
    ),
    "no questions at all": lambda folder: (folder / "asks.yaml").unlink(),
    "a secret in a file": _replace(
        "systems/shop.yaml", "url_env: SHOP_DATABASE_URL", "url: postgresql://ada:pw@db/shop"
    ),
    "a system without a name": _replace("systems/shop.yaml", "system: shop", "system: ''"),
    "a site without an address": _replace("brand.yaml", "origin:", "origen:"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_folder_is_refused_in_one_line_and_leaves_nothing_behind(
    db: None, tmp_path: Path, broken: str
) -> None:
    folder = tmp_path / "brand"
    shutil.copytree(BRAND, folder)
    BROKEN[broken](folder)
    for how in ((), ("--dry-run",)):
        done = sayso("apply", str(folder), *how)
        assert done.exit_code == 2, done.exception
        assert done.stderr.count("\n") == 1
        assert " Remedy: " in done.stderr
    assert everything() == [[], [], [], []]


def test_a_folder_that_broke_since_changes_nothing_of_what_was_applied(db: None, tmp_path: Path) -> None:
    folder = tmp_path / "brand"
    shutil.copytree(BRAND, folder)
    sayso("apply", str(folder))
    before = everything()
    _replace("notice.yaml", "24", "12")(folder)
    BROKEN["a question about no choice"](folder)
    assert sayso("apply", str(folder)).exit_code == 2
    assert everything() == before


def test_the_demo_starts_again_after_people_published_a_newer_notice(db: None, now: datetime) -> None:
    assert "published" in sayso("demo-brand", str(BRAND)).output
    newer = publishing.publish_notice(linen.second(), "Otto and Dev", now)
    again = sayso("demo-brand", str(BRAND))
    assert (again.exit_code, again.output) == (0, "kept: a newer notice was published since\n")
    assert published.current("linen-and-loom").notice.version == newer
    assert (
        sayso("apply", str(BRAND)).exit_code == 2
    )  # a brand's own folder would take it back: that is refused


@pytest.fixture
def proof(db: None, now: datetime, tmp_path: Path) -> tuple[Path, Path]:
    """Give a receipt's file and the file of pinned keys."""
    publishing.publish_notice(linen.document(), "Otto", now)
    current = published.current("linen-and-loom")
    said = linen.answer(current, learn=ConsentStatus.GIVEN)
    event = answering.record_answer("A" * 43, None, "linen-and-loom", said, now)
    receipt, pins = tmp_path / "receipt.json", tmp_path / "pinned.json"
    receipt.write_text(json.dumps({"receipt": receipts.sign(event, current)}))
    pins.write_text(json.dumps(receipts.public_keys()))
    return receipt, pins


def test_verify_ends_with_0_when_it_holds_1_when_not_and_2_when_it_cannot_look(
    proof: tuple[Path, Path], tmp_path: Path
) -> None:
    receipt, pins = proof
    done = sayso("verify", str(receipt), "--keys", str(pins))
    assert (done.exit_code, done.output.split()[0]) == (0, "HOLDS")
    foreign = tmp_path / "foreign.json"
    foreign.write_text(json.dumps({"keys": {}}))
    done = sayso("verify", str(receipt), "--keys", str(foreign))
    assert (done.exit_code, done.output.split()[:2]) == (1, ["REFUSED", "foreign_key:"])
    receipt.write_text(receipt.read_text().replace(".", "", 1))
    assert sayso("verify", str(receipt), "--keys", str(pins)).exit_code == 1
    assert sayso("verify", str(tmp_path / "nowhere.json"), "--keys", str(pins)).exit_code == 2
    assert sayso("verify", str(receipt)).exit_code == 2


def test_a_key_with_a_scope_nobody_knows_is_refused_with_those_that_exist(db: None) -> None:
    sayso("apply", str(BRAND))
    done = sayso("key", "linen-and-loom", "--scope", "everything")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "decide" in done.stderr


def test_a_misspelt_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SAYSO_WEB_ADRESS", "http://localhost:1")
    assert "SAYSO_WEB_ADRESS is set and is no setting of ours" in sayso("settings").stderr
