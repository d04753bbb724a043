"""The command `sayso access`: who may come in beside customers, and shutting them out."""

from datetime import UTC, datetime

import click

from sayso.cli.ready import django_ready, plainly


@click.group()
def access() -> None:
    """Server keys and staff: who may come in, and shutting them out."""


@access.command("list")
@plainly
def list_all() -> None:
    """List every server key by its number, and everybody of the staff with their roles. Secrets are not kept."""
    django_ready()
    from sayso.identity import access as rooms

    server_keys, staff = rooms.server_keys(), rooms.staff()
    for key in server_keys:
        click.echo(
            f"key    {key.number}  {key.brand}  {key.label}  {' '.join(key.scopes)}  since {key.made_at:%Y-%m-%d}"
        )
    for person in staff:
        click.echo(
            f"staff  {person.email or '(no address)'}  {person.name}  {' '.join(sorted(person.roles))}"
        )
    if not server_keys and not staff:
        click.echo("Nobody yet. Make a key with `sayso key`, let staff in with `sayso staff`.")


@access.command("revoke-key")
@click.argument("number")
@plainly
def revoke_key(number: str) -> None:
    """Shut out the server key of this NUMBER: see `sayso access list`.

    Running edges obey within five seconds, gates that copied with it refuse five seconds later, and no restore
    brings it back. Make a new one with `sayso key` first where a server still needs one.
    """
    django_ready()
    from sayso.identity import access as rooms

    key = rooms.revoke_key(number, datetime.now(UTC))
    click.echo(f"revoked: {key.label} of {key.brand} ({' '.join(key.scopes)})")


@access.command("revoke-staff")
@click.argument("email")
@plainly
def revoke_staff(email: str) -> None:
    """Take every role from the member of staff with this EMAIL and sign them out everywhere.

    No restore lets them in again. What they did stays in the record under their name.
    """
    django_ready()
    from sayso.identity import access as rooms

    person = rooms.revoke_staff(email, datetime.now(UTC))
    click.echo(f"revoked: {', '.join(sorted(person.roles))}")
    held = {role for each in rooms.staff() for role in each.roles}
    for role in sorted(person.roles - held):
        click.echo(f"nobody is {role.replace('_', ' ')} any more: let somebody in with `sayso staff`")
