"""The one letter a change is told by, its reminder, and the secret of the link in both."""

import hmac
from datetime import datetime
from typing import Any

from sayso.changes.concerning import Concern
from sayso.changes.models import Told
from sayso.consent import queries as consent
from sayso.core.change_reading import read_change
from sayso.core.layout import locale_for
from sayso.deployment import env
from sayso.identity import keys
from sayso.identity import queries as identity
from sayso.messages import services as messages
from sayso.notices import queries as notices


def secret_of(row: Told, lookup: str) -> str:
    """Give the secret of a row's link as it is written to one address, known by its keyed hash.

    It is a keyed hash of a random number and that address: kept nowhere, guessed by nobody.
    """
    return keys.lookup("change-link", f"{row.id} {lookup}")


def opens(row: Told, secret: str) -> bool:
    """Tell whether this is the secret of a row's link in a mailbox that is still its subject's."""
    # INVARIANT: what was written to an address she has unlinked since shows nothing of her and says nothing for her.
    hers = [lookup for kind, lookup in identity.lookups_of(row.subject) if kind == "email"]
    return any(hmac.compare_digest(secret_of(row, each).encode(), secret.encode()) for each in hers)


def address_of(subject: str) -> str | None:
    """Give the address letters go to, one she proved rather than one she is said to have; a browser has none."""
    emails = [each for each in identity.identifiers_of(subject) if each.kind == "email"]
    return max(emails, key=lambda each: each.proved).value if emails else None


def _words(row: Told, to: str, concerns: list[Concern], locale: str) -> dict[str, Any]:
    controller = notices.current(row.brand).notice.controller
    secret = secret_of(row, keys.lookup("email", to))
    return {
        "brand": controller.name,
        "address": controller.address,
        "contact": controller.email,
        "link": f"{env.text('SAYSO_WEB_ADDRESS')}/c/{row.id}#{secret}",
        "asking": any(concern.waits for concern in concerns),
        "changes": [
            {"told": read_change(each.change, locale), "waits": each.waits, "is_new": each.change.is_new}
            for each in concerns
        ],
    }


def write(row: Told, concerns: list[Concern], now: datetime, reminder: bool = False) -> str:
    """Write the letter in the caller's transaction and give its id; empty where there is no address."""
    to = address_of(row.subject)
    if to is None:
        return ""
    notice = notices.version(row.brand, row.version).notice
    locale = locale_for(notice, consent.locale_of(row.subject, row.brand))
    words = {**_words(row, to, concerns, locale), "reminder": reminder}
    return messages.send("notice_changed", to, words, locale, now)
