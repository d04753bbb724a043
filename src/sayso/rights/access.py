"""An access request: every system exports, and the parts become one package."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from sayso.changes import queries as changes
from sayso.connectors.services import Verb
from sayso.consent import queries as consent
from sayso.core.request import RequestState, move
from sayso.core.values import utc_text
from sayso.decisions import queries as decisions
from sayso.fulfilment import queries as timeline
from sayso.fulfilment import services as fulfilment
from sayso.fulfilment.services import Step
from sayso.identity import keys
from sayso.identity import queries as identity
from sayso.identity.proofing.passkey import queries as passkeys
from sayso.inventory import queries as inventory
from sayso.notices import queries as notices
from sayso.rights import complaints, letters, package, person, queries
from sayso.rights.models import Package, RightsRequest, key_of
from sayso.staff import queries as staff

OLDER = [  # what an older system kept of an answer that was imported
    "older_system", "older_answer", "answered_at", "told", "source", "older_receipt", "older_end", "flaw",
]  # fmt: skip
KEPT_FOR = timedelta(days=7)


def begin(row: RightsRequest, held: dict[str, Any], now: datetime) -> None:
    """Write one export for every system that offers it, in the caller's transaction."""
    details = {"identifiers": held["identifiers"]}
    steps = [
        Step(system.id, "export", 0, system.brand, details=details)
        for system, _ in person.systems_offering(Verb.EXPORT)
    ]
    fulfilment.begin(row.id, key_of(row.id), steps, "", now)


def _when(at: datetime | None) -> str:
    return utc_text(at) if at else ""


def _identity_sheets(account: str, now: datetime) -> list[dict[str, Any]]:
    known = identity.identifiers_of(account)
    rows = [
        [each.kind, each.value, each.vouched_by, utc_text(each.added_at), _when(each.proved_at)]
        for each in known
    ]
    declared, delivery = identity.regions_of(account)
    named = ["kind", "value", "vouched_by", "added_at", "proved_at"]
    return [
        package.sheet("identifiers", named, rows),
        package.sheet("regions", ["declared", "delivery"], [[declared, delivery]]),
        _devices_sheet(account, now),
        package.sheet("opt_outs", ["identifier", "stopped", "since", "said_on"], _opt_outs(account)),
    ]


def _devices_sheet(account: str, now: datetime) -> dict[str, Any]:
    known = identity.devices_of(account, now)
    times = [(each.since, each.signed_in_at, each.left_at, each.joined_at) for each in known]
    rows = [[each.name, *map(_when, at)] for each, at in zip(known, times, strict=True)]
    return package.sheet("devices", ["your_name_for_it", "since", "signed_in", "signed_out", "joined"], rows)


def _opt_outs(account: str) -> list[list[Any]]:
    stopped = consent.blocks_of(account)
    return [[each.kind, each.scope, utc_text(each.since), each.source] for each in stopped]


def _sign_in_sheets(account: str) -> list[dict[str, Any]]:
    person = passkeys.person_of(account)
    if person is None:
        return []
    kept, codes = passkeys.passkeys_of(person), passkeys.codes_of(person)
    rows = [[each.name, utc_text(each.added_at), _when(each.used_at)] for each in kept]
    counted = [[utc_text(codes.made_at), codes.total, codes.left, _when(codes.used_at)]] if codes else []
    return [
        package.sheet("passkeys", ["name", "added_at", "last_used_at"], rows),
        package.sheet("recovery_codes", ["made_at", "made", "left", "last_used_at"], counted),
    ]


def _older(said: Mapping[str, Any]) -> list[Any]:
    """Give what an older system kept of an answer, in the order of `OLDER`; empty for what was said here."""
    kept = said.get("imported") or {}
    words = ", ".join(f"{purpose}: {word}" for purpose, word in kept.get("said", {}).items())
    return [
        kept.get("system"),
        words,
        *(kept.get(name) for name in ("at", "text", "source", "receipt", "until", "flaw")),
    ]


def _answers(subjects: list[str]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    rows, receipts = [], {}
    for brand in notices.brands():
        for event in consent.history_of(subjects, brand):
            said = event.evidence
            where = [said.get("surface"), said.get("voucher"), said.get("staff"), said.get("locale")]
            where += _older(said)
            # An act without answers, such as a browser's signal, is a row of its own.
            for choice, answer in (event.answers or {"": said["act"]}).items():
                came_to = event.outcome.get(choice, "")
                rows.append([event.recorded_at, brand, event.version, choice, answer, came_to, *where])
            receipts[event.event] = consent.receipt_of(subjects, event.event) or ""
    named = ["at", "brand", "notice", "choice", "answer", "came_to", "where", "vouched_by", "staff", "locale"]
    return [package.sheet("answers", [*named, *OLDER], rows)], receipts


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


def _requests(account: str) -> list[dict[str, Any]]:
    rows = [
        [
            utc_text(each.received_at),
            each.kind,
            each.state,
            utc_text(each.due_at),
            each.approval.proposed_by if each.approval else "",
            each.approval.decided_by if each.approval else "",
        ]
        for each in queries.requests_of(account)
    ]
    return [package.sheet("requests", ["at", "kind", "state", "due_at", "proposed_by", "decided_by"], rows)]


def _complaints(subjects: list[str]) -> dict[str, Any]:
    rows = [[utc_text(one.at), one.purpose, one.text] for one in complaints.complaints_of(subjects)]
    return package.sheet("complaints", ["at", "about", "text"], rows)


def _tokens(subjects: list[str]) -> dict[str, Any]:
    rows = [
        [each.brand, each.audience, choice, utc_text(each.until)]
        for each in decisions.tokens_of(subjects)
        for choice in each.choices
    ]
    return package.sheet("tokens", ["brand", "given_to", "choice", "until"], rows)


def _sources(
    row: RightsRequest, subjects: list[str], now: datetime
) -> tuple[list[package.Source], dict[str, str]]:
    answers, receipts = _answers(subjects)
    looked = [package.sheet(*each) for each in staff.sheets_of(row.account)]
    own = [
        *_identity_sheets(row.account, now),
        *_sign_in_sheets(row.account),
        *answers,
        *_steps(subjects),
        *_requests(row.account),
        *_changes(subjects),
        _complaints(subjects),
        _tokens(subjects),
        *looked,
    ]
    sources = [package.Source("sayso", dict.fromkeys(("en", "zh-Hant", "ar"), "Sayso"), own)]
    for system, exported in fulfilment.results_of(row.id):
        sources.append(package.Source(system, inventory.system(system).title, exported["sheets"]))
    return sources, receipts


@transaction.atomic
def close(row: RightsRequest, held: dict[str, Any], now: datetime) -> None:
    """Put the package together, seal it for seven days and tell her."""
    sources, receipts = _sources(row, held["subjects"], now)
    content = package.build(sources, receipts, row.locale, now)
    until = now + KEPT_FOR
    Package.objects.create(request=row, sealed=keys.seal(key_of(row.id), content), until=until)
    row.state, row.closed_at = move(RequestState(row.state), RequestState.COMPLETE), now
    row.save()
    fulfilment.drop_secrets(row.id)
    letters.access_ready(row, held, until, now)
