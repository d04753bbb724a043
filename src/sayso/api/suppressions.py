"""A brand asks, before it imports people, who of them was erased."""

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from sayso.api.auth import scope
from sayso.identity import queries as identity

router = Router(tags=["identity"])


class NamedIn(Schema):
    """One identifier: `customer` or `email`."""

    kind: str = Field(pattern="^(customer|email)$")
    value: str = Field(min_length=1, max_length=254)


class CheckIn(Schema):
    """Up to a thousand identifiers."""

    identifiers: list[NamedIn] = Field(max_length=1000)


class CheckOut(Schema):
    """The places, counted from nought, of those that must not be imported."""

    suppressed: list[int]


@router.post("/suppressions/check", response=CheckOut, auth=scope("facts"), summary="Ask who was erased")
def check(request: HttpRequest, asked: CheckIn) -> CheckOut:
    """Say which of these identifiers belong to somebody who was erased."""
    named = [{each.kind: each.value} for each in asked.identifiers]
    return CheckOut(suppressed=[place for place, one in enumerate(named) if identity.is_suppressed(one)])
