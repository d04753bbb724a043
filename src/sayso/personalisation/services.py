"""Verbs that write: the catalogue, facts, switches, and what is learned. One call, one transaction."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import transaction

from sayso.core.catalogue import Attribute
from sayso.core.errors import Invalid
from sayso.core.fact import Fact, read_fact
from sayso.core.taste import Kind
from sayso.core.values import new_id
from sayso.identity import queries as identity
from sayso.outbox import services as outbox
from sayso.personalisation import models, permission, stored
from sayso.personalisation.counting import Rebuilt, forget, learn_due, learn_from, learn_many, rebuild
from sayso.personalisation.homes import brands_of, erase, join, obey, obey_notice

__all__ = [
    "Rebuilt", "brands_of", "erase", "forget", "join", "learn_due", "learn_from", "learn_many", "obey", "obey_notice",
    "rebuild",
]  # fmt: skip
REASON = re.compile(rf"(?:{'|'.join(Kind)}):[^:\x00-\x1f]+:[^\x00-\x1f]+\Z")
PEOPLE = 100  # subjects whose facts are written in one transaction


@dataclass(frozen=True, slots=True)
class ItemTold:
    """An item as the brand describes it: title per locale, and attributes the rules read."""

    id: str
    title: Mapping[str, str]
    attributes: Mapping[str, Attribute]
    url: str = ""
    image: str = ""
    price_cents: int | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """A fact that was not taken, and why.

    Codes: `no_purpose`, `not_permitted`, `suppressed`, `unknown_subject`, `invalid_fact`, `fact_reused`.
    """

    id: str
    code: str


@dataclass(frozen=True, slots=True)
class Added:
    """What became of facts that were handed over."""

    accepted: tuple[str, ...] = ()
    refused: tuple[Refused, ...] = ()


@transaction.atomic
def put_items(brand: str, items: Iterable[ItemTold]) -> int:
    """Replace what is known of these items of the catalogue; others stay. Give how many there were."""
    rows = [
        models.Item(
            brand=brand,
            item=told.id,
            title=dict(told.title),
            url=told.url,
            image=told.image,
            price_cents=told.price_cents,
            attributes=dict(told.attributes),
        )
        for told in {told.id: told for told in items}.values()
    ]
    models.Item.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["brand", "item"],
        update_fields=["title", "url", "image", "price_cents", "attributes"],
        batch_size=500,
    )
    models.Revision.objects.update_or_create(brand=brand, defaults={"shelf": new_id()})
    return len(rows)


def _home(reference: Mapping[str, str], now: datetime) -> str | None:
    """Say on whom facts are stored: the device, unless she said that what it gathers is her account's."""
    resolved = identity.resolve(reference, now)
    link = identity.active_link(resolved.device, now) if resolved.device and resolved.linked else None
    return link.account if link and link.joined else resolved.device or resolved.account


def add_facts(
    brand: str, reference: Mapping[str, str], documents: Sequence[Mapping[str, Any]], now: datetime
) -> Added:
    """Take facts about whom a reference means; each is taken or refused with a code on its own.

    News `facts.added`. Raises `Invalid` for a reference that names nobody we could look up.
    """
    named = {kind: value for kind, value in reference.items() if kind != "device"}
    subject = _home(reference, now)
    if named and identity.is_suppressed(named):
        return _none_of(documents, "suppressed")
    if subject is None:
        return _none_of(documents, "unknown_subject")
    facts, refused = [], []
    for document in documents:
        try:
            # Purpose before shape: what nobody needs is not even read.
            if not permission.needing(brand, str(document.get("category"))):
                refused.append(Refused(str(document.get("id")), "no_purpose"))
            else:
                facts.append(read_fact(document))
        except Invalid as wrong:
            refused.append(Refused(str(document.get("id")), wrong.code))
    added = add_facts_to(brand, subject, facts, now)
    return Added(added.accepted, (*refused, *added.refused))


def _none_of(documents: Iterable[Mapping[str, Any]], code: str) -> Added:
    return Added((), tuple(Refused(str(document.get("id")), code) for document in documents))


@transaction.atomic
def add_facts_to(brand: str, subject: str, facts: Sequence[Fact], now: datetime) -> Added:
    """Take facts about a subject. What no choice of theirs permits is refused; the same fact again is kept once.

    News `facts.added`.
    """
    codes = {fact.category: _closed(brand, subject, fact.category, now) for fact in facts}
    open_to = [fact for fact in facts if not codes[fact.category]]
    held = _held(brand, subject, open_to)
    fresh = {fact.id: fact for fact in open_to if fact.id not in held}
    _store(brand, subject, list(fresh.values()), now)
    accepted = [fact.id for fact in open_to if held.get(fact.id, fresh.get(fact.id)) == fact]
    refused = [Refused(fact.id, codes[fact.category]) for fact in facts if codes[fact.category]]
    reused = [Refused(fact.id, "fact_reused") for fact in open_to if fact.id not in accepted]
    return Added(tuple(dict.fromkeys(accepted)), (*refused, *reused))


def _closed(brand: str, subject: str, category: str, now: datetime) -> str:
    """Give the code a category is refused with, or nothing."""
    if not permission.needing(brand, category):
        return "no_purpose"
    return "" if permission.anybody_may(brand, subject, category, now) else "not_permitted"


def _held(brand: str, subject: str, facts: Sequence[Fact]) -> dict[str, Fact]:
    rows = models.Fact.objects.filter(brand=brand, subject=subject, fact__in=[fact.id for fact in facts])
    return {row.fact: stored.opened(row) for row in rows}


def _store(brand: str, subject: str, facts: Sequence[Fact], now: datetime) -> None:
    if not facts:
        return
    models.Fact.objects.bulk_create(stored.sealed_row(brand, subject, fact, now) for fact in facts)
    if any(fact.category == "location" for fact in facts):
        _keep_latest_place(brand, subject)
    news = {"brand": brand, "subject": subject, "facts": [fact.id for fact in facts]}
    outbox.post("facts.added", news, now)


def _keep_latest_place(brand: str, subject: str) -> None:
    """One postcode is enough (GDPR art. 5(1)(c))."""
    rows = models.Fact.objects.filter(brand=brand, subject=subject, category="location")
    for row in rows.order_by("-at", "-id")[1:]:
        row.delete()


def add_facts_many(brand: str, rows: Iterable[tuple[str, Fact]], now: datetime) -> Added:
    """Take facts about many subjects, a hundred subjects a transaction; the same rules as for one."""
    by_subject = groupby(sorted(rows, key=lambda row: row[0]), key=lambda row: row[0])
    people = [(subject, [fact for _, fact in told]) for subject, told in by_subject]
    accepted: list[str] = []
    refused: list[Refused] = []
    for start in range(0, len(people), PEOPLE):
        with transaction.atomic():
            for subject, facts in people[start : start + PEOPLE]:
                added = add_facts_to(brand, subject, facts, now)
                accepted += added.accepted
                refused += added.refused
    return Added(tuple(accepted), tuple(refused))


@transaction.atomic
def remove_facts(brand: str, subject: str, facts: Sequence[str], now: datetime) -> tuple[str, ...]:
    """Delete facts of a subject by id and give those that were there. News `facts.removed`."""
    rows = models.Fact.objects.filter(brand=brand, subject=subject, fact__in=facts)
    there = tuple(sorted(rows.values_list("fact", flat=True)))
    if there:
        rows.delete()
        outbox.post("facts.removed", {"brand": brand, "subject": subject, "facts": list(there)}, now)
    return there


@transaction.atomic
def switch_reason(brand: str, subjects: Sequence[str], reason: str, on: bool) -> None:
    """Switch one reason of the suggestions on or off for these subjects together.

    Raises `Invalid` with code `unknown_reason` for what cannot be the id of a reason.
    """
    if len(reason) > 300 or not REASON.match(reason):
        remedy = "Take the id from an answer of /v1/recommendations."
        raise Invalid("unknown_reason", "That is not the id of a reason.", remedy)
    if on:
        models.Switch.objects.filter(brand=brand, subject__in=subjects, reason=reason).delete()
    elif subjects:
        models.Switch.objects.get_or_create(brand=brand, subject=subjects[0], reason=reason)
