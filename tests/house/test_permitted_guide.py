"""The guide to the views is followed, statement by statement."""

import re
from datetime import UTC, datetime

import pytest
from django.db import connection

from sayso.consent import ledger, permitted_people, tidying
from sayso.consent.ledger import Submission
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.deployment.django_database import DjangoDatabase
from sayso.identity import keys
from sayso.identity import services as identity
from sayso.notices import queries as notices
from sayso.notices import services as publishing
from tests import linen
from tools.setup import ROOT

GUIDE = (ROOT / "docs" / "how-to" / "list-who-permits-what.md").read_text()
BRAND, NEWSLETTER = "linen-and-loom", linen.NEWSLETTER
SQL = re.findall(r"```sql\n(.*?)```", GUIDE, re.DOTALL)
DB = DjangoDatabase()


@pytest.fixture
def people(db: None) -> dict[str, str]:
    """Two customers, of whom one permits the newsletter, by their names."""
    now = datetime.now(UTC)
    publishing.publish_notice(linen.document(), "Otto", now)
    permitted_people.create(DB)
    names = {}
    for customer, said in (("C-1", ConsentStatus.GIVEN), ("C-2", ConsentStatus.REFUSED)):
        account = identity.link_customer({"customer": customer}, "", now)
        answer = linen.answer(notices.current(BRAND), 0, Voucher.ACCOUNT, newsletter=said)
        ledger.record(DB, [Submission(BRAND, answer, customer, subject=account)], now)
        names[customer] = keys.lookup("customer", customer)[:32]
    tidying.tidy(DB, now)
    return names


def test_the_queries_of_the_guide_list_who_permits_and_nobody_else(people: dict[str, str]) -> None:
    count, send = SQL[0], SQL[1]
    assert DB.run(count) == [(NEWSLETTER, 1)]
    assert DB.run(send) == [(people["C-1"],)]


def _customers(people: dict[str, str]) -> None:
    DB.run("CREATE TABLE customers (number varchar(9), sayso_name varchar(32))")
    DB.run_many("INSERT INTO customers VALUES (%s, %s)", [*people.items(), ("C-3", None)])


def test_the_model_of_the_guide_keeps_who_permits(people: dict[str, str]) -> None:
    _customers(people)
    model = re.sub(r"\{\{ *(?:ref\('(\w+)'\)|source\('\w+', '(\w+)'\)) *\}\}", r"\1\2", SQL[2])
    assert [row[0] for row in DB.run(model)] == ["C-1"]


def test_the_row_filter_of_the_guide_shows_a_role_only_those_rows(people: dict[str, str]) -> None:
    _customers(people)
    policy = SQL[3]
    if connection.vendor != "postgresql":
        with pytest.raises(Exception, match="syntax error"):  # the guide says whose it is
            DB.run(policy.split(";")[0])
        return
    DB.run("CREATE ROLE newsletter_sender")
    for statement in policy.split(";\n"):
        DB.run(statement)
    DB.run("SET LOCAL ROLE newsletter_sender")
    seen = DB.run("SELECT number FROM customers")
    DB.run("RESET ROLE")
    assert seen == [("C-1",)]
