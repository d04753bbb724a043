"""The files the demo ships describe the demo's real tables."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sayso.connectors import services as connectors
from sayso.connectors.services import Identifier, Person
from sayso.deployment.yaml import read_yaml
from tests.connectors.conftest import system
from tests.linen import BRAND

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def real_shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    url = f"sqlite:///{tmp_path / 'shop.sqlite3'}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SAYSO_", "DJANGO_"))}
    made = {
        "SHOP_DATABASE_URL": url,
        "SHOP_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "sayso_demo.shop.settings",
    }
    subprocess.run(
        [sys.executable, "-m", "django", "migrate", "-v", "0"], env={**kept, **made}, check=True, cwd=tmp_path
    )
    monkeypatch.setenv("SHOP_DATABASE_URL", url)
    return url


def test_the_demos_file_describes_every_column_of_the_demos_shop(real_shop: str) -> None:
    connector = connectors.connect(system("shop", "sql", read_yaml(BRAND / "systems" / "shop.yaml")))
    person = Person((Identifier("customer", "C-1001"), Identifier("email", "ada@example.test")))
    assert connector.find(person, NOW).tables == ()
    assert connector.verify(person).found == 0
