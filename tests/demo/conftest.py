"""A shop of the tests' own, talking to a Sayso that is played by a stub."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.demo import programs, stub


@pytest.fixture(scope="module")
def sayso() -> Iterator[stub.Sayso]:
    """Give the Sayso that the shop talks to."""
    with stub.running() as running:
        yield running


@pytest.fixture(autouse=True)
def _fresh(request: pytest.FixtureRequest) -> None:
    """Let every test begin with a Sayso that was told nothing."""
    if "sayso" in request.fixturenames:
        played = request.getfixturevalue("sayso")
        fresh = stub.Sayso(address=played.address)
        played.__dict__.update(fresh.__dict__)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the folder where the shop keeps its state."""
    return tmp_path_factory.mktemp("shop")


@pytest.fixture(scope="module")
def told(sayso: stub.Sayso) -> dict[str, str]:
    """Give the shop's environment."""
    return {"SHOP_SAYSO_URL": sayso.address, "SHOP_SAYSO_KEY": stub.KEY, "SAYSO_DEMO": "1"}


@pytest.fixture(scope="module")
def shop(home: Path, told: dict[str, str]) -> Iterator[str]:
    """Give the address of an open shop with its shelves and earlier customers."""
    done = programs.run(home, "sayso_demo.shop", "prepare", **told)
    assert done.returncode == 0, done.stderr
    port = programs.free_port()
    with programs.program(home, port, "sayso_demo.shop", "serve", **told) as address:
        yield address


@pytest.fixture
def visitor(shop: str) -> Iterator[httpx.Client]:
    """Give a visitor without any cookie."""
    with httpx.Client(base_url=shop, follow_redirects=True, timeout=20) as client:
        yield client


@pytest.fixture
def device(visitor: httpx.Client) -> str:
    """Give the visitor's browser a device secret, as if she had answered."""
    secret = stub.new_device()
    visitor.cookies.set("sayso_device", secret)
    return secret
