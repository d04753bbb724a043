"""An access request: every system exports, and the parts become one package."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from sayso.changes import queries as changes
from sayso.connectors.services import Verb
from sayso.consent import queries as consent
from sayso.core.request import RequestState, move
from sayso.core.values import utc_text
from sayso.fulfilment import queries as timeline
from sayso.fulfilment import services as fulfilment
from sayso.fulfilment.services import Step
from sayso.identity import keys
from sayso.identity import queries as identity
from sayso.inventory import queries as inventory
from sayso.notices import queries as notices
from sayso.rights import letters, package, person
from sayso.rights.models import Package, RightsRequest, key_of

KEPT_FOR = timedelta(days=7)


def begin(row: RightsRequest, held: dict[str, Any], now: datetime) -> None:
    """Write one export for every system that offers it, in the caller's transaction."""
    details = {"identifiers": held["identifiers"]}
    steps = [
        Step(system.id, "export", 0, system.brand, details=details)
        for system, _ in person.systems_offering(Verb.EXPORT)
    ]
    fulfilment.begin(row.id, key_of(row.id), steps, "", now)


def _identity_sheets(account: str) -> list[dict[str, Any]]:
    known = identity.identifiers_of(account)
    rows = [[each.kind, each.value, each.vouched_by, each.proved, utc_text(each.added_at)] for each in known]
    declared, delivery = identity.regions_of(account)
    named = ["kind", "value", "vouched_by", "proved", "added_at"]
    return [
        package.sheet("identifiers", named, rows),
        package.sheet("regions", ["declared", "delivery"], [[declared, delivery]]),
    ]


def _answers(subjects: list[str]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    rows, receipts = [], {}
    for brand in notices.brands():
        for event in consent.history_of(subjects, brand):
            said = event.evidence
            where = [said.get("surface"), said.get("voucher"), said.get("locale")]
            for choice, answer in event.answers.items():
                came_to = event.outcome.get(choice, "")
                rows.append([event.recorded_at, brand, event.version, choice, answer, came_to, *where])
            receipts[event.event] = consent.receipt_of(subjects, event.event) or ""
    named = ["at", "brand", "notice", "choice", "answer", "came_to", "where", "vouched_by", "locale"]
    return [package.sheet("answers", named, rows)], receipts


def _steps(subjects: list[str]) -> list[dict[str, Any]]:
    taken = timeline.timeline_of(subjects)
    rows = [
        [utc_text(each.recorded_at), each.system, each.instruction, each.choice, each.state] for each in taken
    ]
    return [package.sheet("steps", ["at", "system", "instruction", "choice", "state"], rows)]


def _changes(subjects: list[str]) -> list[dict[str, Any]]:
    moments = ("told_at", "delivered_at", "seen_at", "answered_at")
    rows = [
        [
            each.version,
            each.by_letter,
            each.reminded,
            *(moment and utc_text(moment) for moment in (getattr(each, name) for name in moments)),
            ", ".join(f"{change}: {way}" for change, way in sorted(each.said.items())),
        ]
        for each in changes.rows_of(subjects)
    ]
    return [package.sheet("notice_changes", ["notice", "by_letter", "reminded", *moments, "said"], rows)]


def _sources(row: RightsRequest, subjects: list[str]) -> tuple[list[package.Source], dict[str, str]]:
    answers, receipts = _answers(subjects)
    own = [*_identity_sheets(row.account), *answers, *_steps(subjects), *_changes(subjects)]
    sources = [package.Source("sayso", {"en": "Sayso", "zh-Hant": "Sayso"}, own)]
    for system, exported in fulfilment.results_of(row.id):
        sources.append(package.Source(system, inventory.system(system).title, exported["sheets"]))
    return sources, receipts


@transaction.atomic
def close(row: RightsRequest, held: dict[str, Any], now: datetime) -> None:
    """Put the package together, seal it for seven days and tell her."""
    sources, receipts = _sources(row, held["subjects"])
    content = package.build(sources, receipts, row.locale, now)
    until = now + KEPT_FOR
    Package.objects.create(request=row, sealed=keys.seal(key_of(row.id), content), until=until)
    row.state, row.closed_at = move(RequestState(row.state), RequestState.COMPLETE), now
    row.save()
    fulfilment.drop_secrets(row.id)
    letters.access_ready(row, held, until, now)
