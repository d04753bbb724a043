"""What every process of Sayso puts together once the rooms are there."""

from django.apps import AppConfig


class Composition(AppConfig):
    """The last application of all: it may know every room."""

    name = "sayso.config"
    label = "sayso_config"

    def ready(self) -> None:
        """Say which rooms answer for Sayso's own systems."""
        from sayso.config import local_systems

        local_systems.register()
