"""The addresses of the REST interface: every router in this folder."""

from importlib import import_module
from pathlib import Path

from django.urls import path

from sayso.api.application import api, unknown_address

_NOT_ROUTERS = {"__init__", "application", "auth", "urls", "values"}
for name in sorted(file.stem for file in Path(__file__).parent.glob("*.py")):
    if name not in _NOT_ROUTERS:
        api.add_router("", import_module(f"sayso.api.{name}").router)

urlpatterns = [path("v1/", api.urls), path("v1/<path:rest>", unknown_address)]
