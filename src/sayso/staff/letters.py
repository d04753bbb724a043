"""Letters that tell a person what staff recorded for her, and who it was."""

from datetime import datetime
from typing import Any

from sayso.consent import queries as consent
from sayso.core.choice import OWN_USE
from sayso.deployment import env
from sayso.identity import queries as identity
from sayso.messages import services as messages
from sayso.notices import queries as notices


def _send(
    template: str, account: str, brand: str, purpose: str, name: str, now: datetime, **more: Any
) -> None:
    address = identity.address_of(account)
    if address is None:
        return
    notice, locale = notices.current(brand).notice, consent.locale_of(account, brand)
    controller = notice.controller
    context = {
        "brand": notice.recipients[OWN_USE].name[locale] if OWN_USE in notice.recipients else controller.name,
        "address": controller.address,
        "contact": controller.email,
        "staff": name,
        "purpose": notice.purposes[purpose].title[locale],
        "consequence": notice.purposes[purpose].consequence.get(locale, ""),
        "page": f"{env.text('SAYSO_WEB_ADDRESS')}/centre/history",
        **more,
    }
    messages.send(template, address, context, locale, now)


def stopped(account: str, brand: str, purpose: str, name: str, now: datetime) -> None:
    """Tell her that a no was recorded for her and already holds."""
    _send("phone_stopped", account, brand, purpose, name, now)


def asked(
    account: str, brand: str, purpose: str, name: str, link: str, until: datetime, now: datetime
) -> None:
    """Ask her to confirm a yes, by a link that works once."""
    link = f"{env.text('SAYSO_WEB_ADDRESS')}/confirm/{link}"
    _send(
        "phone_asked", account, brand, purpose, name, now, link=link, until=until.strftime("%Y-%m-%d %H:%M")
    )
