"""The command `sayso`."""

import os

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="sayso")
def main() -> None:
    """Ask your customers, obey the answer, keep the proof."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sayso.config.settings")


@main.command(context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(arguments: tuple[str, ...]) -> None:
    """Run a Django management command, such as `sayso manage migrate`."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["sayso manage", *arguments])
