import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from sayso.connectors.base import Identifier, Person
from sayso.connectors.sql import SqlConnector
from sayso.inventory.queries import System
from tests.connectors import shop

ADA = Person((Identifier("customer", "C-1001"), Identifier("email", "ada@example.test")))


def system(name: str, kind: str, config: dict[str, Any]) -> System:
    return System(name, "linen-and-loom", kind, {"en": name}, "IE", "", config)


@pytest.fixture
def ada() -> Person:
    return ADA


@pytest.fixture
def shop_url(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'shop.sqlite3'}"
        monkeypatch.setenv("TEST_SHOP_URL", url)
        yield url


@pytest.fixture
def database(shop_url: str) -> Iterator[sa.Engine]:
    engine = shop.build(shop_url)
    yield engine
    engine.dispose()


@pytest.fixture
def connector(database: sa.Engine) -> SqlConnector:
    return SqlConnector(system("shop", "sql", shop.FILE))
