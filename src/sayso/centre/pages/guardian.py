"""Where a child asks a parent or guardian, and where the guardian answers."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from sayso.centre import arrival, young
from sayso.centre.context import day
from sayso.centre.signed_in import account_required
from sayso.centre.visitor import locale_of, right_now, the_brand, visitor_of
from sayso.consent import family
from sayso.consent import queries as consent
from sayso.core.age import Band
from sayso.core.errors import Invalid, NotFound
from sayso.core.vocabulary import ConsentStatus
from sayso.deployment import env
from sayso.identity.proofing.email_plus import queries as guardians
from sayso.identity.proofing.email_plus import services as email_plus
from sayso.identity.proofing.email_plus.services import Invited, Outcome
from sayso.messages import services as letters
from sayso.notices import queries as notices

SAYS = {
    Outcome.OWN_ADDRESS: gettext_lazy(
        "That is your own address. Write the address of your parent or guardian."
    ),
    Outcome.HAS_GUARDIAN: gettext_lazy("Somebody answers with you already."),
    Outcome.TOO_MANY: gettext_lazy("That was too often. Please wait a day."),
    Outcome.NOT_YOU: gettext_lazy("You cannot answer for yourself, and a minor cannot answer for another."),
    Outcome.WRONG: gettext_lazy("That is not the code we sent. Please look again."),
}
_TOO_OFTEN = gettext_lazy("That was not the code, five times. The child has to ask again.")


def _own_page() -> str:
    return f"{env.text('SAYSO_WEB_ADDRESS')}/centre/guardian"


@transaction.atomic
def _invite(child: str, address: str) -> Outcome:
    """Remember the asking and write its letter in one transaction."""
    now = right_now()
    invited = email_plus.invite(child, address, now)
    if not isinstance(invited, Invited):
        return invited
    words = {"link": _own_page(), "until": day(invited.until), **arrival.letterhead()}
    letters.send("guardian_invited", address, words, get_language() or "en", now)
    return Outcome.ASKED


@sensitive_post_parameters("address")
@require_POST
def ask(request: HttpRequest) -> HttpResponse:
    """Write to the adult whose address a child gave."""
    visitor, address = visitor_of(request), request.POST.get("address", "").strip()
    if not visitor.subjects or consent.band_of(visitor.subjects, the_brand()) is not Band.CHILD:
        raise Invalid("not_a_child", _("Nobody has to answer with you."), _("Go back to your choices."))
    try:
        validate_email(address)
    except ValidationError:
        messages.error(request, _("That is no e-mail address. Please look again."))
        return redirect("centre:choices")
    outcome = _invite(visitor.subjects[0], address)
    if outcome is Outcome.ASKED:
        messages.success(request, _("We wrote to them. Now we wait for what they say."))
    else:
        messages.error(request, SAYS[outcome])
    return redirect("centre:choices")


@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """End, by the child's word, that somebody answers with them."""
    link = young.link_of(visitor_of(request), right_now())
    if link is not None:
        family.end_guardian(link, "child", right_now())
    messages.success(request, _("Done. They do not answer with you any more."))
    return redirect("centre:choices")


@require_safe
@account_required
def children(request: HttpRequest, account: str) -> HttpResponse:
    """Show who asks this adult, and for whom they answer."""
    page = {"asked": guardians.asked_of(account, right_now()), "links": guardians.of_guardian(account)}
    return render(request, "centre/guardian.html", page)


@require_POST
@account_required
def accept(request: HttpRequest, account: str, link: str) -> HttpResponse:
    """Take an adult's statement that they are the parent or guardian."""
    if request.POST.get("statement") != "yes":
        messages.error(request, _("Tick the statement first, if it is true."))
        return redirect("centre:guardian")
    accepted = email_plus.accept(account, link, get_language() or "en", right_now())
    if accepted is Outcome.ACCEPTED:
        messages.success(
            request, _("Thank you. A second letter with a code follows; until then nothing counts.")
        )
    else:
        messages.error(request, SAYS[accepted])
    return redirect("centre:guardian")


@require_POST
@account_required
def decline(request: HttpRequest, account: str, link: str) -> HttpResponse:
    """Forget an asking."""
    email_plus.decline(account, link, right_now())
    messages.success(request, _("Forgotten. We do not write to you about this again."))
    return redirect("centre:guardian")


@require_POST
@account_required
def confirm(request: HttpRequest, account: str, link: str) -> HttpResponse:
    """Take the code of the second letter."""
    outcome = family.start_guardian(account, link, request.POST.get("code", ""), right_now())
    if outcome is Outcome.STARTED:
        messages.success(request, _("From now on your answers count, together with the child’s."))
        return redirect("centre:ward", link)
    messages.error(request, _TOO_OFTEN if outcome is Outcome.TOO_MANY else SAYS[outcome])
    return redirect("centre:guardian")


@require_safe
@account_required
def ward(request: HttpRequest, account: str, link: str) -> HttpResponse:
    """Show a child's choices to whoever answers for it."""
    held = guardians.held_by(account, link)
    if held is None:
        raise NotFound(
            "unknown_guardianship", _("You answer for nobody by that link."), _("Go back to your page.")
        )
    page = young.ward_page(held, notices.current(the_brand()).notice, right_now())
    return render(request, "centre/ward.html", page)


@require_POST
@account_required
def answer(request: HttpRequest, account: str, link: str, purpose: str) -> HttpResponse:
    """Record a guardian's yes or no to one purpose."""
    said, base = request.POST.get("answer", ""), request.POST.get("base", "")
    if said not in ("given", "refused") or not (base.isascii() and base.isdigit() and len(base) < 16):
        raise Invalid("invalid_answer", _("No answer was chosen."), _("Choose yes or no, then save."))
    locale = locale_of(notices.current(the_brand()).notice)
    status, now = ConsentStatus(said), right_now()
    recorded = family.answer_as_guardian(account, link, the_brand(), purpose, status, int(base), locale, now)
    if ConsentStatus.SUPERSEDED in recorded.outcome.values():
        messages.warning(request, _("A newer no stands. Look, and answer again."))
    else:
        messages.success(request, _("Saved. It holds from this moment."))
    response = redirect("centre:ward", link)
    response["Location"] += f"#{purpose}"
    return response


@require_POST
@account_required
def end(request: HttpRequest, account: str, link: str) -> HttpResponse:
    """End, by the guardian's word, that they answer for a child."""
    held = guardians.held_by(account, link)
    if held is not None:
        family.end_guardian(held, "guardian", right_now())
    messages.success(request, _("Ended. Everything you allowed ended with it."))
    return redirect("centre:guardian")
