"""The marketer's questions: written, previewed, counted, published."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from sayso.asks import queries as asks
from sayso.asks import services
from sayso.asks.queries import Authored, Offered
from sayso.console import ask_form
from sayso.console.brand import locale_of, people, the_brand, the_notice, who
from sayso.console.gates import needs, staff
from sayso.core.ask import WhyNot
from sayso.personalisation import queries as personalisation

WHY_NOT: dict[str, str | Promise] = {
    WhyNot.REFUSED: gettext_lazy("They said no. They are never asked again."),
    WhyNot.ANSWERED: gettext_lazy("They said yes already."),
    WhyNot.NOT_POSSIBLE: gettext_lazy("Their data is restricted or being deleted."),
    WhyNot.NEEDS: gettext_lazy("They do not permit what the benefit rests on."),
    WhyNot.WITHDRAWAL: gettext_lazy("They took something back lately."),
    WhyNot.NOT_NOW: gettext_lazy("They said “not now” or left it open lately."),
    WhyNot.BUDGET: gettext_lazy("They were asked enough lately."),
    WhyNot.MOMENT: gettext_lazy("Nobody is asked at this moment."),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One question in the list."""

    id: str
    title: str
    moment: str
    asked: bool
    version: int
    drafted: bool


def _row(one: Authored, locale: str) -> Row:
    title = (one.newest.get("title") or {}).get(locale, one.id)
    number = one.version.number if one.version else 0
    return Row(one.id, title, one.newest.get("moment", ""), one.asked, number, one.draft is not None)


@require_safe
@needs("marketer")
def listed(request: HttpRequest) -> HttpResponse:
    """List the questions, published or only drafted."""
    locale = locale_of(the_notice())
    rows = [_row(one, locale) for one in asks.authored(the_brand())]
    return render(request, "console/asks.html", {"asks": rows})


def _editor(
    request: HttpRequest, entry: ask_form.Entry, page: dict[str, object], status: int
) -> HttpResponse:
    notice = the_notice()
    wrong = asks.faults(the_brand(), entry) if status == 422 else {}
    form = ask_form.filled(entry, notice, locale_of(notice), wrong)
    return render(request, "console/ask.html", {"form": form, **page}, status=status)


def _saved(request: HttpRequest, page: dict[str, object], fixed: str = "") -> HttpResponse:
    entry = ask_form.read(request.POST, the_notice())
    if fixed:
        entry["id"] = fixed  # a question keeps its name: answers are filed under it
    if asks.faults(the_brand(), entry):
        return _editor(request, entry, page, 422)
    name = services.save_draft(the_brand(), entry, staff(request).id, datetime.now(UTC))
    messages.success(request, _("Saved as a draft. Nobody is asked it yet."))
    return redirect("console:ask_preview", name)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("marketer")
def new(request: HttpRequest) -> HttpResponse:
    """Write a question nobody wrote before."""
    if request.method == "POST":
        return _saved(request, {"is_new": True})
    return _editor(request, {}, {"is_new": True}, 200)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("marketer")
def one(request: HttpRequest, name: str) -> HttpResponse:
    """Go on writing one question; its publications stand beneath."""
    found = asks.authored_ask(the_brand(), name)
    past = [
        (version, who(version.by) if version.by else "") for version in asks.versions_of(the_brand(), name)
    ]
    page: dict[str, object] = {"authored": found, "versions": past}
    if request.method == "POST":
        return _saved(request, page, name)
    return _editor(request, dict(found.newest), page, 200)


def _card(offered: Offered, path: str) -> dict[str, object]:
    """Give the SDK's template what the shop gives it."""
    ask = {**offered.texts, "words": offered.words, "field": offered.field}
    return {"ask": ask, "ask_parts": [("id", offered.id)], "ask_action": path, "ask_token": True}


@require_http_methods(["GET", "HEAD", "POST"])
@needs("marketer")
def preview(request: HttpRequest, name: str) -> HttpResponse:
    """Show a question as customers see it, and to how many it may be put; a press on it records nothing."""
    if request.method == "POST":
        messages.info(request, _("This was the preview: nothing was recorded."))
        return redirect("console:ask_preview", name)
    brand, notice, now = the_brand(), the_notice(), datetime.now(UTC)
    found = asks.authored_ask(brand, name)
    if "moment" not in found.newest:
        return redirect("console:ask", name)
    locale = request.GET.get("locale", locale_of(notice))
    offered = asks.preview(brand, found.newest, locale, now)
    counted = asks.audience_of(brand, found.newest, partial(personalisation.categories_told, brand), now)
    reasons = [(WHY_NOT.get(why, why), people(count)) for why, count in counted.may_not.items()]
    page = {
        **_card(offered, request.path),
        "authored": found,
        "locale": offered.locale,
        "locales": notice.locales,
        "text_hash": offered.text_hash,
        "may": people(counted.may),
        "reasons": reasons,
        "everybody": counted.everybody,
    }
    return render(request, "console/ask_preview.html", page)


@require_POST
@needs("marketer")
def publish(request: HttpRequest, name: str) -> HttpResponse:
    """Publish the draft: from now on it is what is asked."""
    number = services.publish_ask(the_brand(), name, staff(request).id, datetime.now(UTC))
    messages.success(request, _("Published as version %(number)s.") % {"number": number})
    return redirect("console:asks")


@require_POST
@needs("marketer")
def end(request: HttpRequest, name: str) -> HttpResponse:
    """Ask a question no more."""
    services.end_ask(the_brand(), name, staff(request).id, datetime.now(UTC))
    messages.success(request, _("It is asked no more. Answers given so far stay as they are."))
    return redirect("console:asks")
