"""The how-to on importing is followed to the letter: its file, its mapping, its commands, what it prints."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from sayso.cli.main import main as program
from sayso.notices import services as notices
from tests import linen
from tools.setup import ROOT

GUIDE = (ROOT / "docs" / "how-to" / "import-older-answers.md").read_text()


def blocks(kind: str) -> list[str]:
    return re.findall(rf"```{kind}\n(.*?)```", GUIDE, re.DOTALL)


@pytest.mark.django_db(transaction=True)
def test_the_guide_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    notices.publish_notice(linen.document(), "Otto", linen.MONDAY)
    [table], [mapping], [printed] = blocks("csv"), blocks("yaml"), blocks("text")
    (tmp_path / "crm.csv").write_text(table)
    (tmp_path / "crm.yaml").write_text(mapping)
    monkeypatch.chdir(tmp_path)
    commands = "".join(blocks("sh")).splitlines()
    said = [CliRunner().invoke(program, shlex.split(command)[1:]) for command in commands]
    assert len(said) == 3
    assert [done.exit_code for done in said] == [0, 0, 0]
    assert "nothing was imported" in said[0].output
    assert re.sub("sha256:[0-9a-f]{64}", "sha256:…", said[1].output) == printed
    assert "goes on after line 4" in said[2].output
