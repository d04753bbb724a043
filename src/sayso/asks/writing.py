"""Verbs of those who write questions: draft, publish, end; and the brand's file, which does the same."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from sayso.asks import authored, models
from sayso.asks.authored import Entry
from sayso.core.ask_reading import read_ask, read_asks
from sayso.core.errors import Conflict, NotFound
from sayso.notices import queries as notices

FILE, CONSOLE = "file", "console"


def _publish(brand: str, ask: str, entry: Entry | None, source: str, by: int | None, now: datetime) -> int:
    notice = notices.current(brand).notice
    before = models.AskVersion.objects.filter(brand=brand, ask=ask).aggregate(last=Max("number"))["last"] or 0
    models.AskVersion.objects.create(
        brand=brand,
        ask=ask,
        number=before + 1,
        entry=None if entry is None else dict(entry),
        hashes={} if entry is None else authored.hashes_of(read_ask(entry, notice), notice),
        source=source,
        by=by,
        at=now,
    )
    return before + 1


def _last_of_the_file(brand: str) -> dict[str, Entry | None]:
    rows = models.AskVersion.objects.filter(brand=brand, source=FILE).order_by("ask", "number")
    return {row.ask: row.entry for row in rows}


@transaction.atomic
def set_catalogue(brand: str, document: Mapping[str, Any], now: datetime) -> None:
    """Take a brand's questions from its file, held to the notice in force.

    A question that the file changed is published anew; one it left as it was stays as it is, so that applying a
    file again undoes nothing that was published in the console since. Raises `Invalid` with code `invalid_asks`,
    naming the place.
    """
    read_asks(document, notices.current(brand).notice)
    models.Catalogue.objects.update_or_create(brand=brand, defaults={"document": dict(document)})
    before, entries = _last_of_the_file(brand), {entry["id"]: entry for entry in document.get("asks", [])}
    for name, entry in entries.items():
        if before.get(name) != entry:
            _publish(brand, name, entry, FILE, None, now)
    for name in set(before) - set(entries):
        if before[name] is not None:
            _publish(brand, name, None, FILE, None, now)


@transaction.atomic
def save_draft(brand: str, entry: Entry, by: int, now: datetime) -> str:
    """Keep a question that somebody is writing; give its id. Nobody is asked it.

    Raises `Invalid` with code `invalid_asks` when it could not be published as it stands.
    """
    ask = read_ask(entry, notices.current(brand).notice)
    saved = {"entry": dict(entry), "by": by, "at": now}
    models.AskDraft.objects.update_or_create(brand=brand, ask=ask.id, defaults=saved)
    return ask.id


@transaction.atomic
def publish_ask(brand: str, ask: str, by: int, now: datetime) -> int:
    """Publish the draft of a question; give the number of its version. Answers keep the hash of what they answered.

    Raises `NotFound` with code `no_draft`, and `Invalid` when the notice changed since it was saved.
    """
    draft = models.AskDraft.objects.select_for_update().filter(brand=brand, ask=ask).first()
    if draft is None:
        raise NotFound("no_draft", "There is no draft to publish.", "Save one first.")
    number = _publish(brand, ask, draft.entry, CONSOLE, by, now)
    draft.delete()
    return number


@transaction.atomic
def end_ask(brand: str, ask: str, by: int, now: datetime) -> int:
    """Ask a question no more; give the number of the version that says so.

    Raises `NotFound` (`unknown_ask`) and `Conflict` (`not_asked`).
    """
    if not authored.authored_ask(brand, ask).asked:
        raise Conflict("not_asked", "This question is not asked now.", "Read the list again.")
    return _publish(brand, ask, None, CONSOLE, by, now)
