"""The shop's own commands: `python -m sayso_demo.shop --help`."""

from __future__ import annotations

import os
from pathlib import Path

import click
import django
from django.core.management import call_command

os.environ["DJANGO_SETTINGS_MODULE"] = "sayso_demo.shop.settings"


@click.group()
def shop() -> None:
    """Linen & Loom: a shop that asks Sayso before every use of its customers' data."""
    django.setup()


@shop.command()
def prepare() -> None:
    """Make the tables, load the earlier customers once, and tell Sayso what is on the shelves."""
    from sayso_demo.shop import seed

    call_command("migrate", verbosity=0)
    click.echo(f"customers: {seed.load_customers()}")
    click.echo(f"products told to Sayso: {seed.push_items()}")


@shop.command("import-customers")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_customers(file: Path) -> None:
    """Load customers from a CSV file, leaving out everybody who was erased."""
    from sayso_demo.shop import importing

    try:
        done = importing.import_customers(file)
    except importing.NotImported as fault:
        raise click.ClickException(str(fault)) from fault
    click.echo(
        f"imported: {done.imported}, already here: {done.known}, refused because erased: {done.suppressed}"
    )


@shop.command()
@click.option("--port", default=8710, show_default=True)
def serve(port: int) -> None:
    """Open the shop on localhost."""
    from sayso_demo.serving import serve_wsgi

    serve_wsgi("sayso_demo.shop.wsgi:application", port)


if __name__ == "__main__":
    shop()
