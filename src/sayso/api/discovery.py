"""Where the hot path is, and with which keys receipts, the log and purpose tokens are signed."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from sayso import __version__
from sayso.consent import queries as consent
from sayso.decisions import queries as decisions
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


@router.get("/token-keys", summary="The public key that signs purpose tokens and their status lists, to pin")
def token_keys(request: HttpRequest) -> dict[str, Any]:
    """Give it as a JWK Set with the name of the issuer: `{"issuer": …, "keys": [{"kty": "OKP", …}]}`."""
    return decisions.token_keys()
