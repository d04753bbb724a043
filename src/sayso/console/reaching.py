"""Reach per purpose, beside what says whether people are glad of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from sayso.audiences import queries as audiences
from sayso.audiences.queries import LATELY, Reach
from sayso.console.brand import locale_of, people, the_brand, the_notice
from sayso.console.charts import Part, bar
from sayso.console.gates import needs
from sayso.core.small import told
from sayso.rights import queries as rights
from sayso.uses import queries as uses
from sayso.uses.queries import Total


@dataclass(frozen=True, slots=True)
class Shown:
    """One purpose in words; `says` is the bar in words, for whoever does not see it."""

    id: str
    title: str
    bar: tuple[Part, ...]
    says: str
    now: tuple[tuple[str, str, str], ...]
    lately: tuple[tuple[str, str], ...]


def _kept(reach: Reach) -> str:
    if reach.said_yes == 0:
        return _("nobody said yes that long ago")
    return _("%(kept)s of %(all)s") % {"kept": people(reach.kept), "all": people(reach.said_yes)}


Totals = Mapping[tuple[str, bool], Total]  # by purpose, and whether it was permitted


def _times(totals: Totals, purpose: str, permitted: bool) -> str:
    """Say how often, where it is of enough people to point at nobody."""
    total = totals.get((purpose, permitted))
    if total and told(total.people) is None:
        return _("of fewer than 5 people")
    return people(total.times if total else 0)


def _shown(reach: Reach, complaints: int, totals: Totals, locale: str) -> Shown:
    counts = (("yes", reach.yes), ("no", reach.no), ("silent", reach.silent))
    words = (_("permit it now"), _("said no"), _("did not answer"))
    now = tuple((tone, word, people(count)) for (tone, count), word in zip(counts, words, strict=True))
    return Shown(
        reach.purpose.id,
        reach.purpose.title[locale],
        bar(counts),
        "; ".join(f"{word}: {count}" for _tone, word, count in now),
        now,
        (
            (_("took it back in the last 30 days"), people(reach.withdrawn)),
            (_("kept it after 90 days"), _kept(reach)),
            (_("complaints in the last 30 days"), people(told(complaints))),
            (_("uses counted in the last 30 days"), _times(totals, reach.purpose.id, True)),
            (_("held back in the last 30 days"), _times(totals, reach.purpose.id, False)),
        ),
    )


@require_safe
@needs("marketer", "officer")
def reach(request: HttpRequest) -> HttpResponse:
    """Show each purpose: who permits it, and what became of it since."""
    brand, now = the_brand(), datetime.now(UTC)
    locale = locale_of(the_notice())
    filed = rights.complaints_since(brand, now - LATELY)
    totals = {(one.purpose, one.permitted): one for one in uses.totals(brand, now)}
    purposes = [
        _shown(one, filed.get(one.purpose.id, 0), totals, locale) for one in audiences.reach_of(brand, now)
    ]
    named = {one.id for one in purposes}
    other = sum(count for purpose, count in filed.items() if purpose not in named)
    return render(request, "console/reach.html", {"purposes": purposes, "other": people(told(other))})


@require_safe
@needs("officer")
def complaints(request: HttpRequest) -> HttpResponse:
    """Show what people complained of, in their own words and without their names."""
    notice = the_notice()
    titles = {purpose.id: purpose.title[locale_of(notice)] for purpose in notice.purposes.values()}
    listed = [(one, titles.get(one.purpose, "")) for one in rights.newest_complaints(the_brand())]
    return render(request, "console/complaints.html", {"complaints": listed})
