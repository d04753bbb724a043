"""The device secret: 32 random bytes as 43 characters of base64url, kept in the site's own cookie.

At sign-in and sign-out Sayso puts a ticket beside that cookie; from then on the secret is made of both, so a
copy of the old cookie is worth nothing. Ask `device_secret(cookies, https)`, never the cookie itself.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping

COOKIE = "sayso_device"
RENEWAL = "sayso_renewal"
HEADER = "Sayso-Device"
MAX_AGE = 183 * 24 * 60 * 60
"""Six months in seconds, counted from the first answer and not renewed by visits."""

# 43 base64url characters carry 258 bits; the last two of them must be zero for 32 bytes.
_FORM = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]", re.ASCII)


def is_device_secret(text: str | None) -> bool:
    """Say whether the text has the form of a device secret."""
    return text is not None and _FORM.fullmatch(text) is not None


def cookie_name(name: str, *, https: bool) -> str:
    """Return what a cookie is called; over https no other host and no plain page can plant it."""
    return f"__Host-{name}" if https else name


def device_secret(cookies: Mapping[str, str], *, https: bool) -> str | None:
    """Return the visitor's device secret, or None before the first answer."""
    held = cookies.get(cookie_name(COOKIE, https=https), "")
    if not is_device_secret(held):
        return None
    ticket, _, made_for = cookies.get(cookie_name(RENEWAL, https=https), "").partition(".")
    if made_for != hashlib.sha256(held.encode()).hexdigest()[:16]:
        return held
    renewed = hmac.digest(held.encode(), ticket.encode(), "sha256")
    return base64.urlsafe_b64encode(renewed).decode().rstrip("=")
