"""Which fields a brand collects, how full they are, who uses them, and what is proposed about them."""

from collections.abc import Mapping
from dataclasses import dataclass

from sayso.connectors import services as connectors
from sayso.connectors.services import Measured, Verb
from sayso.core.errors import SaysoError
from sayso.core.proposal import ProposalKind, ProposalState
from sayso.core.purpose import Purpose
from sayso.inventory import queries as inventory
from sayso.inventory.queries import Field, Proposal
from sayso.notices import queries as notices

Place = tuple[str, str, str]  # system, table, column


@dataclass(frozen=True, slots=True)
class Report:
    """One field: who uses it, how full it is, and whether somebody proposed to give it up.

    `measured` is None where nothing could be counted; `trouble` then holds the code of why.
    """

    field: Field
    purposes: tuple[Purpose, ...]
    measured: Measured | None
    trouble: str
    proposal: Proposal | None

    @property
    def may_be_dropped(self) -> bool:
        """Tell whether it can be proposed to stop collecting it."""
        open_or_done = self.proposal and self.proposal.state is not ProposalState.DECLINED
        return not self.purposes and not self.field.dropped_at and not open_or_done


def _measure(system: str, table: str = "") -> tuple[dict[tuple[str, str], Measured], str]:
    """Give the counts of one system by table and column, or the code of why there are none."""
    try:
        connector = connectors.connect(inventory.system(system))
        counted = connector.measure(table) if Verb.MEASURE in connector.offers else ()
    except SaysoError as error:
        return {}, error.code
    return {(one.table, one.column): one for one in counted}, ""


def newest_proposals() -> Mapping[Place, Proposal]:
    """Give the newest proposal of each field."""
    found = reversed(inventory.proposals(ProposalKind.DROP_FIELD))
    return {(one.payload["system"], one.payload["table"], one.payload["column"]): one for one in found}


def field_report(brand: str) -> list[Report]:
    """Report every described field of a brand's databases: counted now, in transactions that only read."""
    notice, fields, proposed = notices.current(brand).notice, inventory.fields_of(brand), newest_proposals()
    counted = {system: _measure(system) for system in {one.system for one in fields}}
    return [
        Report(
            one,
            tuple(notice.using(one.category, one.purposes)),
            counted[one.system][0].get((one.table, one.column)),
            counted[one.system][1],
            proposed.get((one.system, one.table, one.column)),
        )
        for one in fields
    ]


def measured(system: str, table: str, column: str) -> Measured | None:
    """Count one field now; None when its system does not answer."""
    return _measure(system, table)[0].get((table, column))
