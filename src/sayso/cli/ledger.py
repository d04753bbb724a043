"""The commands `sayso log`, `sayso import`, `sayso restore` and `sayso ledger`: the record of all answers."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from sayso.cli.ready import django_ready, plainly


@click.group("log")
def log_() -> None:
    """Look after the log's own keys."""


@log_.command("keys")
@plainly
def log_keys() -> None:
    """List every key that signed receipts or checkpoints: from, until, and since when it is compromised."""
    from sayso.cli import key_history

    click.echo("\n".join(key_history.lines()))


@log_.command("compromise")
@click.argument("key")
@click.option("--since", required=True, help="The last moment you are sure of, as 2026-05-04T09:00:00Z.")
@plainly
def log_compromise(key: str, since: str) -> None:
    """Declare in the log that KEY may have been in other hands since a moment. It cannot be unsaid.

    From then on, whatever KEY signed counts only under a checkpoint signed earlier; receipts' proofs are given
    under such a one where there is one. Replace the key first: what it signs from now on counts nowhere.
    """
    from sayso.cli import key_history

    click.echo("\n".join(key_history.compromise(key, since, datetime.now(UTC))))


@click.group("import")
def import_() -> None:
    """Take over what customers told an older system."""


@import_.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["auto", "csv", "jsonl", "parquet"]),
    default="auto",
    show_default=True,
    help="How the file is written. Parquet needs the extra `parquet`.",
)
@click.option(
    "--mapping",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="YAML that says which older purpose is which choice, and in which columns things stand.",
)
@click.option("--brand", default="", help="Whose customers they are; needed where there are several brands.")
@click.option(
    "--whole-file/--per-line",
    default=True,
    show_default=True,
    help="Take all rows or none; or each row that can be taken.",
)
@click.option("--dry-run", is_flag=True, help="Check every row, say what they come to, change nothing.")
@click.option("--resume", is_flag=True, help="Go on where an import of this file was broken off.")
@click.option(
    "--rejects",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where rows that were not taken are listed.  [default: FILE.rejects.csv]",
)
@plainly
def answers(
    file: Path,
    form: str,
    mapping: Path | None,
    brand: str,
    whole_file: bool,
    dry_run: bool,
    resume: bool,
    rejects: Path | None,
) -> None:
    """Import the answers an older system kept, with their evidence: CSV, JSON Lines or Parquet.

    A no always counts. A yes permits only with its evidence: when it was said (answered_at), what the person
    was told (text) and where (source); otherwise it is `unknown` and permits nothing. No older yes
    outweighs what she said here, and the same file twice changes nothing.

    \b
    Columns, where the mapping names no others:
      email or customer   who; a device secret finds a browser
      purpose, answer     what was asked, and yes or no
      answered_at         2024-03-01T09:30:00Z
      text, source        the words shown or their version, and the form
      until, receipt, locale

    Exports of c15t and Fides are recognised by their columns. Rows that are not taken are listed by line
    number with reason and remedy. Exits with 0 when every row was taken, with 1 when some were not.

    \b
      sayso import answers crm.csv --mapping crm.yaml --dry-run
      sayso import answers crm.csv --mapping crm.yaml
    """
    django_ready()
    from sayso.cli.older import command

    wish = command.Wish(file, form, mapping, brand, not whole_file, dry_run, resume, rejects)
    try:
        sys.exit(command.run(wish, datetime.now(UTC), click.echo))
    except KeyboardInterrupt:
        click.echo("\nstopped; what is done stays, and --resume goes on there", err=True)
        sys.exit(130)


@click.group()
def restore() -> None:
    """After a backup of the database was put back."""


@restore.command()
@plainly
def check() -> None:
    """Say whether the database was restored and what of the journal is still to be replayed.

    Exits with 0 when it lacks nothing the journal knows of, and with 1 when it does.
    """
    from sayso.cli import restored

    sys.exit(restored.check(click.echo))


@click.group()
def ledger() -> None:
    """The ledger of all answers."""


@ledger.command("end-retention")
@click.option("--dry-run", is_flag=True, help="Count what has come to its end, change nothing.")
@plainly
def end_retention(dry_run: bool) -> None:
    """Delete the evidence of erased people whose end date has come, under a tombstone in the log.

    The worker does so every hour.
    """
    django_ready()
    from sayso.consent import evidence, services

    now = datetime.now(UTC)
    if dry_run:
        click.echo(f"{evidence.ended(now)} answers of erased people have come to their end")
        return
    click.echo(f"{services.end_retention(now)} answers of erased people deleted")


@ledger.command("rebuild")
@click.option(
    "--check", is_flag=True, help="Compare only; exits with 1 when a standing is not what its events say."
)
@click.option("--brand", "brands", multiple=True, help="Only this brand; else all of them.")
@plainly
def rebuild_ledger(check: bool, brands: tuple[str, ...]) -> None:
    """Fold every answer again, and put right each standing that is not what the answers come to.

    What is no answer stays as it is: age, a guardian's proof, a restriction, a deletion under way.
    """
    django_ready()
    from sayso.cli import rebuilt

    sys.exit(rebuilt.rebuild(brands, check, datetime.now(UTC), click.echo))


@ledger.command()
@click.option("--dry-run", is_flag=True, help="Count what would be applied, change nothing.")
@plainly
def replay(dry_run: bool) -> None:
    """Apply to a restored database what the journal knows: withdrawals, stops and deletions made since.

    All of it or nothing; running it again changes nothing. It opens a new ledger epoch, so that replicas read
    everything anew, and declares in the log what was lost. Stop every process of Sayso first.
    """
    django_ready()
    from sayso.cli import restored

    restored.replay(dry_run, datetime.now(UTC), click.echo)
