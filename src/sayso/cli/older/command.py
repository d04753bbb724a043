"""What `sayso import answers` does: check, take over by the hundred, say what came of it."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sayso.cli.older.files import Export, look_at
from sayso.cli.older.reading import PLAIN, recognised, rows
from sayso.cli.older.telling import LACKS, Bar, Rejects, summary
from sayso.consent import importing
from sayso.core.consent import Published
from sayso.core.errors import Invalid
from sayso.core.older_mapping import OlderSystem, read_mapping
from sayso.core.older_row import BadRow, OlderRow
from sayso.core.values import content_hash
from sayso.core.vocabulary import NARROW, PERMITTING, ConsentStatus
from sayso.deployment.django_database import DjangoDatabase
from sayso.deployment.yaml import read_yaml
from sayso.notices import queries as notices

BATCH = 400  # rows of one transaction
PAUSE = 0.02  # seconds between two: SQLite has one writer, and customers answer meanwhile
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command was asked to do."""

    file: Path
    form: str = "auto"
    mapping: Path | None = None
    brand: str = ""
    per_line: bool = False
    dry_run: bool = False
    resume: bool = False
    rejects: Path | None = None

    @property
    def rejected(self) -> Path:
        """Give where rows that are not taken are listed."""
        return self.rejects or self.file.with_name(self.file.name + ".rejects.csv")


@dataclass(frozen=True, slots=True)
class Work:
    """One import, ready to run: what is read, how it is understood, and under which name its progress is kept."""

    export: Export
    codec: str
    system: OlderSystem
    published: Published
    run: str
    now: datetime

    def rows(self, after: int = 0) -> Iterator[OlderRow | BadRow]:
        """Read what stands beyond a line."""
        return rows(self.export, self.codec, self.system, after, self.now)


def _brand(wanted: str) -> str:
    brands = [wanted] if wanted else notices.brands()
    if len(brands) == 1:
        return brands[0]
    remedy = f"Publish a notice first, or add --brand with one of: {', '.join(brands) or 'none yet'}."
    raise Invalid("which_brand", "It is not said whose customers these are.", remedy)


def _system(wish: Wish, codec: str, brand: str) -> tuple[OlderSystem, Published]:
    if wish.mapping is None:
        if codec != PLAIN:
            remedy = "Say with --mapping which of its purposes is which of your choices."
            raise Invalid("mapping_needed", f"An export of {codec} has purposes of its own.", remedy)
        published = notices.current(brand)
        same: dict[str, object] = {choice: [choice] for choice in published.choice_ids()}
        return read_mapping({"system": "older", "purposes": same}, published), published
    source = read_yaml(wish.mapping)
    named = str(source.get("notice") or "")
    published = notices.version(brand, named) if named else notices.current(brand)
    return read_mapping(source, published), published


def prepare(wish: Wish, now: datetime) -> Work:
    """Read mapping and file, and say what they are.

    Raises `Invalid`, `Malformed`, `Conflict` (`unknown_version`) and `Misconfigured`; nothing is written yet.
    """
    export, brand = look_at(wish.file, wish.form), _brand(wish.brand)
    codec = recognised(export)
    system, published = _system(wish, codec, brand)
    run = content_hash([export.hash, system.hash, published.notice.version, brand, wish.per_line])
    return Work(export, codec, system, published, run, now)


def _counted(row: OlderRow) -> Iterator[str]:
    yield "rows"
    for status in row.answers.values():
        yield "yes" if status in PERMITTING else "no" if status in NARROW else "unknown"
    if ConsentStatus.UNKNOWN in row.answers.values():
        yield from (f"{LACKS}{name}" for name in row.source.missing())


def check(work: Work, rejects: Rejects) -> Mapping[str, int]:
    """Read the whole file and write nothing but the rejects; give what it says."""
    counts: Counter[str] = Counter()
    bar = Bar("checking", work.export.lines, 0)
    for row in work.rows():
        if isinstance(row, BadRow):
            rejects.write(row)
        else:
            counts.update(_counted(row))
        bar.at(row.line)
    bar.close()
    rejects.flush()
    return counts


def _batches(work: Work, after: int, rejects: Rejects) -> Iterator[tuple[int, list[OlderRow]]]:
    batch: list[OlderRow] = []
    for row in work.rows(after):
        if isinstance(row, BadRow):
            rejects.write(row)
        else:
            batch.append(row)
        if len(batch) == BATCH:
            yield row.line, batch
            batch = []
    if batch:
        yield work.export.lines, batch


def _prepared_sqlite() -> float:
    """Let SQLite keep more of its trees at hand, on this connection alone; give the pause between batches."""
    for setting in ("cache_size = -131072", "wal_autocheckpoint = 16000"):
        DjangoDatabase().run(f"PRAGMA {setting}")
    return PAUSE


def take(work: Work, after: int, rejects: Rejects) -> None:
    """Take over what stands beyond a line, a batch in each transaction."""
    bar = Bar("importing", work.export.lines, after)
    pause = _prepared_sqlite() if DjangoDatabase().dialect == "sqlite" else 0.0
    for line, batch in _batches(work, after, rejects):
        rejects.flush()
        taken = importing.take_over(batch, work.published, work.run, line, datetime.now(UTC))
        for row in taken.left_out:
            rejects.write(row)
        rejects.flush()  # the line is done for good: whoever goes on after a kill does not list them again
        bar.at(line)
        time.sleep(pause)
    bar.close()
    rejects.flush()


def _begins(work: Work, wish: Wish) -> str:
    form = f"{work.export.form}, {work.export.lines:,} lines, from {work.codec}"
    return f"{wish.file.name}: {form}; to {work.published.notice.brand} under notice {work.published.notice.version}"


def _tell(counts: Mapping[str, int], rejects: Rejects, wish: Wish, say: Say) -> int:
    """Say what it came to; give the exit code."""
    for line in summary({**counts, **rejects.counts}):
        say(line)
    if rejects.any:
        say(f"not taken, by line, with reason and remedy: {wish.rejected}")
    return 1 if rejects.counts["bad"] else 0


def _look_only(work: Work, wish: Wish, say: Say) -> int:
    with Rejects(wish.rejected, 0) as rejects:
        counts = check(work, rejects)
        say(f"a dry run: nothing was imported; {counts.get('rows', 0):,} rows can be")
        return _tell(counts, rejects, wish, say)


def _is_fit(work: Work, wish: Wish, say: Say) -> bool:
    """Tell whether a file can be taken whole; say what stands against it."""
    with Rejects(wish.rejected, 0) as rejects:
        check(work, rejects)
        if not rejects.counts["bad"]:
            return True
        _tell({}, rejects, wish, say)
    say("nothing was imported: correct these rows, or take the others with --per-line")
    return False


def _take_from(work: Work, wish: Wish, after: int, say: Say) -> int:
    with Rejects(wish.rejected, after) as rejects:
        take(work, after, rejects)
        importing.finish(work.run, work.export.lines, datetime.now(UTC))
        came = importing.progress_of(work.run)
        return _tell(came.counts if came else {}, rejects, wish, say)


def run(wish: Wish, now: datetime, say: Say) -> int:
    """Import a file of an older system's answers; give the exit code: 0 when every row was taken, else 1.

    Raises what `prepare` and the ledger raise; what was recorded by then stays, and `--resume` goes on there.
    """
    work = prepare(wish, now)
    say(_begins(work, wish))
    if wish.dry_run:
        return _look_only(work, wish, say)
    came = importing.progress_of(work.run)
    if wish.resume and came:
        say(f"goes on after line {came.line:,}")
        return _take_from(work, wish, came.line, say)
    if came and 0 < came.line < work.export.lines:
        say(f"an earlier run came to line {came.line:,}; this one begins anew, --resume would go on there")
    if not wish.per_line and not _is_fit(work, wish, say):
        return 1
    importing.begin(work.run, work.published.notice.brand, work.system.system, work.now)
    return _take_from(work, wish, 0, say)
