"""Every setting is declared once."""

import re
from pathlib import Path

import pytest

from sayso.core.errors import Misconfigured
from sayso.deployment import env

SOURCE = Path(env.__file__).parents[1]


def test_every_variable_the_code_names_is_declared() -> None:
    named = {
        name for file in SOURCE.rglob("*.py") for name in re.findall(r"\"(SAYSO_[A-Z_]+)\"", file.read_text())
    }
    assert named <= {setting.name for setting in env.SETTINGS}


def test_a_misspelt_variable_is_noticed() -> None:
    assert env.unknown({"SAYSO_HOME": "x", "SAYSO_HOMES": "y", "PATH": "z"}) == ["SAYSO_HOMES"]


def test_a_setting_that_must_be_there_is_named_with_its_meaning() -> None:
    with pytest.raises(Misconfigured) as refused:
        env.text("SAYSO_WEATHER_KEY")
    assert "SAYSO_WEATHER_KEY" in refused.value.detail
    assert "Open-Meteo" in refused.value.remedy
