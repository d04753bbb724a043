"""What a browser's cookies say which device it is, and how that secret changes at sign-in and sign-out.

The browser made the secret it holds, and its site's own host keeps it in a cookie. When the secret has to
change, that cookie stays: Sayso hands the browser a ticket, and the new secret is made of both. Whoever kept
the old cookie, or planted it, has half of it. No answer of ours ever carries a device secret.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta

from sayso.core.values import DEVICE_SECRET

COOKIE = "sayso_device"
RENEWAL = "sayso_renewal"
SIGNED_IN = timedelta(days=14)
"""How long a sign-in lasts, and with it the link of the device: counted from the sign-in, not renewed."""
KEPT = timedelta(days=183)
"""How long a browser keeps its ticket: as long as the longest a site keeps the device's own cookie."""


def cookie_name(name: str, https: bool) -> str:
    """Give what a cookie is called: over https no other host and no plain page can plant it (RFC 6265bis)."""
    return f"__Host-{name}" if https else name


def new_ticket(held: str) -> str:
    """Make a ticket for the secret a browser holds; it is worth nothing beside another one."""
    return f"{secrets.token_urlsafe(32)}.{_mark(held)}"


def _mark(held: str) -> str:
    return hashlib.sha256(held.encode()).hexdigest()[:16]


def renewed(held: str, ticket: str) -> str:
    """Give the secret that a held one and a ticket come to: 43 characters, as the first one had."""
    made = hmac.digest(held.encode(), ticket.partition(".")[0].encode(), "sha256")
    return base64.urlsafe_b64encode(made).decode().rstrip("=")


def held_secret(cookies: Mapping[str, str], https: bool) -> str | None:
    """Give the secret a browser's cookie holds, or None when there is none that has the form of one."""
    held = cookies.get(cookie_name(COOKIE, https), "")
    return held if DEVICE_SECRET.match(held) else None


def secret_of(cookies: Mapping[str, str], https: bool) -> str | None:
    """Give the secret a browser shows: the one it holds, renewed by its ticket if it has one for it."""
    held, ticket = held_secret(cookies, https), cookies.get(cookie_name(RENEWAL, https), "")
    if held is None:
        return None
    return renewed(held, ticket) if ticket.partition(".")[2] == _mark(held) else held
