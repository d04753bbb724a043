"""A brand's servers tell what they know, and what they sell."""

from datetime import UTC, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from sayso.api.auth import brand_of, scope
from sayso.api.values import Json, SubjectIn, Text, Whole
from sayso.identity import queries as identity
from sayso.identity.store import NAMED_BY
from sayso.personalisation import services
from sayso.personalisation.services import ItemTold

router = Router(tags=["facts"])


class FactsIn(Schema):
    """Facts about one subject; each has id, category, source, at and value."""

    subject: SubjectIn
    facts: list[Json] = Field(min_length=1, max_length=500)


class RefusedOut(Schema):
    """A fact that was not taken, and why."""

    id: str
    code: str


class FactsOut(Schema):
    """What became of each fact."""

    accepted: list[str]
    refused: list[RefusedOut]


@router.post("/facts", response=FactsOut, auth=scope("facts"), summary="Tell facts about a subject")
def add_facts(request: HttpRequest, told: FactsIn) -> FactsOut:
    """Take facts a purpose needs and the person permits; refuse every other one by its id, with a code."""
    added = services.add_facts(brand_of(request), told.subject.reference(), told.facts, datetime.now(UTC))
    refused = [RefusedOut(id=one.id[:100], code=one.code) for one in added.refused]
    return FactsOut(accepted=list(added.accepted), refused=refused)


Value = Text | bool | int | Annotated[float, Field(allow_inf_nan=False)]


NO_OTHER: Any = {"additionalProperties": False}  # keys that the pattern refuses


class ItemIn(Schema):
    """An item of the catalogue: its title per locale, and the attributes suggestions follow from."""

    id: Text = Field(min_length=1, max_length=100)
    title: dict[Text, Text] = Field(min_length=1, json_schema_extra=NO_OTHER)
    url: Text = Field("", max_length=500)
    image: Text = Field("", max_length=500)
    price_cents: Whole | None = None
    attributes: dict[Text, Value] = Field(default_factory=dict, max_length=40, json_schema_extra=NO_OTHER)


class ItemsIn(Schema):
    """Items to put in the place of what is known of them."""

    items: list[ItemIn] = Field(max_length=5000)


class ItemsOut(Schema):
    """How many items were taken."""

    items: int


@router.put("/items", response=ItemsOut, auth=scope("items"), summary="Tell items of the catalogue")
def put_items(request: HttpRequest, told: ItemsIn) -> ItemsOut:
    """Replace what is known of these items; items not named stay as they are."""
    items = (ItemTold(**item.dict()) for item in told.items)
    return ItemsOut(items=services.put_items(brand_of(request), items))


class IdentifierIn(Schema):
    """An identifier: its kind, `customer` or `email`, and its value."""

    kind: str
    value: str = Field(min_length=1, max_length=254)


class IdentifiersIn(Schema):
    """Identifiers somebody is about to import."""

    identifiers: list[IdentifierIn] = Field(max_length=1000)


class SuppressedOut(Schema):
    """The positions of those that belong to somebody who was erased."""

    suppressed: list[int]


@router.post(
    "/suppressions/check", response=SuppressedOut, auth=scope("facts"), summary="Find who was erased"
)
def check_suppressions(request: HttpRequest, told: IdentifiersIn) -> SuppressedOut:
    """Say which identifiers must not be imported again."""
    known = enumerate(told.identifiers)
    found = [
        place
        for place, one in known
        if one.kind in NAMED_BY and identity.is_suppressed({one.kind: one.value})
    ]
    return SuppressedOut(suppressed=found)
