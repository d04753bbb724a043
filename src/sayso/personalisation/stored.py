"""Facts as they lie in the table, sealed, and as rules read them."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime

from sayso.core.counts import basket
from sayso.core.fact import Fact
from sayso.core.values import canonical
from sayso.identity import keys
from sayso.personalisation import models


def sealed_row(brand: str, subject: str, fact: Fact, now: datetime) -> models.Fact:
    """Make the row of a fact, its value sealed under the subject's key."""
    return models.Fact(
        brand=brand,
        subject=subject,
        fact=fact.id,
        category=fact.category,
        source=fact.source,
        at=fact.at,
        sealed=keys.seal(subject, canonical(fact.value)),
        added_at=now,
    )


def opened(row: models.Fact) -> Fact:
    """Read a row."""
    value = json.loads(keys.unseal(row.subject, row.sealed))
    return Fact(row.fact, row.category, row.source, row.at, value)


def facts(brand: str, subjects: Sequence[str], categories: Iterable[str]) -> list[Fact]:
    """List these subjects' facts of some categories, oldest first, the same fact told twice only once."""
    rows = models.Fact.objects.filter(brand=brand, subject__in=subjects, category__in=list(categories))
    found = {row.fact: row for row in rows.order_by("-at", "-fact")}
    return [opened(row) for row in reversed(found.values())]


def basket_of(brand: str, subject: str) -> tuple[str, ...]:
    """Give what a subject's purchases would put into the counts."""
    return basket((fact.at, fact.value["item"]) for fact in facts(brand, [subject], ["purchases"]))
