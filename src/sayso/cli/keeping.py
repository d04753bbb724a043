"""The commands `sayso keys` and `sayso backup`: master keys by epoch, and the backups that need them."""

from datetime import UTC, datetime, timedelta

import click

from sayso.cli.ready import plainly


@click.group()
def keys() -> None:
    """The master keys under which the keys of your customers are wrapped."""


@keys.command("list")
@plainly
def list_epochs() -> None:
    """List every epoch: when its master key was cut, how many keys it wraps, and which backups need it."""
    from sayso.identity import epochs

    click.echo(f"{'epoch':>5}  {'cut':20}  {'keys':>10}  state")
    known = epochs.epochs(datetime.now(UTC))
    for one in known:
        state = f"destroyed {one.destroyed_at[:10]}" if one.destroyed_at else "kept"
        if one.number == known[-1].number:
            state = "wraps new keys"
        needed = f"; needed by {', '.join(one.backups)}" if one.backups else ""
        cut = one.cut_at[:19] or "with the deployment"
        click.echo(f"{one.number:>5}  {cut:20}  {one.keys:>10}  {state}{needed}")


@keys.command("new-epoch")
@plainly
def new_epoch() -> None:
    """Cut a new master key. It wraps every key made from now on, in running processes too."""
    from sayso.identity import epochs

    click.echo(f"epoch {epochs.cut(datetime.now(UTC))} wraps new keys; `sayso keys rotate` wraps the others")


@keys.command()
@click.option("--dry-run", is_flag=True, help="Count the keys that would be wrapped anew, change nothing.")
@plainly
def rotate(dry_run: bool) -> None:
    """Wrap every older key anew under the newest master key.

    In small commits, while everything runs; broken off anywhere, run it again and it goes on.
    """
    from sayso.identity import epochs

    count = epochs.left()
    if dry_run:
        click.echo(f"{count} keys would be wrapped anew")
        return
    with click.progressbar(length=count, label="wrapping keys") as bar:
        done = epochs.rotate(lambda so_far: bar.update(so_far - bar.pos))
    click.echo(f"{done} keys wrapped anew; none is left under an older epoch")


@keys.command()
@click.argument("epoch", type=click.IntRange(1))
@click.option("--yes", is_flag=True, help="Do not ask.")
@plainly
def destroy(epoch: int, yes: bool) -> None:
    """Destroy the master key of an epoch, for ever.

    Refused while any key, or any backup you declared, needs it. A backup nobody declared is not known here:
    what it holds can never be read again.
    """
    from sayso.identity import epochs

    if not yes:
        click.confirm(f"Destroy the master key of epoch {epoch}? It cannot be brought back.", abort=True)
    epochs.destroy(epoch, datetime.now(UTC))
    click.echo(f"the master key of epoch {epoch} is destroyed")


@click.group()
def backup() -> None:
    """Backups you keep: while one is declared, the master keys and the journal it needs stay."""


@backup.command()
@click.argument("name")
@click.option("--days", type=click.IntRange(1, 3650), required=True, help="For how long it is kept.")
@plainly
def declare(name: str, days: int) -> None:
    """Declare a backup, in the moment you take it."""
    from sayso.identity import epochs

    now = datetime.now(UTC)
    made = epochs.declare_backup(name, now + timedelta(days=days), now)
    click.echo(f"{name} is kept until {made.until[:10]} and needs epoch {', '.join(map(str, made.epochs))}")


@backup.command("list")
@plainly
def list_backups() -> None:
    """List the declared backups that have not ended."""
    from sayso.identity import epochs

    for one in epochs.backups(datetime.now(UTC)):
        needed = ", ".join(map(str, one.epochs))
        click.echo(
            f"{one.name}: taken {one.taken_at[:19]}, kept until {one.until[:10]}, needs epoch {needed}"
        )


@backup.command()
@click.argument("name")
@plainly
def end(name: str) -> None:
    """Say that a backup is deleted from everywhere it was kept."""
    from sayso.identity import epochs

    epochs.end_backup(name)
    click.echo(f"{name} has ended")


@backup.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
@plainly
def prune(yes: bool) -> None:
    """Delete those files of the journal that no declared backup needs any more.

    Refused while no backup is declared: then nobody knows how old a database may be put back.
    """
    from sayso.cli import restored

    if not yes:
        click.confirm("Delete the journal's files from before the oldest declared backup?", abort=True)
    click.echo(f"{restored.prune(datetime.now(UTC))} files deleted")
