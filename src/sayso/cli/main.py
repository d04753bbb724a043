"""The command `sayso`."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from sayso.cli import access, keeping, ledger
from sayso.cli.ready import django_ready, plainly


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="sayso")
def main() -> None:
    """Ask your customers what you may do with their data, obey the answer, keep the proof.

    \b
    First steps:
      sayso demo                    a shop, an ad partner and a mailbox, to try everything
      sayso migrate                 prepare the database of SAYSO_DATABASE_URL
      sayso apply DIR               publish a brand's notice, systems and asks
      sayso key BRAND --scope …     make a key for the brand's server
      sayso access list             who may come in, and by which keys
      sayso serve                   run edge, pages and worker
      sayso verify FILE --keys PINS check a receipt offline
      sayso audit                   follow the log of all answers
      sayso witness ADDRESS         sign somebody else's log, for all to see that it has one past

    Settings are SAYSO_* environment variables; `sayso settings` lists them.
    """


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []}, hidden=True)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run a Django management command, such as `sayso manage migrate`."""
    django_ready()
    from django.core.management import execute_from_command_line

    execute_from_command_line(["sayso manage", *arguments])


@main.command()
@plainly
def settings() -> None:
    """List every setting with its default and meaning."""
    from sayso.deployment import env

    for setting in env.SETTINGS:
        click.echo(f"{setting.name:24} {setting.default or '(derived)'}\n{'':24} {setting.meaning}")
    for name in env.unknown():
        click.echo(f"sayso: {name} is set and is no setting of ours; is it misspelt?", err=True)


@main.command()
@plainly
def migrate() -> None:
    """Prepare the database and the static files. Running it again changes nothing."""
    django_ready()
    from django.core.management import call_command

    from sayso.consent import permitted_people
    from sayso.deployment.django_database import DjangoDatabase

    permitted_people.drop(DjangoDatabase())
    call_command("migrate", verbosity=0, interactive=False)
    permitted_people.create(DjangoDatabase())
    call_command("collectstatic", verbosity=0, interactive=False)


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Check everything, count whom it touches, change nothing.")
@click.option("--draft", is_flag=True, help="Propose the notice for a second person to publish; needs --by.")
@click.option(
    "--by", "publisher", default="command line", help="Who publishes; with --draft the address of staff."
)
@plainly
def apply(folder: Path, dry_run: bool, draft: bool, publisher: str) -> None:
    """Publish a brand's folder: brand.yaml, notice.yaml, asks.yaml and systems/*.yaml.

    Says what the notice does otherwise than the one in force. All of it or nothing; applying the same folder
    again changes nothing.
    """
    django_ready()
    from sayso.cli import applying as command

    click.echo("\n".join(command.run(folder, command.Wish(dry_run, draft, publisher), datetime.now(UTC))))


@main.command()
@click.argument("brand")
@click.option("--scope", "scopes", multiple=True, required=True, help="What the key may do; repeatable.")
@click.option("--label", default="server", help="A name to recognise it by.")
@plainly
def key(brand: str, scopes: tuple[str, ...], label: str) -> None:
    """Make a key for a brand's server and print it, this once."""
    django_ready()
    from sayso.identity import services

    click.echo(services.make_api_key(brand, label, set(scopes), datetime.now(UTC)))


@main.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--keys",
    "pins",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    required=True,
    help="Pinned public keys, as GET /v1/keys gave them; add `witnesses` that you trust.",
)
def verify(file: Path, pins: Path) -> None:
    """Check a receipt or a request's evidence file offline against pinned keys. Exits with 1 when it fails."""
    from sayso.cli import evidence_file
    from sayso.cli.verifying import verify_files

    evidence = evidence_file.read(file)
    holds, lines = evidence_file.verify_file(evidence, pins) if evidence else verify_files(file, pins)
    click.echo("\n".join(lines))
    sys.exit(0 if holds else 1)


@main.command()
@click.option("--log", "address", help="The log's public address; by default this deployment's own.")
@click.option(
    "--database", is_flag=True, help="Compare every row of the database of SAYSO_DATABASE_URL as well."
)
@click.option(
    "--keys",
    "pins",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Pinned public keys, as GET /v1/keys gave them; otherwise the log's own word is taken.",
)
@click.option(
    "--from",
    "last",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file that keeps the last checkpoint seen.  [default: audit.checkpoint in SAYSO_HOME]",
)
@click.option("--once/--follow", default=True, show_default=True, help="Look once, or every five seconds.")
@plainly
def audit(address: str | None, database: bool, pins: Path | None, last: Path | None, once: bool) -> None:
    """Follow the log, and fail loudly when a recorded answer was changed behind its back.

    Each new checkpoint must be signed, fresh, and continue the last one seen. With --database every answer is
    held to its entry in the log; one may be missing under a tombstone only. Exits with 0 when all holds, 1 when
    something does not, with the reason, and 2 when it could not look.
    """
    from sayso.cli import auditing

    sys.exit(auditing.run(address, database, pins, last, once))


@main.command()
@click.argument("address", required=False)
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".sayso-witness"),
    show_default=True,
    help="Where the witness keeps its key, what it signed last, and evidence.",
)
@click.option("--name", default="", help="The witness's name, such as example.org/w1; needed the first time.")
@click.option(
    "--keys",
    "pins",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The log's pinned public keys, as GET /v1/keys gave them.",
)
@click.option("--once/--follow", default=False, show_default=True, help="Look once, or again and again.")
@click.option(
    "--every", type=click.FloatRange(0.2), default=5.0, show_default=True, help="Seconds between two looks."
)
@plainly
def witness(address: str | None, home: Path, name: str, pins: Path | None, once: bool, every: float) -> None:
    """Witness somebody else's log: sign each checkpoint that continues the last, and hand it over.

    Needs no database and no secret but its own key, which it makes. Without an ADDRESS it prints the public
    half, for the brand's SAYSO_WITNESSES and for whoever trusts this witness. A log that shows another past, or
    less than before, gets no signature any more: exit code 1, and evidence in the folder. Exits with 2 when it
    could not look.

    \b
      sayso witness --name example.org/w1
      sayso witness https://privacy.example/log --keys pinned.json
    """
    from sayso.cli import witnessing

    sys.exit(witnessing.run(address, home, name, pins, once, every))


@main.command()
@plainly
def serve() -> None:
    """Run edge, pages and worker as separate processes; SIGTERM or Ctrl-C stops all within five seconds."""
    from sayso.cli import restored
    from sayso.config.supervisor import Supervisor, need_free_ports, sayso_children

    restored.need_replayed()
    need_free_ports()
    supervisor = Supervisor(sayso_children())
    supervisor.start()
    sys.exit(supervisor.run())


@main.command()
@click.argument("brand")
@click.option("--check", is_flag=True, help="Compare only; exits with 1 when the counts differ.")
@plainly
def rebuild(brand: str, check: bool) -> None:
    """Count anew what is bought together, from the facts of people who permit it, and compare byte for byte."""
    django_ready()
    from sayso.personalisation import services

    found = services.rebuild(brand, datetime.now(UTC), check)
    click.echo(f"served  {found.served}\nrebuilt {found.anew}\n{'equal' if found.equal else 'different'}")
    sys.exit(1 if check and not found.equal else 0)


@main.command()
@click.option("--once", is_flag=True, help="Do what is due now, then end: for cron, systemd or Airflow.")
@plainly
def work(once: bool) -> None:
    """Hand on news, carry out deliveries, send letters."""
    import signal

    django_ready()
    from sayso.cli import restored
    from sayso.config import work as worker

    restored.need_replayed()

    if once:
        while worker.once(datetime.now(UTC)):
            pass
        return
    stopping: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.append(1))
    worker.forever(lambda: bool(stopping))


@main.command()
@click.argument("email")
@click.option(
    "--role", "roles", multiple=True, required=True, help="officer, marketer, support or developer."
)
@click.option("--name", default="", help="The name customers are told; else read off the address.")
@plainly
def staff(email: str, roles: tuple[str, ...], name: str) -> None:
    """Let staff sign in to the console by e-mail code, in one role or more. Doing it again is harmless."""
    django_ready()
    from django.db import transaction

    from sayso.identity import services

    with transaction.atomic():
        for role in roles:
            services.make_staff(email, role, datetime.now(UTC), name)
    click.echo(f"may sign in to /console/ as {', '.join(roles)}")


@main.command("correct-age")
@click.argument("kind", type=click.Choice(["customer", "email"]))
@click.argument("value")
@click.argument("born")
@plainly
def correct_age(kind: str, value: str, born: str) -> None:
    """Keep the age band of a customer whose month of birth (YYYY-MM) a person of the brand has seen proved.

    This alone makes somebody older than they said; what they type themselves never does.
    """
    django_ready()
    from sayso.consent import family

    band = family.correct_age(kind, value, born, datetime.now(UTC))
    click.echo(f"now counts as {band}")


@main.command("forget-passkeys")
@click.argument("email")
@plainly
def forget_passkeys(email: str) -> None:
    """Let somebody who lost device and recovery codes sign in by e-mail code alone. First make sure it is her.

    Forgets every passkey and recovery code of that address; she gets a letter for each passkey.
    """
    django_ready()
    from sayso.centre import telling

    click.echo(f"{telling.forget_every_passkey(email, datetime.now(UTC))} passkeys forgotten")


@main.command()
@click.option("--reset", is_flag=True, help="Forget the demo's state and begin anew.")
@click.option(
    "--home",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(".demo"),
    show_default=True,
    help="Where the demo keeps its state.",
)
@click.option("--port", default=8700, show_default=True, help="The first of the demo's ports.")
@click.option(
    "--data",
    type=click.Choice(["completejourney"]),
    help="Instead of the shop: a data set of purchases, from the command line; begins anew each time.",
)
@click.option("--households", type=click.IntRange(1), help="With --data: how many households; else all.")
@click.option("--seed", default=1, show_default=True, help="With --data: what the answers are drawn with.")
@click.option("--sample", is_flag=True, help="With --data: the 60 households of a checkout's tests.")
@plainly
def demo(
    reset: bool, home: Path, port: int, data: str | None, households: int | None, seed: int, sample: bool
) -> None:
    """Run a shop, an ad partner and a mailbox with Sayso on this machine, to try everything.

    Ctrl-C stops all of it; the next start finds it as it was.
    """
    if data:
        from sayso.cli.realdata import command as realdata

        sys.exit(realdata.start(home.resolve() / data, households, seed, sample))
    from sayso.cli import demo as command

    sys.exit(command.start(home.resolve(), reset, port))


@main.command("demo-brand", hidden=True)
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@plainly
def demo_brand(folder: Path) -> None:
    """Apply the demo's brand, unless a newer notice was published since."""
    django_ready()
    from sayso.cli import demo as command

    click.echo("\n".join(command.apply_brand(folder, datetime.now(UTC))))


@main.command("demo-key", hidden=True)
@plainly
def demo_key() -> None:
    """Make the demo shop's server key, once."""
    django_ready()
    from sayso.cli import demo as command
    from sayso.deployment import env

    click.echo("made" if command.make_shop_key(env.home()) else "kept")


@main.command("demo-staff", hidden=True)
@plainly
def demo_staff() -> None:
    """Let the demo's staff sign in to the console."""
    django_ready()
    from sayso.cli import demo as command

    command.make_everybody()
    click.echo("may sign in")


main.add_command(access.access)
main.add_command(keeping.keys)
main.add_command(keeping.backup)
for group in (ledger.log_, ledger.import_, ledger.restore, ledger.ledger):
    main.add_command(group)

if __name__ == "__main__":
    main()
