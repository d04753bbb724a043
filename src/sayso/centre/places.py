"""Places a person can say she lives in, where the rules differ."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sayso.centre.shown import Words

PLACES: dict[str, Words] = {
    "EU": gettext_lazy("European Union"),
    "AT": gettext_lazy("Austria"),
    "BE": gettext_lazy("Belgium"),
    "DE": gettext_lazy("Germany"),
    "DK": gettext_lazy("Denmark"),
    "ES": gettext_lazy("Spain"),
    "FI": gettext_lazy("Finland"),
    "FR": gettext_lazy("France"),
    "GB": gettext_lazy("United Kingdom"),
    "IE": gettext_lazy("Ireland"),
    "IT": gettext_lazy("Italy"),
    "NL": gettext_lazy("Netherlands"),
    "PL": gettext_lazy("Poland"),
    "PT": gettext_lazy("Portugal"),
    "SE": gettext_lazy("Sweden"),
    "TW": gettext_lazy("Taiwan"),
    "US-CA": gettext_lazy("United States: California"),
    "US-CO": gettext_lazy("United States: Colorado"),
    "US-CT": gettext_lazy("United States: Connecticut"),
    "US-TX": gettext_lazy("United States: Texas"),
    "US-VA": gettext_lazy("United States: Virginia"),
    "US": gettext_lazy("United States: another state"),
}


def name(region: str) -> str:
    """Give a region's name; its code where we have none, and "unknown" where there is no region."""
    return str(PLACES.get(region, region)) if region else _("unknown")


def listed() -> list[tuple[str, Words]]:
    """List the places in the order they stand in."""
    return list(PLACES.items())
