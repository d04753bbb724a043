"""Check a receipt in the reader's own browser: a page for anybody, that can send nothing."""

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from sayso.centre.shown import STATUS, Words

SEALED_OFF = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF],
    "connect-src": [NONE],
    "form-action": [NONE],
    "base-uri": [NONE],
    "frame-ancestors": [NONE],
}
WORDS: dict[str, Words] = {  # what the script says, by the codes that `sayso verify` has too
    "holds": _("It holds"),
    "refused": _("It does not hold"),
    "signed": _("Signed with a key that you pinned, and not a byte was changed since."),
    "own_words": _("What it says is exactly what its entry in the log says."),
    "in_log": _("That entry is in the log, and the log signed it:"),
    "where": _("entry {n} of {size}"),
    "promised": _("Its entry is promised in the log, not yet proved. Download the receipt again after"),
    "witnessed": _("Independently witnessed by"),
    "unwitnessed": _("Not independently witnessed: no third party has confirmed what the log signed."),
    "recorded": _("Recorded"),
    "publisher": _("By"),
    "notice": _("Notice"),
    "malformed": _("This is not a signed receipt."),
    "malformed_json": _("The receipt’s file cannot be read."),
    "duplicate_key": _("The file says something twice: two readers could take it for two things."),
    "malformed_receipt": _("It does not say what it is about."),
    "too_large": _("The receipt is larger than any we sign."),
    "wrong_type": _("It is signed as something else than a Sayso receipt."),
    "bad_pins": _("The pinned keys cannot be read."),
    "foreign_key": _("It is signed with a key that is not among the pinned ones."),
    "bad_signature": _("The signature does not fit: the receipt was changed."),
    "not_canonical": _("It is not written in the one way that receipts are."),
    "wrong_entry": _("What it says is not what its entry in the log says."),
    "malformed_proof": _("The proof from the log cannot be read."),
    "malformed_checkpoint": _("The log’s checkpoint cannot be read."),
    "log_not_pinned": _("No key of the log is among the pinned ones."),
    "bad_checkpoint": _("The log’s checkpoint is not signed with a pinned key of the log."),
    "forged_witness": _("A signature in the name of a witness you pinned does not hold."),
    "compromised_log": _(
        "The log’s key was in other hands by then, and no witness you pinned saw this before."
    ),
    "compromised_key": _("Its key was in other hands by then, and no earlier checkpoint covers it."),
    "not_included": _("The proof does not lead from this answer to the signed root."),
    "unsupported": _(
        "This browser cannot check Ed25519 signatures here. Use a newer one, or the command below."
    ),
}


@require_safe
@cache_control(public=True, max_age=300)
@csp_replace(SEALED_OFF)
def verify(request: HttpRequest) -> HttpResponse:
    """Show the page. Everything happens in its script; without it, the page explains the command."""
    return render(request, "centre/verify.html", {"words": WORDS, "statuses": STATUS})
