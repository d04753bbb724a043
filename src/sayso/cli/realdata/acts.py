"""What is done for households afterwards: suggest and say why, stop learning, hand out, erase."""

import io
import json
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import click
import sqlalchemy as sa
from sayso_demo.completejourney import answers, database

from sayso.cli.realdata.figures import Figure, Report
from sayso.cli.realdata.households import BRAND, CHOICES, Cast, submission
from sayso.config import work
from sayso.consent import ledger
from sayso.consent import queries as consent
from sayso.core.counts import counts_hash
from sayso.core.errors import Forbidden, Unavailable
from sayso.core.request import Proof, RequestState
from sayso.core.vocabulary import ConsentStatus
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import services as identity
from sayso.outbox import services as outbox
from sayso.personalisation import queries as personalisation
from sayso.personalisation import services as learning
from sayso.rights import queries as requests
from sayso.rights import services as rights

PATIENCE = 60.0  # seconds for one request
SHOWN = 4  # suggestions of one household
REASONS = 3  # reasons printed of each
STAYING = 2  # counted households that do not withdraw, so that there is somebody to erase


def spread(items: Sequence[str], count: int) -> list[str]:
    """Pick this many, evenly from the first to the last."""
    return [items[place * len(items) // count] for place in range(min(count, len(items)))]


def _suggested(account: str) -> personalisation.Recommendations:
    return personalisation.recommendations(BRAND, [account], SHOWN, "en", datetime.now(UTC))


def _adds_up(found: personalisation.Recommendations) -> bool:
    return all(
        item.score == sum(reason.contribution for reason in item.reasons if reason.on) for item in found.items
    )


def recommend(report: Report, cast: Cast, count: int) -> list[str]:
    """Suggest for this many households, with every reason; give one household's as lines of text."""
    willing = cast.who_said("personalise", answers.GIVEN)
    served: dict[str, personalisation.Recommendations] = {}
    with (
        report.measure("recommend", "suggestions with their reasons", "households") as figure,
        click.progressbar(spread(willing, count), label="Suggesting") as shown,
    ):
        for household in shown:
            with figure.one():
                served[household] = _suggested(cast.accounts[household])
    report.check("contributions add up to every score", all(map(_adds_up, served.values())))
    others = [name for name in cast.accounts if name not in set(willing)]
    silent = all(not _suggested(cast.accounts[name]).items for name in spread(others, count))
    report.check("a household that did not say yes is suggested nothing", silent)
    example = next((name for name, found in served.items() if found.items), None)
    report.check("somebody is suggested something, and told why", example is not None)
    return _example(report, example, cast.accounts[example], served[example]) if example else []


def _example(
    report: Report, household: str, account: str, found: personalisation.Recommendations
) -> list[str]:
    first = found.items[0]
    reason = first.reasons[0]
    learning.switch_reason(BRAND, [account], reason.id, False)
    without = _suggested(account)
    learning.switch_reason(BRAND, [account], reason.id, True)
    quiet = all(not each.on for item in without.items for each in item.reasons if each.id == reason.id)
    report.check("a reason switched off counts for nothing", quiet and _adds_up(without))
    report.check("switched on again, everything is as before", _suggested(account) == found)
    return [f"Household {household} is suggested:", *(line for item in found.items for line in _told(item))]


def _told(item: personalisation.Recommended) -> list[str]:
    """Write one suggestion with its strongest reasons; the rest, fifty at most, is added up."""
    reasons = sorted(item.reasons, key=lambda why: -why.contribution)
    lines = [f"  {item.score:7.3f}  {item.title}"]
    lines += [f"  {why.contribution:+7.3f}    {why.text}" for why in reasons[:REASONS]]
    if rest := reasons[REASONS:]:
        lines.append(f"  {sum(why.contribution for why in rest):+7.3f}    {len(rest)} more reasons")
    return lines


def read_news() -> None:
    """Let every room read its news, as the worker does."""
    for name, subscriptions in work.CONSUMERS.items():
        outbox.deliver(name, subscriptions)


def withdraw(report: Report, cast: Cast, count: int) -> list[str]:
    """Take "learn" back for this many households, one after the other; give who they were.

    `forget` is the time from the recorded answer until the counts are without them.
    """
    counted = [
        name
        for name in cast.who_said("learn", answers.GIVEN)
        if personalisation.contributes(BRAND, [cast.accounts[name]])
    ]
    chosen, left = spread(counted, min(count, len(counted) - STAYING)), 0
    forgetting = report.figures["forget"] = Figure("subtracted from the counts", "households")
    with (
        report.measure("withdraw", "withdrawals recorded durably", "answers") as figure,
        click.progressbar(chosen, label="Withdrawing") as shown,
    ):
        for name in shown:
            account = cast.accounts[name]
            base = consent.answered(account, BRAND, datetime.now(UTC)).rev
            item = submission(account, {CHOICES["learn"]: ConsentStatus.REFUSED}, base)
            with figure.one():
                ledger.record(DjangoDatabase(), [item], datetime.now(UTC))
            with forgetting.one():
                outbox.deliver("personalisation", work.CONSUMERS["personalisation"])
            left += len(personalisation.contributes(BRAND, [account]))
    report.check(f"{len(chosen):,} households counted before are counted no more", bool(chosen) and not left)
    return chosen


def see_it_stop(report: Report) -> None:
    """Let the worker carry out what the withdrawals ask for: each stop is seen to hold, or tried again."""
    with report.measure("stops", "stops carried out and seen to hold", "steps") as figure:
        while done := work.once(datetime.now(UTC)):
            figure.count += done


def rebuild_elsewhere(report: Report, name: str, when: str) -> None:
    """Have a fresh process count anew from facts alone, and compare byte for byte with what is served here."""
    here = counts_hash(personalisation.served_counts(BRAND))
    with report.measure(name, f"rebuilt in a fresh process {when}", "rebuild") as figure:
        command = [sys.executable, "-m", "sayso.cli.main", "rebuild", BRAND, "--check"]
        done = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - ourselves
        figure.count = 1
    said = dict(line.split() for line in done.stdout.splitlines() if " " in line)
    equal = done.returncode == 0 and said.get("rebuilt") == said.get("served") == here
    if not equal:
        click.echo(f"here {here}\n{done.stdout}{done.stderr}", err=True)
    report.check(f"the counts equal a rebuild in a fresh process {when}, byte for byte", equal)


def _until(reached: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not reached():
        work.once(datetime.now(UTC))
        if time.monotonic() > end:
            raise Unavailable(
                "too_slow", "A request was not finished in a minute.", "Look at the worker's log."
            )


def _proof() -> Proof:
    # The command line stands in for the household's own fresh proof; the centre demands a code by e-mail.
    return Proof("demonstration", 2, datetime.now(UTC))


def _tables(package: bytes) -> dict[str, list[dict[str, Any]]]:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        data = json.loads(archive.read("data.json"))
    return {name: table["rows"] for name, table in data["purchases"].items()}


def hand_out(report: Report, cast: Cast, engine: sa.Engine, households: Sequence[str]) -> None:
    """Gather everything about each of these households into a package, and compare it with the database."""
    whole = True
    with (
        report.measure("access", "access packages handed out", "packages") as figure,
        click.progressbar(households, label="Handing out") as shown,
    ):
        for name in shown:
            account = cast.accounts[name]
            with figure.one():
                request = rights.ask_access(account, _proof(), datetime.now(UTC))
                _until(lambda: requests.request_of(request, account).package_ready)  # noqa: B023 - called before the loop moves on
                package = rights.read_package(request, account, _proof(), datetime.now(UTC))
            tables = _tables(package)
            held = {table: len(rows) for table, rows in tables.items()}
            mine = {row["basket_id"] for row in tables["baskets"]} == database.baskets_of(engine, name)
            whole = whole and mine and held == database.rows_of(engine, name)
    report.check("a package holds every row of the household, and nobody else's", whole)


def _erase_one(account: str) -> None:
    plan = rights.plan_erasure(account, datetime.now(UTC))
    rights.confirm_erasure(plan.id, account, plan.plan_version, _proof(), datetime.now(UTC))
    _until(lambda: requests.officer_view(plan.id).state == RequestState.COMPLETE)


def _is_refused(household: str) -> bool:
    try:
        identity.link_customer({"customer": household}, "", datetime.now(UTC))
    except Forbidden as refused:
        return refused.code == "suppressed"
    return False


def erase(report: Report, cast: Cast, engine: sa.Engine, households: Sequence[str]) -> None:
    """Erase each of these households everywhere, and look for them again ourselves."""
    before, gone, left = database.rows(engine), dict.fromkeys(database.rows(engine), 0), 0
    for name in households:
        gone = {table: gone[table] + database.rows_of(engine, name).get(table, 0) for table in gone}
    with (
        report.measure("erase", "erasures, planned, carried out and read back", "households") as figure,
        click.progressbar(households, label="Erasing") as shown,
    ):
        for name in shown:
            with figure.one():
                _erase_one(cast.accounts[name])
            left += sum(database.rows_of(engine, name).values())
            left += personalisation.held([cast.accounts[name]])
    after = {table: count - gone[table] for table, count in before.items()}
    removed = f"{gone['basket_lines']:,} lines of {len(households)} households"
    report.check(
        f"{removed} are gone, read back, and nothing of them is left", not left and gone["households"] > 0
    )
    report.check("every row of every other household is still there", database.rows(engine) == after)
    report.check("an erased household is not taken in again", all(map(_is_refused, households)))
