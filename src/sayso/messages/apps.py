"""The room's label differs from its name: Django has an app labelled `messages` already."""

from django.apps import AppConfig


class Messages(AppConfig):
    """Letters."""

    name = "sayso.messages"
    label = "letters"
