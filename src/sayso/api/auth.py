"""Who calls: a brand's server, by its key and what that key may do."""

from django.http import HttpRequest
from ninja.security import HttpBearer

from sayso.core.errors import Forbidden, Unproved
from sayso.identity import keys
from sayso.identity import queries as identity


class scope(HttpBearer):
    """Ask for a server key with one scope; `request.auth` is then the brand it speaks for."""

    def __init__(self, needed: str) -> None:
        super().__init__()
        self._needed = needed

    def authenticate(self, request: HttpRequest, token: str) -> str:
        """Give the brand of the key.

        Raises `Unproved` (key_unknown) and `Forbidden` (scope_missing).
        """
        found = identity.api_key(token)
        if found is None:
            remedy = "Send `Authorization: Bearer sk_…` with a key made by `sayso key`."
            raise Unproved("key_unknown", "That server key is not one of ours.", remedy)
        if self._needed not in found[1]:
            raise Forbidden(
                "scope_missing", f"That key may not `{self._needed}`.", "Use a key with that scope."
            )
        return found[0]


def brand_of(request: HttpRequest) -> str:
    """Give the brand a checked request speaks for."""
    return str(request.auth)  # type: ignore[attr-defined]  # set by ninja after `authenticate`


def key_of(request: HttpRequest) -> str:
    """Give the hash of the server key a checked request came with."""
    return keys.secret_hash(request.headers.get("Authorization", "").partition(" ")[2])
