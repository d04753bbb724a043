"""The device secret: 32 random bytes as 43 characters of base64url, kept in the site's own cookie."""

from __future__ import annotations

import re

COOKIE = "sayso_device"
HEADER = "Sayso-Device"
MAX_AGE = 183 * 24 * 60 * 60
"""Six months in seconds, counted from the first answer and not renewed by visits."""

# 43 base64url characters carry 258 bits; the last two of them must be zero for 32 bytes.
_FORM = re.compile(r"[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]", re.ASCII)


def is_device_secret(text: str | None) -> bool:
    """Say whether the text has the form of a device secret."""
    return text is not None and _FORM.fullmatch(text) is not None
