"""A brand's server tells which identifiers are one customer."""

from datetime import UTC, datetime

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from sayso.api.auth import scope
from sayso.core.errors import Forbidden
from sayso.identity import services as identity

router = Router(tags=["identity"])


class LinkIn(Schema):
    """A customer number, perhaps with an e-mail address and the region delivered to (ISO 3166-2)."""

    customer: str = Field(min_length=1, max_length=100)
    device: str = Field("", max_length=43)
    email: str = Field("", max_length=254, pattern=r"^(|[^@\s]+@[^@\s]+)$")
    country: str = Field("", pattern="^(|[A-Z]{2})$")
    region: str = Field("", pattern="^(|[A-Z]{2}(-[A-Z0-9]{1,3})?)$")


class LinkOut(Schema):
    """Whether the customer is recorded: `linked`, or `suppressed` for somebody who was erased."""

    customer: str


@router.post("/links", response=LinkOut, auth=scope("link"), summary="Tell a customer's identifiers")
def link(request: HttpRequest, told: LinkIn) -> LinkOut:
    """Record a customer's identifiers on the word of the brand's server. It joins no device to anybody."""
    identifiers = {"customer": told.customer, **({"email": told.email} if told.email else {})}
    try:
        identity.link_customer(identifiers, told.region or told.country, datetime.now(UTC))
    except Forbidden as refused:
        if refused.code != "suppressed":
            raise
        return LinkOut(customer="suppressed")
    return LinkOut(customer="linked")
