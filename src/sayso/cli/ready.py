"""What commands begin with: Django made ready, and errors shown as one line."""

import functools
import os
import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

from sayso.core.errors import SaysoError

F = TypeVar("F", bound=Callable[..., Any])


def django_ready() -> None:
    """Set Django up with Sayso's settings."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sayso.config.settings")
    django.setup()


def plainly(command: F) -> F:
    """Show what Sayso raises on purpose as one line, what is wrong and what to do, and exit with 2."""

    @functools.wraps(command)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except SaysoError as error:
            click.echo(f"sayso: {error.detail} Remedy: {error.remedy}", err=True)
            sys.exit(2)

    return run  # type: ignore[return-value]  # the wrapper has the signature of what it wraps
