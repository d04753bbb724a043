"""A recipient says that it carried out what it was told."""

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from ninja import Router

from sayso.core.errors import TooLarge
from sayso.fulfilment import services as fulfilment

router = Router(tags=["partners"])
LARGEST = 4096  # bytes


@router.post("/acknowledgements/{message}", response={204: None}, summary="Acknowledge a message")
def acknowledge(request: HttpRequest, message: str) -> HttpResponse:
    """Take a signed `{"state": "done"}` (Standard Webhooks headers) about one of our messages."""
    if int(request.headers.get("content-length") or 0) > LARGEST:
        raise TooLarge("too_large", "An acknowledgement is a few bytes.", 'Send {"state":"done"}.')
    fulfilment.acknowledge(message, dict(request.headers), request.body, datetime.now(UTC))
    return HttpResponse(status=204)
