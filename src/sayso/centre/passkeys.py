"""The two ceremonies with a passkey (W3C Web Authentication, level 3), as allauth carries them out.

Asking leaves a challenge in the session; the answer must come to the same session, once, within five minutes.
An address takes both: posted without a credential it gives the browser what to ask the device, as JSON.
"""

import json
import struct
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

from allauth.mfa.webauthn.internal import auth
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest, JsonResponse

from sayso.centre.visitor import right_now

ASKED = "passkey_asked"  # where a session notes when a device was asked
LASTS = timedelta(minutes=5)
LONGEST = 16384  # characters of a credential
# What a credential that somebody made up runs into, on its way through JSON, CBOR and allauth.
BROKEN = (ValidationError, ValueError, TypeError, LookupError, AttributeError, RecursionError, struct.error)
T = TypeVar("T")


def is_asking(request: HttpRequest) -> bool:
    """Tell whether the browser wants to know what to ask the device, and brings no answer yet."""
    return not request.POST.get("credential")


def ask_to_make(request: HttpRequest) -> JsonResponse:
    """Give what the browser needs to have a passkey made for the person signed in."""
    return _asked(request, auth.begin_registration(request.user, True))


def ask_to_show(request: HttpRequest, user: AbstractBaseUser | None) -> JsonResponse:
    """Give what the browser needs to have a passkey shown: one of this login's, or of whoever is there."""
    return _asked(request, auth.begin_authentication(user))


def _asked(request: HttpRequest, options: dict[str, Any]) -> JsonResponse:
    request.session[ASKED] = right_now().isoformat()
    return JsonResponse(options)


def made(request: HttpRequest) -> dict[str, Any] | None:
    """Give the credential a device has just made, checked; None when it is not what we asked for."""

    def check(credential: dict[str, Any]) -> dict[str, Any]:
        auth.parse_registration_response(credential)
        auth.complete_registration(credential)
        return credential

    return _checked(request, check)


def shown(request: HttpRequest, user: AbstractBaseUser | None) -> tuple[int, int] | None:
    """Give the login and the passkey that was shown; None when it is not what we asked for."""

    def check(credential: dict[str, Any]) -> tuple[int, int]:
        auth.parse_authentication_response(credential)
        whose = user or auth.extract_user_from_response(credential)
        passkey = auth.complete_authentication(whose, credential)
        return int(whose.pk), int(passkey.pk)

    return _checked(request, check)


def _checked(request: HttpRequest, check: Callable[[dict[str, Any]], T]) -> T | None:
    asked = request.session.pop(ASKED, None)
    text = request.POST.get("credential", "")
    try:
        if asked is None or right_now() - datetime.fromisoformat(asked) > LASTS or len(text) > LONGEST:
            return None
        return check(json.loads(text))
    except BROKEN:
        return None
    finally:
        auth.clear_state()
