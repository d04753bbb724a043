"""Tell her by letter, in the transaction of the change, that her way of signing in changed."""

from datetime import datetime

from django.urls import reverse
from django.utils.translation import get_language

from sayso.centre.arrival import letterhead
from sayso.deployment import env
from sayso.identity import queries as identity
from sayso.identity.proofing.passkey import queries as passkeys
from sayso.messages import services as letters


def sign_in_changed(person: int, what: str, name: str, now: datetime) -> None:
    """Write what changed: a passkey was `added` or `removed`, a recovery code `used`, or new codes `made`."""
    codes = passkeys.codes_of(person)
    words = {
        "what": what,
        "name": name,
        "left": codes.left if codes else 0,
        "link": env.text("SAYSO_WEB_ADDRESS") + reverse("centre:security"),
        **letterhead(),
    }
    letters.send("sign_in_changed", identity.address_of_person(person), words, get_language() or "en", now)
