"""What stands around every page: the brand, a person to write to, where to complain, the languages."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.translation import get_language

from sayso.centre.shown import who
from sayso.centre.visitor import locale_of, the_brand
from sayso.core.choice import OWN_USE
from sayso.core.errors import NotFound
from sayso.core.layout import direction
from sayso.identity import queries as identity
from sayso.notices import queries as notices

TAGS = {
    "en": "en",
    "zh-hant": "zh-Hant",
    "ar": "ar",
}  # Django's language codes → the tags HTML wants (BCP 47)

FORMATS = {  # how dates are written, in Django's letters
    "en": {"day": "j M Y", "minute": "j M Y, H:i", "second": "j M Y, H:i:s"},
    "zh-Hant": {"day": "Y年n月j日", "minute": "Y年n月j日 H:i", "second": "Y年n月j日 H:i:s"},
    "ar": {"day": "j F Y", "minute": "j F Y، H:i", "second": "j F Y، H:i:s"},
}


def day(moment: datetime) -> str:
    """Write a day in the language that speaks now, as pages do."""
    language = TAGS.get(get_language() or "en", "en")
    return date_format(moment, FORMATS.get(language, FORMATS["en"])["day"])


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give every template the brand's name and contacts, and the page's language."""
    language = TAGS.get(get_language() or "en", "en")
    person = getattr(request, "user", None)
    around: dict[str, Any] = {
        "html_lang": language,
        "html_dir": direction(language),
        "languages": [(code, TAGS.get(code, code), name) for code, name in settings.LANGUAGES],
        "is_staff": bool(person and person.is_staff and identity.roles_of(person.pk)),
        "formats": FORMATS.get(language, FORMATS["en"]),
    }
    try:
        published = notices.current(the_brand())
    except NotFound:
        return {**around, "controller": None}
    notice = published.notice
    return {**around, "controller": notice.controller, "brand_name": who(notice, OWN_USE, locale_of(notice))}
