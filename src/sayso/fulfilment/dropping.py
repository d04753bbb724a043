"""The way a field nothing uses is given up: proposed, decided by somebody else, emptied, read back."""

from datetime import datetime

from django.db import transaction

from sayso.connectors import services as connectors
from sayso.core.errors import Conflict, NotFound
from sayso.core.proposal import Decided, ProposalKind, ProposalState
from sayso.fulfilment.claims import new_key
from sayso.fulfilment.fields import Place, newest_proposals
from sayso.fulfilment.models import WAITING, Delivery
from sayso.inventory import queries as inventory
from sayso.inventory import services as register
from sayso.inventory.queries import Field
from sayso.notices import queries as notices


def _check_unused(brand: str, field: Field) -> None:
    users = notices.current(brand).notice.using(field.category, field.purposes)
    if users:
        named = ", ".join(purpose.id for purpose in users)
        raise Conflict("field_in_use", f"This field is used by {named}.", "Leave it, or change the notice.")


def _known(system: str, table: str, column: str) -> Field:
    found = inventory.field(system, table, column)
    if found is None:
        raise NotFound("unknown_field", "There is no such field.", "Read the report of fields again.")
    return found


def propose_drop(place: Place, by: int, now: datetime) -> str:
    """Propose to stop collecting a field that nothing uses and to delete it; give the proposal's id.

    The count of rows is taken now, as a dry run. Raises `NotFound` (`unknown_field`) and `Conflict`:
    `field_in_use`, `already_proposed`, `field_dropped`; and what the system raises when it does not answer.
    """
    system, table, column = place
    field = _known(*place)
    _check_unused(inventory.system(system).brand, field)
    if field.dropped_at:
        raise Conflict(
            "field_dropped", "This field was given up already.", "Read the report of fields again."
        )
    before = newest_proposals().get(place)
    if before and before.state is ProposalState.PROPOSED:
        raise Conflict("already_proposed", "Somebody proposed this already.", "Wait for the decision.")
    counts = connectors.connect(inventory.system(system)).measure(table)
    dry_run = next(one for one in counts if one.column == column)
    payload = {
        "system": system,
        "table": table,
        "column": column,
        "rows": dry_run.rows,
        "filled": dry_run.filled,
    }
    return register.propose(ProposalKind.DROP_FIELD, payload, by, now)


@transaction.atomic
def decide_drop(proposal: str, said: Decided, now: datetime) -> ProposalState:
    """Decide such a proposal; when approved, the field is refused from now on and its system is told to empty it.

    Raises what `inventory.services.decide` raises, and `Conflict` (`field_in_use`) when a purpose needs the
    field by now; then nothing changed.
    """
    found = inventory.proposal(proposal)
    if found.kind is not ProposalKind.DROP_FIELD:
        raise NotFound("unknown_proposal", "There is no such proposal.", "Go back to the list.")
    state = register.decide(proposal, said, now)
    if state is ProposalState.APPROVED:
        place = (found.payload["system"], found.payload["table"], found.payload["column"])
        _check_unused(inventory.system(place[0]).brand, _known(*place))
        register.drop_field(*place, proposal, now)
        _instruct(place[0], proposal, now)
    return state


def _instruct(system: str, proposal: str, now: datetime) -> None:
    Delivery.objects.create(
        key=new_key(),
        brand=inventory.system(system).brand,
        system=system,
        instruction="drop_field",
        proposal=proposal,
        state=WAITING,
        recorded_at=now,
        due_at=now,
    )
