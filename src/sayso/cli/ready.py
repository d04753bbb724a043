"""Make Django ready for commands that touch the database."""

import os


def django_ready() -> None:
    """Set Django up with Sayso's settings."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sayso.config.settings")
    django.setup()
