"""The record of processing (GDPR, Article 30) as page, CSV and JSON, from the registry that enforces."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from sayso.console.gates import needs
from sayso.console.people import the_brand
from sayso.core import processing
from sayso.core.layout import locale_for
from sayso.core.notice import Notice
from sayso.core.processing import Activity, Holder
from sayso.core.sheets import csv_bytes
from sayso.core.values import utc_text
from sayso.identity import queries as identity
from sayso.inventory import queries as inventory
from sayso.notices import queries as notices

Words = str | Promise
BASIS: dict[str, Words] = {
    "consent": _("consent, GDPR Article 6(1)(a)"),
    "contract": _("contract, GDPR Article 6(1)(b)"),
    "legal_obligation": _("legal obligation, GDPR Article 6(1)(c)"),
    "legitimate_interest": _("legitimate interest, GDPR Article 6(1)(f)"),
}
OPERATION: dict[str, Words] = {
    "use": _("used"),
    "disclose": _("passed on"),
    "share_ads": _("shared for adverts"),
    "sell": _("sold"),
}
ROLE: dict[str, Words] = {
    "controller": _("controller"),
    "independent_controller": _("controller of its own"),
    "joint_controller": _("joint controller"),
    "processor": _("processor"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One activity as the page reads it aloud."""

    of: Activity
    operation: Words
    role: Words


@dataclass(frozen=True, slots=True)
class Section:
    """One purpose with its lines."""

    id: str
    title: str
    basis: Words
    law: str
    about: str
    lines: list[Line]


def _section(lines: list[Activity]) -> Section:
    first = lines[0]
    shown = [
        Line(one, OPERATION.get(one.operation, one.operation), ROLE.get(one.role, one.role)) for one in lines
    ]
    basis = BASIS.get(first.legal_basis, first.legal_basis)
    return Section(first.purpose, first.activity, basis, first.law, first.data_subjects, shown)


def _holders(brand: str) -> Iterator[Holder]:
    for category, places in inventory.places_of(brand).items():
        for place in places:
            yield Holder(place.system_title, category, place.purpose)


def _record() -> tuple[Notice, list[Activity]]:
    brand = the_brand()
    notice = notices.current(brand).notice
    locale = locale_for(notice, get_language() or "en")
    return notice, processing.activities(notice, _holders(brand), locale)


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@needs("officer")
def record(request: HttpRequest) -> HttpResponse:
    """Show the record, activity by activity."""
    notice, listed = _record()
    grouped: dict[str, list[Activity]] = {}
    for each in listed:
        grouped.setdefault(each.purpose, []).append(each)
    sections = [_section(lines) for lines in grouped.values()]
    page = {"notice": notice, "sections": sections, "officers": identity.names_of("officer")}
    return render(request, "console/record.html", page)


@require_safe
@needs("officer")
def record_csv(request: HttpRequest) -> HttpResponse:
    """Hand over the record as CSV."""
    listed = _record()[1]
    content = csv_bytes(processing.COLUMNS, (each.row() for each in listed))
    return _file(content, "text/csv; charset=utf-8", "record-of-processing.csv")


@require_safe
@needs("officer")
def record_json(request: HttpRequest) -> HttpResponse:
    """Hand over the record as JSON."""
    notice, listed = _record()
    officers, made_at = ", ".join(identity.names_of("officer")), utc_text(datetime.now(UTC))
    whole = processing.record_json(notice, listed, officers, made_at)
    content = json.dumps(whole, ensure_ascii=False, indent=1).encode()
    return _file(content, "application/json", "record-of-processing.json")
