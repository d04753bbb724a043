"""Which brand the staff work for, and in which of its languages a page speaks."""

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from sayso.core.errors import NotFound
from sayso.core.layout import locale_for
from sayso.core.notice import Notice
from sayso.identity import queries as identity
from sayso.notices import queries as notices


def the_brand() -> str:
    """Give the brand whose console this is. Raises `NotFound` (`no_notice`) before any published a notice."""
    brands = notices.brands()
    if not brands:
        raise NotFound("no_notice", "No brand has published a notice yet.", "Publish one: sayso apply DIR")
    return brands[0]


def the_notice() -> Notice:
    """Give the notice in force."""
    return notices.current(the_brand()).notice


def locale_of(notice: Notice) -> str:
    """Give the notice's locale nearest to the language of the page."""
    return locale_for(notice, get_language() or "en")


def who(person: int | None) -> str:
    """Name one of the staff by login; those who left stay nameless."""
    found = identity.staff_of(person) if person is not None else None
    return found.name if found else _("somebody who left")


def people(count: int | None) -> str:
    """Write a count of people as it may be shown; None is fewer than five."""
    return _("fewer than 5") if count is None else f"{count:,}".replace(",", "\u202f")
