"""The console's places, in the order of its navigation, and whose each is."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from sayso.identity import queries as identity


@dataclass(frozen=True, slots=True)
class Place:
    """One page of the navigation: its URL name, what it is called, and the roles that may go there."""

    name: str
    words: str | Promise
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """A place as one link. `here` is the page the person is on."""

    url: str
    words: str | Promise
    here: bool


MARKETING = frozenset({"marketer"})
OFFICERS = frozenset({"officer"})
PLACES: tuple[Place, ...] = (
    Place("console:queue", _("Requests"), OFFICERS),
    Place("console:notices", _("Notices"), OFFICERS | MARKETING),
    Place("console:record", _("Record of processing"), OFFICERS),
    Place("console:people", _("Find a person"), OFFICERS | {"support"}),
    Place("console:asks", _("Questions"), MARKETING),
    Place("console:reach", _("Reach"), MARKETING | OFFICERS),
    Place("console:fields", _("Fields"), MARKETING | OFFICERS),
    Place("console:complaints", _("Complaints"), OFFICERS),
    Place("console:erased", _("Evidence"), OFFICERS),
)


def places_of(roles: frozenset[str]) -> list[Place]:
    """List where these roles may go."""
    return [place for place in PLACES if place.roles & roles]


def around(request: HttpRequest) -> dict[str, Any]:
    """Give the console's templates their navigation."""
    if not request.path.startswith("/console/") or not request.user.is_authenticated:
        return {}
    listed = [(reverse(place.name), place) for place in places_of(identity.roles_of(int(request.user.pk)))]
    return {"console_places": [Shown(url, place.words, request.path == url) for url, place in listed]}
