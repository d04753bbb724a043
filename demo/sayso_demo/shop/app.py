"""The shop as a Django application, with plain table names."""

from django.apps import AppConfig


class ShopApp(AppConfig):
    """Linen & Loom."""

    name = "sayso_demo.shop"
    label = "shop"
    default_auto_field = "django.db.models.BigAutoField"
