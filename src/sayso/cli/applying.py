"""What `sayso apply` does and says: differences, whom they touch, and what was published or proposed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sayso.changes import queries as changes
from sayso.config import applying
from sayso.console.drafting import FINDING
from sayso.core.change import Change
from sayso.core.change_reading import Line, read_change
from sayso.core.errors import NotFound
from sayso.core.layout import locale_for
from sayso.core.notice_reading import read_notice
from sayso.deployment import env
from sayso.identity import queries as identity


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command was asked to do."""

    dry_run: bool
    draft: bool
    publisher: str


def _line(line: Line) -> str:
    if line.before and line.after:
        return f"    {line.what}: {line.before} -> {line.after}"
    return f"    new: {line.after}" if line.after else f"    given up: {line.before}"


def _change(change: Change, locale: str, touched: int | None) -> Iterator[str]:
    count = "" if touched is None else f", touches {touched}"
    yield f"  {change.kind}: {change.title[locale]} ({change.id}){count}"
    yield from (_line(line) for line in read_change(change, locale).lines)


def _differences(folder: Path, count: bool, now: datetime) -> Iterator[str]:
    found, before, findings = applying.differences(folder)
    counted = changes.touched_by(found, before, now) if before and count else None
    locale = locale_for(read_notice(applying.notice_document(folder)), "en")
    for change in found:
        yield from _change(change, locale, counted.by_change[change.id] if counted else None)
    if counted:
        yield f"  {'' if counted.complete else 'at least '}{counted.told} people and browsers would be told"
    yield from (f"  consider: {FINDING[finding.code]} ({finding.place})" for finding in findings)


def _drafted(folder: Path, publisher: str, now: datetime) -> str:
    person = identity.staff_by_email(publisher)
    if person is None:
        remedy = "Write --by and the address of somebody made staff by `sayso staff`."
        raise NotFound("unknown_staff", "Nobody of the staff has that address.", remedy)
    made = applying.draft(folder, person, now)
    return f"proposed: {env.text('SAYSO_WEB_ADDRESS')}/console/notices/{made}"


def run(folder: Path, wish: Wish, now: datetime) -> list[str]:
    """Apply a folder, or propose its notice, or only look; give the lines to print.

    Raises `NotFound` (`unknown_staff`) and what applying raises; then nothing changed.
    """
    said = list(_differences(folder, wish.dry_run or wish.draft, now))
    if wish.draft and not wish.dry_run:
        return [*said, _drafted(folder, wish.publisher, now)]
    done = applying.apply(folder, wish.publisher, now, keep=not wish.dry_run)
    verb = "would publish" if wish.dry_run else "published"
    notice = f"{verb} {done.version}" if done.published else f"unchanged {done.version}"
    given_up = "nothing uses it and it was given up; take it out of the file"
    refused = [f"refused {name}: {given_up}" for name in done.refused]
    return [*said, f"{done.brand}: notice {notice}; systems {', '.join(done.systems) or 'none'}", *refused]
