"""What each instruction does, outside any transaction: one small step in one system."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sayso.connectors import services as connectors
from sayso.connectors.services import Connector, Done, Identifier, NotNow, Person
from sayso.core.choice import read_choice
from sayso.decisions import queries as decisions
from sayso.fulfilment import interests
from sayso.fulfilment.models import CANCELLED, DONE, FOUND_AGAIN, TOLD, Delivery
from sayso.identity import keys
from sayso.identity import queries as identity
from sayso.inventory import queries as inventory
from sayso.notices import queries as notices

GATE = "sayso"  # the system that is Sayso's own gate
STOP_AGAIN = 0.5  # seconds until a stop that has not arrived is looked at again


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step came to: the state it leaves the delivery in, the evidence, and a result to be sealed."""

    state: str
    evidence: Mapping[str, Any] = field(default_factory=dict)
    result: bytes | None = None


def details_of(row: Delivery) -> dict[str, Any]:
    """Read what was sealed for a delivery; empty when there was nothing."""
    if row.details is None:
        return {}
    read: dict[str, Any] = json.loads(keys.unseal(row.sealed_under, row.details))
    return read


def _person(row: Delivery, details: Mapping[str, Any]) -> Person:
    known = [Identifier(kind, value) for kind, value in details.get("identifiers", [])]
    extra = {"subject": row.subject, "member": row.member, "choice": row.choice}
    known += [Identifier(kind, value) for kind, value in extra.items() if value]
    return Person(tuple(dict.fromkeys(known)), details.get("traces", {}))


def _key(row: Delivery) -> str:
    return row.key if row.round == 1 else f"{row.key}.{row.round}"


def _outcome(done: Done) -> Outcome:
    return Outcome(TOLD if done.awaiting else DONE, done.evidence)


def gate_subjects(subject: str, now: datetime) -> list[str]:
    """List everybody whose no counts before a recipient is told of a subject."""
    link = identity.active_link(subject, now)
    return [subject, link.account] if link else [subject]


def _stop_at_the_gate(row: Delivery, now: datetime) -> Outcome:
    """Ask the gate as anybody would: the stop is done when it says no, to this choice or to all."""
    listed = notices.current(row.brand).notice.choices()
    asked = [read_choice(row.choice)] if row.choice else listed
    answers = decisions.decide(row.brand, [row.subject], asked, now)
    if any(decision.permitted for decision in answers):
        return Outcome(CANCELLED, {"reason": "given_again"})
    return Outcome(DONE, {"reason": answers[0].reason, "choices": len(answers)})


def _stop(connector: Connector, row: Delivery, person: Person, now: datetime) -> Outcome:
    """Look whether a part of Sayso itself still uses what was withdrawn."""
    if decisions.permitted(row.brand, [row.subject], row.choice, now):
        return Outcome(CANCELLED, {"reason": "given_again"})
    seen = connector.verify(person)
    if seen.found:
        raise NotNow("It has not stopped yet.", STOP_AGAIN)
    return Outcome(DONE, {"found": 0})


def _add(connector: Connector, row: Delivery, person: Person, now: datetime) -> Outcome:
    """Put somebody on a recipient's list, asking the gate again in this very moment."""
    subjects = gate_subjects(row.subject, now)
    if not decisions.permitted(row.brand, subjects, row.choice, now):
        return Outcome(CANCELLED, {"reason": "not_permitted"})
    data = {"member": row.member, "interests": interests.interests_of(subjects, now)}
    return _outcome(connector.tell("audience.member.added", data, _key(row), row.recorded_at, now))


def _remove(connector: Connector, row: Delivery, person: Person, now: datetime) -> Outcome:
    data = {"member": row.member}
    return _outcome(connector.tell("audience.member.removed", data, _key(row), row.recorded_at, now))


def _suppress(connector: Connector, row: Delivery, person: Person, now: datetime) -> Outcome:
    return _outcome(connector.suppress(person, _key(row)))


def _rectify(connector: Connector, row: Delivery, person: Person, now: datetime) -> Outcome:
    details = details_of(row)
    return _outcome(connector.rectify(person, details["field"], details["value"], _key(row)))


def _erase(connector: Connector, row: Delivery, person: Person, now: datetime) -> Outcome:
    return _outcome(connector.erase(person, _key(row), row.recorded_at, now))


def _verify(connector: Connector, row: Delivery, person: Person, now: datetime) -> Outcome:
    seen = connector.verify(person)
    evidence = {"found": seen.found, "places": dict(seen.places)}
    return Outcome(FOUND_AGAIN if seen.found else DONE, evidence)


def _plain(value: object) -> object:
    """Write what databases hold and JSON does not."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal) else str(value)


def _export(connector: Connector, row: Delivery, person: Person, now: datetime) -> Outcome:
    exported = connector.export(person)
    rows = {sheet.name: len(sheet.rows) for sheet in exported.sheets}
    return Outcome(
        DONE, {"rows": rows}, json.dumps(asdict(exported), default=_plain, ensure_ascii=False).encode()
    )


STEPS: dict[str, Callable[[Connector, Delivery, Person, datetime], Outcome]] = {
    "stop": _stop,
    "audience.add": _add,
    "audience.remove": _remove,
    "suppress": _suppress,
    "export": _export,
    "rectify": _rectify,
    "erase": _erase,
    "verify": _verify,
}


def carry_out(row: Delivery, now: datetime) -> Outcome:
    """Do what one delivery says. Raises what the connector raises."""
    if row.system == GATE:
        return _stop_at_the_gate(row, now)
    connector = connectors.connect(inventory.system(row.system))
    return STEPS[row.instruction](connector, row, _person(row, details_of(row)), now)
