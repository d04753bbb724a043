"""The whole story, from an empty database to an erased household."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import click
import sqlalchemy as sa
from sayso_demo.completejourney import BRAND as FOLDER
from sayso_demo.completejourney import answers, database

from sayso.cli.realdata import acts, households
from sayso.cli.realdata.figures import Report
from sayso.config import applying
from sayso.core.errors import Conflict
from sayso.notices import queries as notices

SUGGESTED = 200  # households that are suggested something, at most
HANDED_OUT = ERASED = 2
Say = Callable[[str], None]


def refuse_what_is_in_use() -> None:
    """Keep a demonstration out of a database that already serves a brand. Raises `Conflict`."""
    if notices.brands():
        remedy = "Leave SAYSO_DATABASE_URL away, or name an empty database."
        raise Conflict("database_in_use", "This database already serves a brand.", remedy)


def load(report: Report, engine: sa.Engine, source: Any, numbers: Sequence[int]) -> None:
    """Load the purchases of these households into the grocer's own database."""
    database.create(engine)
    lines = source.count(frozenset(numbers))
    with (
        report.measure("load", "purchases loaded", "lines") as figure,
        click.progressbar(length=lines, label="Loading purchases") as shown,
    ):
        figure.count = database.load(engine, source, numbers, shown.update)


def bring_in(
    report: Report, engine: sa.Engine, numbers: Sequence[int], seed: int, say: Say
) -> households.Cast:
    """Publish the notice, take the synthetic answers, and learn from those who permit it."""
    applying.apply(FOLDER, "demonstration", datetime.now(UTC))
    drawn = answers.draw(numbers, seed)
    say("\n".join(answers.table(drawn)))
    cast = households.link(report, numbers, drawn)
    households.record_answers(report, cast)
    bought = households.latest(engine)
    households.put_items(report, engine)
    households.add_facts(report, cast, bought)
    households.learn(report, cast)
    with report.measure("news", "news read by every room", "rooms") as figure:
        acts.read_news()
        figure.count = 2
    return cast


def run(
    engine: sa.Engine, source: Any, numbers: Sequence[int], seed: int, withdrawals: int, say: Say
) -> Report:
    """Play acts two and four and two requests for these households; give what was measured and checked."""
    refuse_what_is_in_use()
    report = Report()
    load(report, engine, source, numbers)
    cast = bring_in(report, engine, numbers, seed, say)
    say("\n".join(acts.recommend(report, cast, SUGGESTED)))
    withdrawn = acts.withdraw(report, cast, withdrawals)
    acts.see_it_stop(report)
    acts.rebuild_elsewhere(report, "rebuild", "after the withdrawals")
    counted = [name for name in cast.who_said("learn", answers.GIVEN) if name not in set(withdrawn)]
    acts.hand_out(report, cast, engine, acts.spread(counted, HANDED_OUT))
    acts.erase(report, cast, engine, acts.spread(counted, ERASED))
    acts.rebuild_elsewhere(report, "again", "after the erasures")
    return report
