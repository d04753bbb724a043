"""Where the hot path is, and with which keys receipts and the log are signed."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from sayso import __version__
from sayso.consent import queries as consent
from sayso.deployment import env

router = Router(tags=["discovery"])


@router.get("/", summary="The edge's address and this server's version")
def discover(request: HttpRequest) -> dict[str, str]:
    """Give the edge's address: an SDK is told one address and learns the other here."""
    return {"edge": env.text("SAYSO_EDGE_ADDRESS"), "version": __version__}


@router.get("/keys", summary="The public keys that sign receipts and the log, to pin")
def keys(request: HttpRequest) -> dict[str, Any]:
    """Give them as `{"typ": …, "keys": {key id: base64url}, "log": [name+id+base64]}`."""
    return consent.public_keys()
