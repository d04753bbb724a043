"""Where every page and endpoint stands."""

from django.urls import URLPattern, URLResolver, include, path

from sayso.config.settings import SOURCE

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"sayso.{surface}.urls"))
    for surface in ("api", "centre", "console")
    if (SOURCE / surface / "urls.py").exists()
]
