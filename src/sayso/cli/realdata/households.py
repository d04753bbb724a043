"""Bring the grocer's households in: who they are, what they said, what may be known of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import click
import sqlalchemy as sa
from sayso_demo.completejourney import answers, database

from sayso.cli.realdata.figures import Report
from sayso.consent import ledger
from sayso.consent.services import centre_answer
from sayso.core.counts import LARGEST_BASKET
from sayso.core.fact import Fact
from sayso.core.values import canonical
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import services as identity
from sayso.personalisation import services as personalisation

BRAND = "complete-journey-grocer"
CHOICES = {purpose: f"{purpose}.purchases.use.self" for purpose in answers.SHARES}
BATCH = 64  # answers in one transaction, as the edge's batcher would gather them under load
AT_ONCE = 100  # households whose facts are handed over, and counted, at once


@dataclass(frozen=True, slots=True)
class Cast:
    """The households of one run: their account by number, and what each is taken to have said."""

    accounts: Mapping[str, str]
    said: Mapping[str, Mapping[str, str]]

    def who_said(self, purpose: str, answer: str) -> list[str]:
        """List the households that gave this answer to a purpose."""
        return [household for household, said in self.said.items() if said[purpose] == answer]


def chunks(items: Sequence[Any], size: int) -> list[Sequence[Any]]:
    """Cut a list into pieces of at most this size."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def link(report: Report, numbers: Sequence[int], drawn: Any) -> Cast:
    """Make an account for every household, known by the grocer's number for it."""
    accounts = {}
    with (
        report.measure("link", "households linked by their number", "households") as figure,
        click.progressbar(numbers, label="Linking households") as shown,
    ):
        for number in shown:
            with figure.one():
                who = {"customer": str(number)}
                accounts[str(number)] = identity.link_customer(who, "", datetime.now(UTC))
    return Cast(accounts, {str(number): said for number, said in drawn.said.items()})


def submission(account: str, said: Mapping[str, ConsentStatus], base: int) -> ledger.Submission:
    """Make what is handed to the ledger. `synthetic` stands in the evidence: nobody pressed anything."""
    answer = centre_answer(BRAND, dict(said), base, "choose", Voucher.ACCOUNT, "en")
    answer = replace(answer, surface="synthetic")
    body = canonical([answer.version, dict(answer.answers), answer.evidence()])
    return ledger.Submission(BRAND, answer, ledger.body_hash_of(body), subject=account)


def _said(said: Mapping[str, str]) -> dict[str, ConsentStatus]:
    return {
        CHOICES[purpose]: ConsentStatus(answer)
        for purpose, answer in said.items()
        if answer != answers.UNANSWERED
    }


def record_answers(report: Report, cast: Cast) -> None:
    """Record what the households said, batch by batch, through the one function that writes answers."""
    spoken = [(cast.accounts[one], said) for one in cast.accounts if (said := _said(cast.said[one]))]
    with (
        report.measure("answers", "answers recorded durably", "answers") as figure,
        click.progressbar(chunks(spoken, BATCH), label="Recording answers") as shown,
    ):
        for batch in shown:
            items = [submission(account, said, 0) for account, said in batch]
            with figure.one(len(items)):
                ledger.record(DjangoDatabase(), items, datetime.now(UTC))


def put_items(report: Report, engine: sa.Engine) -> None:
    """Describe what can be suggested: kinds of product, by the publisher's words."""
    told = [
        personalisation.ItemTold(
            kind.name, {"en": kind.name}, {"type": kind.category, "department": kind.department}
        )
        for kind in database.kinds(engine)
    ]
    with report.measure("items", "kinds of product described", "kinds") as figure:
        figure.count = personalisation.put_items(BRAND, told)


def latest(engine: sa.Engine) -> list[Any]:
    """Read what the grocer hands over: as many of the latest kinds as can count, and no more.

    GDPR art. 5(1)(c): what neither purpose needs stays where it is.
    """
    return list(database.latest_purchases(engine, LARGEST_BASKET))


def _fact(bought: Any) -> Fact:
    return Fact(f"line-{bought.line}", "purchases", "observed", bought.at, {"item": bought.kind})


def add_facts(report: Report, cast: Cast, bought: Sequence[Any]) -> None:
    """Offer every household's purchases; those of a household that permits neither purpose are refused."""
    by_household = {name: list(rows) for name, rows in groupby(bought, key=lambda one: one.household)}
    accepted = refused = 0
    with (
        report.measure("facts", "facts offered", "facts") as figure,
        click.progressbar(chunks(list(by_household), AT_ONCE), label="Offering facts") as shown,
    ):
        for names in shown:
            rows = [(cast.accounts[name], _fact(one)) for name in names for one in by_household[name]]
            with figure.one(len(rows)):
                added = personalisation.add_facts_many(BRAND, rows, datetime.now(UTC))
            accepted, refused = accepted + len(added.accepted), refused + len(added.refused)
    willing = {name for purpose in CHOICES for name in cast.who_said(purpose, answers.GIVEN)}
    permitted = sum(len(rows) for name, rows in by_household.items() if name in willing)
    promise = f"{refused:,} facts of households that permit nothing were refused at the door"
    report.check(promise, (accepted, refused) == (permitted, len(bought) - permitted))


def learn(report: Report, cast: Cast) -> None:
    """Count what is bought together, of those who let themselves be counted."""
    waiting = chunks(list(cast.accounts.values()), AT_ONCE)
    with (
        report.measure("learn", "households counted", "households") as figure,
        click.progressbar(waiting, label="Counting together") as shown,
    ):
        for accounts in shown:
            with figure.one(len(accounts)):
                personalisation.learn_many(BRAND, accounts, datetime.now(UTC))
