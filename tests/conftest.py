"""What every test may use. Rooms add their own fixtures in `tests/<room>/conftest.py`.

The suite runs on the database of `SAYSO_DATABASE_URL`, a temporary SQLite file when that is absent. The
test database *is* the one of that address, so that code which opens its own connection sees the same rows.
"""

import atexit
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import settings as hypothesis

HOME = Path(tempfile.mkdtemp(prefix="sayso-tests-"))
atexit.register(shutil.rmtree, HOME, ignore_errors=True)

# Before Django reads its settings: nothing of a deployment on this machine may reach the tests.
DATABASE_URL = os.environ.get("SAYSO_DATABASE_URL") or f"sqlite:///{HOME / 'sayso.sqlite3'}"
for name in [name for name in os.environ if name.startswith("SAYSO_")]:
    del os.environ[name]
os.environ.update(
    SAYSO_HOME=str(HOME), SAYSO_DATABASE_URL=DATABASE_URL, DJANGO_SETTINGS_MODULE="sayso.config.settings"
)

import django  # noqa: E402 - the settings above come first

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib.contenttypes.management import create_contenttypes  # noqa: E402
from django.db.models.signals import post_migrate  # noqa: E402

from sayso.notices import store as notices  # noqa: E402
from tests import readme  # noqa: E402
from tests.browsing import Browser, chromium  # noqa: E402
from tests.deployed import Deployment  # noqa: E402
from tools.postgres import Postgres  # noqa: E402

hypothesis.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
hypothesis.register_profile("exploring", deadline=None, print_blob=True)
hypothesis.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))

settings.DATABASES["default"].setdefault("TEST", {})["NAME"] = settings.DATABASES["default"]["NAME"]

# Django writes its permissions, which nothing here reads, anew whenever a test has emptied the database.
post_migrate.disconnect(create_contenttypes)
post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")


@pytest.fixture(autouse=True)
def notices_read_anew() -> None:
    """Every test has a database of its own under the same process."""
    notices.forget()


@pytest.fixture
def now() -> datetime:
    """Give the moment at which every story of the tests begins: a Monday morning in May."""
    return datetime(2026, 5, 4, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Give a PostgreSQL of the tests' own, for those that need one whatever the suite runs on."""
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def new_postgres_database(postgres: Postgres) -> Callable[[], str]:
    """Give a function that makes an empty PostgreSQL database and returns its address."""
    numbers = count(1)
    return lambda: postgres.create(f"test_{next(numbers)}")


@pytest.fixture(scope="session")
def database_of_its_own(request: pytest.FixtureRequest) -> Callable[[], str]:
    """Give a function that makes the database of a deployment, of the kind the suite runs on; empty is SQLite."""
    if DATABASE_URL.startswith("sqlite"):
        return str
    make: Callable[[], str] = request.getfixturevalue("new_postgres_database")
    return make


@pytest.fixture(scope="session")
def served(
    database_of_its_own: Callable[[], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    """Give Sayso running as a brand runs it. Everybody shares it: come with a device or customer of your own."""
    deployment = Deployment(tmp_path_factory.mktemp("served"), database_of_its_own())
    deployment.prepare()
    with deployment.serving():
        yield deployment


@pytest.fixture(scope="session")
def wired_site(served: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a site wired to Sayso with the README's lines and nothing else."""
    with readme.site(tmp_path_factory.mktemp("site"), served.web) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Give the one Chromium that every story in a browser shares."""
    with chromium() as opened:
        yield opened
