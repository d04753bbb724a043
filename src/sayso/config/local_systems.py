"""What Sayso itself keeps about people, as systems like any other: found, exported, erased, read back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sayso.asks import queries as asks
from sayso.asks import services as asks_services
from sayso.config.local_family import FAMILY, Family
from sayso.connectors import local
from sayso.connectors.services import Done, Exported, Found, Person, Seen, Sheet, Verb
from sayso.core.plan import TablePlan
from sayso.fulfilment import services as fulfilment
from sayso.notices import queries as notices
from sayso.personalisation import queries, services
from sayso.uses import queries as uses
from sayso.uses import services as uses_services

COUNTS: dict[str, Any] = {
    "system": "sayso-counts",
    "kind": "local",
    "title": {
        "en": "Sayso's counts of what is bought together",
        "zh-Hant": "Sayso 的共同購買統計",
        "ar": "إحصاءات Sayso لما يُشترى معًا",
    },
    "choices": ["learn.purchases.use.self"],
    "stops": ["learn.purchases.use.self"],
}
FACTS: dict[str, Any] = {
    "system": "sayso-facts",
    "kind": "local",
    "title": {
        "en": "What Sayso knows of you",
        "zh-Hant": "Sayso 所知道關於你的事",
        "ar": "ما يعرفه Sayso عنك",
    },
    "choices": [
        "personalise.purchases.use.self",
        "personalise.preferences.use.self",
        "personalise.location.use.self",
    ],
}
ASKS: dict[str, Any] = {
    "system": "sayso-asks",
    "kind": "local",
    "title": {
        "en": "What we asked you, and when",
        "zh-Hant": "我們問過你什麼、何時問的",
        "ar": "ما سألناك عنه، ومتى",
    },
    "choices": [],
}
USES: dict[str, Any] = {
    "system": "sayso-uses",
    "kind": "local",
    "title": {
        "en": "How often your data was used",
        "zh-Hant": "你的資料被使用的次數",
        "ar": "كم مرة استُخدمت بياناتك",
    },
    "choices": [],
}
DOCUMENTS = (COUNTS, FACTS, ASKS, FAMILY, USES)


def _counted(subjects: Sequence[str]) -> int:
    return sum(len(queries.contributes(brand, subjects)) for brand in notices.brands())


class Counts(local.LocalConnector):
    """What of a person stands in the counts. It is subtracted, exactly."""

    offers = frozenset({Verb.FIND, Verb.ERASE, Verb.VERIFY})

    def find(self, person: Person, now: datetime) -> Found:
        """Count the purchases that stand in the counts."""
        return Found((TablePlan("counts", delete=_counted(person.values("subject"))),))

    def erase(self, person: Person, key: str, at: datetime, now: datetime) -> Done:
        """Subtract them."""
        subjects = person.values("subject")
        before = _counted(subjects)
        for brand in notices.brands():
            for subject in subjects:
                services.forget(brand, subject)
        return Done({"subtracted": before})

    def verify(self, person: Person) -> Seen:
        """Count what is still in the counts."""
        found = _counted(person.values("subject"))
        return Seen(found, {"counts": found} if found else {})


class Facts(local.LocalConnector):
    """What is known of a person, with where it came from."""

    offers = frozenset({Verb.FIND, Verb.EXPORT, Verb.ERASE, Verb.VERIFY})

    def find(self, person: Person, now: datetime) -> Found:
        """Count what is held, facts and switches alike."""
        return Found((TablePlan("facts", delete=queries.held(person.values("subject"))),))

    def export(self, person: Person) -> Exported:
        """Give every fact."""
        rows = [
            (fact.category, fact.source, fact.at.isoformat(), name, value)
            for brand in notices.brands()
            for fact in queries.facts_of(brand, person.values("subject"))
            for name, value in fact.value.items()
        ]
        columns = ("category", "source", "at", "what", "value")
        return Exported((Sheet("facts", columns, ({},) * len(columns), tuple(rows)),))

    def erase(self, person: Person, key: str, at: datetime, now: datetime) -> Done:
        """Delete all of it, and subtract what was learned."""
        subjects = person.values("subject")
        before = queries.held(subjects)
        services.erase(subjects)
        return Done({"deleted": {"facts": before}})

    def verify(self, person: Person) -> Seen:
        """Count what is still held."""
        found = queries.held(person.values("subject"))
        return Seen(found, {"facts": found} if found else {})


class Asked(local.LocalConnector):
    """Which questions were put to a person, and what she said to each."""

    offers = frozenset({Verb.FIND, Verb.EXPORT, Verb.ERASE, Verb.VERIFY})

    def find(self, person: Person, now: datetime) -> Found:
        """Count what is remembered of questions."""
        return Found((TablePlan("questions", delete=asks.held(person.values("subject"))),))

    def export(self, person: Person) -> Exported:
        """Give every question shown and every answer to one."""
        rows: list[tuple[str, str, str]] = []
        for brand in notices.brands():
            shown, outcomes = asks.history_of(brand, person.values("subject"))
            rows += [(one.ask, "shown", one.at.isoformat()) for one in shown]
            rows += [(one.ask, one.answer, one.at.isoformat()) for one in outcomes]
        columns = ("question", "what", "at")
        return Exported((Sheet("questions", columns, ({},) * len(columns), tuple(rows)),))

    def erase(self, person: Person, key: str, at: datetime, now: datetime) -> Done:
        """Forget that anything was asked."""
        before = asks.held(person.values("subject"))
        asks_services.erase(person.values("subject"))
        return Done({"deleted": {"questions": before}})

    def verify(self, person: Person) -> Seen:
        """Count what is still remembered."""
        found = asks.held(person.values("subject"))
        return Seen(found, {"questions": found} if found else {})


class Used(local.LocalConnector):
    """How often each system used what of a person, and was told no."""

    offers = frozenset({Verb.FIND, Verb.EXPORT, Verb.ERASE, Verb.VERIFY})

    def find(self, person: Person, now: datetime) -> Found:
        """Count the days that are kept."""
        return Found((TablePlan("uses", delete=uses.held(person.values("subject")), grows=True),))

    def export(self, person: Person) -> Exported:
        """Give every day's counts."""
        rows = tuple(
            (
                each.day,
                each.brand,
                each.choice,
                each.system,
                "used" if each.permitted else "held back",
                each.times,
                each.first_at,
                each.last_at,
            )
            for each in uses.rows_of(person.values("subject"))
        )
        columns = ("day", "brand", "choice", "system", "what", "times", "first_at", "last_at")
        return Exported((Sheet("uses", columns, ({},) * len(columns), rows),))

    def erase(self, person: Person, key: str, at: datetime, now: datetime) -> Done:
        """Delete them."""
        before = uses.held(person.values("subject"))
        uses_services.forget(person.values("subject"))
        return Done({"deleted": {"uses": before}})

    def verify(self, person: Person) -> Seen:
        """Count what is still kept."""
        found = uses.held(person.values("subject"))
        return Seen(found, {"uses": found} if found else {})


def interests_of(subjects: Sequence[str], now: datetime) -> list[str]:
    """List the kinds of things these subjects bought, such as `curtain`; never which, never when."""
    kinds = set()
    for brand in notices.brands():
        shelf = queries.shelf(brand)
        for fact in queries.facts_of(brand, subjects):
            item = (
                shelf.catalogue.items.get(str(fact.value.get("item")))
                if fact.category == "purchases"
                else None
            )
            if item is not None and isinstance(kind := item.attributes.get("type"), str):
                kinds.add(kind)
    return sorted(kinds)


def register() -> None:
    """Say who answers for Sayso's own systems. Repeating it changes nothing."""
    local.register("sayso-counts", Counts)
    local.register("sayso-facts", Facts)
    local.register("sayso-asks", Asked)
    local.register("sayso-family", Family)
    local.register("sayso-uses", Used)
    fulfilment.provide_interests(interests_of)
