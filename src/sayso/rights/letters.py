"""The letters a request ends with."""

from datetime import datetime
from typing import Any

from sayso.core.plan import read_plan
from sayso.core.request import Why
from sayso.deployment import env
from sayso.messages import services as messages
from sayso.notices import queries as notices
from sayso.rights.models import RightsRequest, Sent


def link(row: RightsRequest, held: dict[str, Any]) -> str:
    """Give the address of the request link, its secret in the fragment."""
    return f"{env.text('SAYSO_WEB_ADDRESS')}/r/{row.id}#{held['link']}"


def own_page(row: RightsRequest) -> str:
    """Give the address of the request in her privacy centre."""
    return f"{env.text('SAYSO_WEB_ADDRESS')}/centre/requests/{row.id}"


def _signature() -> dict[str, Any]:
    brands = notices.brands()
    controller = notices.current(brands[0]).notice.controller if brands else None
    if controller is None:
        return {}
    return {
        "brand": controller.name,
        "address": controller.address,
        "contact": controller.email,
        "complaint": f"{controller.authority} {controller.authority_url}".strip(),
    }


def _send(template: str, row: RightsRequest, held: dict[str, Any], now: datetime, **context: Any) -> None:
    if held.get("email"):
        letter = messages.send(template, held["email"], {**_signature(), **context}, row.locale, now)
        Sent.objects.create(request=row, letter=letter, template=template, at=now)


def _kept(row: RightsRequest) -> list[dict[str, str]]:
    plan = read_plan(row.plan) if row.plan else None
    systems = plan.systems if plan else ()
    locale = row.locale
    return [
        {
            "until": table.until.isoformat(),
            "what": f"{system.title.get(locale, system.title.get('en', system.system))}: {table.table} ({table.keep})",
            "law": (table.law or {}).get(locale, (table.law or {}).get("en", "")),
        }
        for system in systems
        for table in system.tables
        if table.keep and table.until
    ]


def erasure_confirmed(row: RightsRequest, held: dict[str, Any], now: datetime, waits: bool = False) -> None:
    """Tell her that the deletion began, or waits for a second person, with the link to watch it."""
    _send("erasure_confirmed", row, held, now, link=link(row, held), waits=waits)


def erasure_proposed(row: RightsRequest, held: dict[str, Any], name: str, now: datetime) -> None:
    """Tell her that staff began a deletion for her, and how she takes it back."""
    _send("erasure_proposed", row, held, now, staff=name, page=own_page(row))


def erasure_declined(row: RightsRequest, held: dict[str, Any], why: Why, now: datetime) -> None:
    """Tell her that nothing is deleted, why, and where to complain (GDPR, Article 12(4))."""
    _send("erasure_declined", row, held, now, why=why, page=own_page(row))


def erasure_done(row: RightsRequest, held: dict[str, Any], now: datetime) -> None:
    """Tell her that it is done, and what the law keeps until when."""
    _send("erasure_done", row, held, now, link=link(row, held), kept=_kept(row))


def access_ready(row: RightsRequest, held: dict[str, Any], until: datetime, now: datetime) -> None:
    """Tell her that her copy can be fetched."""
    _send("access_ready", row, held, now, link=own_page(row), until=until.date().isoformat())


def rectification_done(row: RightsRequest, held: dict[str, Any], now: datetime) -> None:
    """Tell her that the correction arrived everywhere."""
    _send("rectification_done", row, held, now, link=own_page(row))
