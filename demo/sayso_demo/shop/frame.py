"""What every page of the shop carries around its own content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language
from sayso_sdk.gpc import has_signal

from sayso_demo.shop import basket
from sayso_demo.shop.consent import locale


def frame(request: HttpRequest) -> dict[str, Any]:
    """Return the addresses and the words that head and foot of a page need."""
    bare = request.path.removeprefix("/zh-hant") or "/"
    query = f"?{request.GET.urlencode()}" if request.GET else ""
    return {
        "locale": locale(),
        "prefix": "/zh-hant" if locale() == "zh-Hant" else "",
        "in_english": bare + query,
        "in_chinese": "/zh-hant" + bare + query,
        "centre": f"{settings.SAYSO_URL}/centre/",
        "choices": f"{settings.SAYSO_URL}/privacy-choices?language={get_language()}",
        "signal": has_signal(request.headers),
        "site": settings.SAYSO_SITE,
        "ad_script": f"{settings.PARTNER_URL}/ad.js",
        "staff_pages": settings.STAFF_PAGES,
        "basket_count": basket.count(request),
    }
