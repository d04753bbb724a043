"""Tell her by letter, in the transaction of the change, that her way of signing in changed."""

from datetime import datetime

from django.db import transaction
from django.urls import reverse
from django.utils.translation import get_language

from sayso.centre.arrival import letterhead
from sayso.deployment import env
from sayso.identity import queries as identity
from sayso.identity.proofing.passkey import queries as passkeys
from sayso.identity.proofing.passkey import services
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


@transaction.atomic
def forget_every_passkey(email: str, now: datetime) -> int:
    """Forget the passkeys of an address, on the word of somebody who made sure who she is; give how many."""
    person = identity.person_by_address(email)
    if person is None:
        return 0
    kept = passkeys.passkeys_of(person)
    for each in kept:
        services.remove(person, each.id)
        sign_in_changed(person, "removed", each.name, now)
    return len(kept)
