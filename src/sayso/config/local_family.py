"""Ages and guardians as a system like any other: found, exported, erased together, read back."""

from datetime import datetime
from typing import Any

from sayso.connectors import local
from sayso.connectors.services import Done, Exported, Found, Person, Seen, Sheet, Verb
from sayso.consent import family
from sayso.core.plan import TablePlan
from sayso.identity.proofing.email_plus.queries import Link

FAMILY: dict[str, Any] = {
    "system": "sayso-family",
    "kind": "local",
    "title": {
        "en": "Your age band, and who answers for whom",
        "zh-Hant": "你的年齡層，以及誰為誰作答",
        "ar": "فئتك العمرية، ومن يجيب عن مَن",
    },
    "choices": [],
}


class Family(local.LocalConnector):
    """How old somebody said they are, and the links between children and the adults who answer for them."""

    offers = frozenset({Verb.FIND, Verb.EXPORT, Verb.ERASE, Verb.VERIFY})

    def find(self, person: Person, now: datetime) -> Found:
        """Count what is kept."""
        held = family.held(person.values("subject")).items()
        return Found(tuple(TablePlan(name, delete=count) for name, count in held))

    def export(self, person: Person) -> Exported:
        """Give the band and its month, and each link with the person's part in it; never the other's data."""
        subjects = person.values("subject")
        ages = tuple(
            (said.band, said.month, said.said_at.isoformat(), said.vouched_by)
            for said in family.ages_of(subjects)
        )
        named = ("band", "until", "said_at", "vouched_by")
        links = tuple(_row(one, subjects) for one in family.links_of(subjects))
        columns = ("part", "method", "asked_at", "started_at", "ended_at")
        return Exported(
            (
                Sheet("age", named, ({},) * len(named), ages),
                Sheet("guardians", columns, ({},) * len(columns), links),
            )
        )

    def erase(self, person: Person, key: str, at: datetime, now: datetime) -> Done:
        """Forget it; what a guardian allowed ends with her."""
        return Done({"deleted": family.forget(person.values("subject"), now)})

    def verify(self, person: Person) -> Seen:
        """Count what is still kept."""
        held = family.held(person.values("subject"))
        return Seen(sum(held.values()), {name: count for name, count in held.items() if count})


def _row(link: Link, subjects: list[str]) -> tuple[str | None, ...]:
    part = "child" if link.child in subjects else "guardian"
    times = (link.asked_at, link.started_at, link.ended_at)
    return part, link.method, *(at.isoformat() if at else None for at in times)
