"""The register of systems as the rooms above and the transparency page read it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sayso.core.errors import NotFound
from sayso.core.proposal import ProposalKind, ProposalState
from sayso.inventory import models

Texts = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class System:
    """One entry. `recipient` is empty for the brand's own systems; `config` is the file as it was entered."""

    id: str
    brand: str
    kind: str
    title: Texts
    country: str
    recipient: str
    config: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """Where data of one category stands: a system, and for a database the table and column.

    `purpose` is the id of the purpose in the notice (its basis, retention and safeguards stand there);
    `on_erasure` is delete, blank or keep, and `law` says which law keeps it.
    """

    system: str
    system_title: Texts
    country: str
    recipient: str
    category: str
    table: str = ""
    column: str = ""
    title: Texts | None = None
    purpose: str = ""
    shared: bool = False
    on_erasure: str = ""
    law: Texts | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One described column of a brand's own database. `dropped_at`: since when it is collected no more.

    `purposes` are those the brand's file says it is for; None leaves it to all that need its category.
    """

    system: str
    system_title: Texts
    table: str
    column: str
    title: Texts
    category: str
    dropped_at: datetime | None = None
    purposes: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        """Give its name as files and replies write it."""
        return f"{self.table}.{self.column}"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was proposed, by whom (the login of one of the staff), and what became of it."""

    id: str
    kind: ProposalKind
    payload: Mapping[str, Any]
    proposed_by: int
    proposed_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    state: ProposalState
    reason: str


def _system(row: models.System) -> System:
    return System(row.id, row.brand, row.kind, row.title, row.country, row.recipient, row.config)


def systems_of(brand: str) -> list[System]:
    """List the systems of a brand, its own before those of others."""
    return [_system(row) for row in models.System.objects.filter(brand=brand).order_by("recipient", "id")]


def all_systems() -> list[System]:
    """List every system of the controller, its own before those of others."""
    return [_system(row) for row in models.System.objects.order_by("recipient", "id")]


def system(name: str) -> System:
    """Give one system. Raises `NotFound`."""
    row = models.System.objects.filter(id=name).first()
    if row is None:
        raise NotFound("unknown_system", "There is no such system.", "Enter it with `sayso apply`.")
    return _system(row)


def systems_of_recipient(recipient: str) -> list[System]:
    """List the systems by which a recipient is told."""
    return [_system(row) for row in models.System.objects.filter(recipient=recipient).order_by("id")]


def _columns(system: System) -> Iterator[Place]:
    for name, table in system.config.get("tables", {}).items():
        for column, what in table.get("columns", {}).items():
            yield Place(
                system.id,
                system.title,
                system.country,
                system.recipient,
                what["category"],
                name,
                column,
                what.get("title"),
                table.get("purpose", ""),
                table.get("owner") == "shared",
                table.get("on_erasure", ""),
                (table.get("keep") or {}).get("law"),
            )


def _places(system: System) -> Iterator[Place]:
    yield from _columns(system)
    told = [system.config["choice"]] if "choice" in system.config else system.config.get("choices", [])
    for choice in told:
        purpose, category, *_ = choice.split(".")
        yield Place(
            system.id,
            system.title,
            system.country,
            system.recipient,
            category,
            purpose=purpose,
            on_erasure="delete",
        )


def _dropped(system: str) -> dict[tuple[str, str], datetime]:
    rows = models.DroppedField.objects.filter(system=system)
    return {(row.table, row.column): row.dropped_at for row in rows}


def _fields(system: System) -> Iterator[Field]:
    dropped = _dropped(system.id)
    for place in _columns(system):
        named = system.config["tables"][place.table]["columns"][place.column].get("purposes")
        yield Field(
            system.id,
            system.title,
            place.table,
            place.column,
            place.title or {},
            place.category,
            dropped.get((place.table, place.column)),
            None if named is None else tuple(named),
        )


def fields_of(brand: str) -> list[Field]:
    """List every described field of a brand's systems, in the order of their files."""
    return [field for each in systems_of(brand) for field in _fields(each)]


def refused_fields(brand: str) -> list[Field]:
    """List the fields that a file still describes and that are collected no more."""
    return [one for one in fields_of(brand) if one.dropped_at]


def field(system_id: str, table: str, column: str) -> Field | None:
    """Give one described field, or None."""
    here = (one for one in _fields(system(system_id)) if (one.table, one.column) == (table, column))
    return next(here, None)


def places_of(brand: str) -> dict[str, tuple[Place, ...]]:
    """Say for every data category where it is kept: category → places, from the register that enforces."""
    where: dict[str, list[Place]] = {}
    for each in systems_of(brand):
        dropped = _dropped(each.id)
        for place in _places(each):
            if (place.table, place.column) not in dropped:
                where.setdefault(place.category, []).append(place)
    return {category: tuple(places) for category, places in sorted(where.items())}


def _proposal(row: models.Proposal) -> Proposal:
    return Proposal(
        row.id,
        ProposalKind(row.kind),
        row.payload,
        row.proposed_by,
        row.proposed_at,
        row.decided_by,
        row.decided_at,
        ProposalState(row.state),
        row.reason,
    )


def proposal(name: str, kind: ProposalKind | None = None) -> Proposal:
    """Give one proposal, of one kind when it is given. Raises `NotFound` with code `unknown_proposal`."""
    row = models.Proposal.objects.filter(id=name).first()
    if row is None or (kind and row.kind != kind):
        raise NotFound("unknown_proposal", "There is no such proposal.", "Go back to the list.")
    return _proposal(row)


def proposals(kind: ProposalKind, state: ProposalState | None = None) -> list[Proposal]:
    """List the proposals of one kind, newest first; those in one state when it is given."""
    rows = models.Proposal.objects.filter(kind=kind).order_by("-proposed_at", "id")
    return [_proposal(row) for row in (rows.filter(state=state) if state else rows)]
