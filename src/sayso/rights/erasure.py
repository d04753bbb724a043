"""An erasure: planned, confirmed, carried out stop → delete → read back, and closed."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from sayso.changes import services as changes
from sayso.connectors.services import Connector, Identifier, Person, Verb
from sayso.consent import journal
from sayso.consent import services as consent
from sayso.core.plan import Plan, SystemPlan, plan_json
from sayso.core.request import CLOSED, UNDERWAY, RequestKind, RequestState, move
from sayso.decisions import services as decisions
from sayso.deployment.django_database import DjangoDatabase
from sayso.deployment.journal import Entry
from sayso.fulfilment import services as fulfilment
from sayso.fulfilment.services import Step
from sayso.identity import keys
from sayso.identity import queries as people
from sayso.identity import services as identity
from sayso.inventory import queries as inventory
from sayso.inventory.queries import System
from sayso.notices import queries as notices
from sayso.rights import complaints, letters, person
from sayso.rights.models import Package, RightsRequest, key_of
from sayso.staff import services as staff
from sayso.uses import services as uses

STOP, DELETE, READ_BACK = 0, 1, 2
Traces = dict[str, dict[str, Any]]  # system → what `find` gave


def look(identifiers: list[Identifier], now: datetime) -> tuple[Plan, Traces]:
    """Ask every system what an erasure would do there."""
    found, traces = [], {}
    for system, connector in person.systems_offering(Verb.ERASE):
        seen = connector.find(Person(tuple(identifiers)), now)
        searchable = Verb.VERIFY in connector.offers
        found.append(SystemPlan(system.id, dict(system.title), searchable, seen.tables))
        traces[system.id] = dict(seen.traces)
    return Plan(tuple(found)), traces


def _details(held: dict[str, Any], system: str) -> dict[str, Any]:
    return {"identifiers": held["identifiers"], "traces": held["traces"].get(system, {})}


def _gate_stops(held: dict[str, Any]) -> Iterator[Step]:
    for brand in notices.brands():
        for subject in held["subjects"]:
            yield Step(fulfilment.GATE, "stop", STOP, brand, subject)


def _removals(held: dict[str, Any], now: datetime) -> Iterator[Step]:
    for recipient, members in fulfilment.end_memberships(held["subjects"], now).items():
        for system in inventory.systems_of_recipient(recipient):
            for member in members:
                yield Step(system.id, "audience.remove", STOP, system.brand, member=member)


def _suppressions(held: dict[str, Any]) -> Iterator[Step]:
    for system, _ in person.systems_offering(Verb.SUPPRESS):
        # Before anything is deleted: an import in between would bring it back.
        yield Step(system.id, "suppress", STOP, system.brand, details=_details(held, system.id))


def _members(system: System, held: dict[str, Any]) -> list[str]:
    """List the numbers a recipient knows her by; one empty step tells of a recipient that knows none."""
    known = fulfilment.members_of(held["subjects"]).get(system.recipient, []) if system.recipient else []
    return known or [""]


def steps_of(held: dict[str, Any], now: datetime) -> list[Step]:
    """List everything an erasure has to do: stop, delete, read back."""
    steps = [*_gate_stops(held), *_removals(held, now), *_suppressions(held)]
    erasing: list[tuple[System, Connector]] = person.systems_offering(Verb.ERASE)
    checked: list[tuple[str, str, int]] = []
    for system, connector in erasing:
        details = _details(held, system.id)
        for member in _members(system, held):
            steps.append(Step(system.id, "erase", DELETE, system.brand, member=member, details=details))
        if Verb.VERIFY in connector.offers:
            checked.append((system.id, system.brand, len(steps) - 1))
    for system_id, brand, index in checked:
        details = _details(held, system_id)
        steps.append(Step(system_id, "verify", READ_BACK, brand, details=details, checks=index))
    return steps


def _refuse_every_use(held: dict[str, Any], now: datetime) -> None:
    for brand in notices.brands():
        consent.mark_erasing(held["subjects"], brand, now)


def _note_deletion(row: RightsRequest, held: dict[str, Any], suppressed: Sequence[Entry] = ()) -> None:
    """Have the deletion in the journal before she is told that it began: no restore may forget it."""
    db = DjangoDatabase()
    deleting = journal.deleting(db, row.account, held["subjects"], row.locale, row.received_at)
    # At once: what a full disk does not take is kept for the next try, and what was to follow it is not.
    journal.append(db, [*deleting, *suppressed])


def stop(row: RightsRequest, held: dict[str, Any], now: datetime) -> None:
    """Stop every use and have recipients told, and nothing else: whether to delete is not decided yet."""
    _refuse_every_use(held, now)
    _note_deletion(row, held)
    steps = [*_gate_stops(held), *_removals(held, now)]
    fulfilment.begin(row.id, key_of(row.id), steps, row.plan_version, now)


def begin(row: RightsRequest, held: dict[str, Any], now: datetime) -> None:
    """Stop every use, refuse re-imports and write every step, in the caller's transaction.

    After `stop` this asks the gate once more before anything is deleted; who was told is not told again.
    """
    _refuse_every_use(held, now)
    identity.suppress(row.account, now)
    _note_deletion(row, held, journal.suppressed(DjangoDatabase(), people.lookups_of(row.account), now))
    fulfilment.begin(row.id, key_of(row.id), steps_of(held, now), row.plan_version, now)


def _forget_other_requests(row: RightsRequest) -> None:
    for other in RightsRequest.objects.filter(account=row.account).exclude(id=row.id):
        if other.closed_at is None:
            other.state, other.closed_at = (
                move(RequestState(other.state), RequestState.CANCELLED),
                row.closed_at,
            )
        other.account, other.corrected_field = "", ""
        other.save()
        Package.objects.filter(request=other).delete()
        fulfilment.strip(other.id, [])


@transaction.atomic
def close(row: RightsRequest, held: dict[str, Any], now: datetime) -> None:
    """Forget the person here too, once every other system did, and write the last letter."""
    journal.ahead(journal.erased(DjangoDatabase(), held["subjects"]))
    letters.erasure_done(row, held, now)
    row.state, row.closed_at = move(RequestState(row.state), RequestState.COMPLETE), now
    _forget_other_requests(row)
    consent.forget_subjects(held["subjects"], now)
    decisions.forget_tokens(held["subjects"])
    complaints.forget_complaints(held["subjects"])
    changes.forget(held["subjects"])
    fulfilment.strip(row.id, held["subjects"])
    staff.forget(held["subjects"])
    row.account, row.proof = "", ""
    row.save()
    identity.forget(held["subjects"])
    uses.forget(held["subjects"])  # last: what is counted meanwhile finds nobody any more


@transaction.atomic
def again(subjects: list[str], now: datetime) -> None:
    """Forget people once more whom a restore of the database brought back. Repeating it changes nothing.

    What other systems held of them was deleted then and is not touched; nobody is written to.
    """
    for row in RightsRequest.objects.filter(account__in=subjects):
        if RequestState(row.state) not in CLOSED:
            done = row.kind == RequestKind.ERASURE and row.state in UNDERWAY
            end = RequestState.COMPLETE if done else RequestState.CANCELLED
            row.state, row.closed_at = move(RequestState(row.state), end), now
        row.account, row.proof, row.corrected_field, row.sealed = "", "", "", None
        row.save()
        Package.objects.filter(request=row).delete()
        fulfilment.strip(row.id, subjects)
        DjangoDatabase().after_commit(partial(keys.destroy, key_of(row.id)))
    consent.forget_subjects(subjects, now)
    complaints.forget_complaints(subjects)
    changes.forget(subjects)
    staff.forget(subjects)
    identity.forget(subjects)


def plan_into(row: RightsRequest, held: dict[str, Any], plan: Plan, traces: Traces) -> dict[str, Any]:
    """Write a plan into its request and give what is to be sealed with it."""
    row.plan, row.plan_version = plan_json(plan), plan.version
    return {**held, "traces": traces}
