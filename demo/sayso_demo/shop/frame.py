"""What every page of the shop carries around its own content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language, get_language_bidi
from sayso_sdk.gpc import has_signal

from sayso_demo.shop import basket
from sayso_demo.shop.consent import LOCALES, locale


def _prefix(code: str) -> str:
    return "" if code == settings.LANGUAGE_CODE else f"/{code}"


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the addresses and the words that head and foot of a page need."""
    prefix = _prefix(get_language() or "en")
    bare = request.path.removeprefix(prefix) or "/"
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return {
        "locale": locale(),
        "direction": "rtl" if get_language_bidi() else "ltr",
        "prefix": prefix,
        "languages": [
            (LOCALES.get(code, code), name, _prefix(code) + bare + query) for code, name in settings.LANGUAGES
        ],
        "centre": f"{settings.SAYSO_URL}/centre/",
        "choices": f"{settings.SAYSO_URL}/privacy-choices?language={get_language()}",
        "signal": has_signal(request.headers),
        "site": settings.SAYSO_SITE,
        "ad_script": f"{settings.PARTNER_URL}/ad.js",
        "staff_pages": settings.STAFF_PAGES,
        "basket_count": basket.count(request),
    }
