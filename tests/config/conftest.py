"""A deployment of its own for whoever starts and kills processes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.deployed import Deployment


@pytest.fixture(scope="module")
def deployment(
    database_of_its_own: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Deployment:
    """Give a prepared deployment; its tests start it."""
    made = Deployment(Path(tmp_path_factory.mktemp("deployment")), database_of_its_own())
    made.prepare()
    return made
