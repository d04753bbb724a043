"""What an error says to people, in their language: by its code, where the error itself speaks English."""

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from sayso.core.errors import SaysoError

Words = str | Promise
WORDS: dict[str, Words] = {
    "already_decided": _("This proposal was decided already. Read it again."),
    "already_proposed": _("Somebody proposed this already. Wait for the decision."),
    "busy": _("Too much came at once. Please send it again in a moment."),
    "complaint_empty": _("Write what is wrong, in at most 2,000 characters."),
    "event_reused": _("That was recorded already. Open the page again."),
    "field_dropped": _("This field was given up already. Read the report of fields again."),
    "field_in_use": _("A purpose of the notice uses this field. Leave it, or change the notice."),
    "four_eyes": _("Who proposed this, or is the person it deletes, cannot decide it. Ask another officer."),
    "invalid_answer": _("No answer was chosen. Choose one of the answers shown."),
    "last_way_in": _(
        "It is the only way to sign in to this account. Add another first, or delete your data."
    ),
    "malformed_base": _("The form is not one of ours. Open the page again."),
    "method_too_weak": _("This is not for you to answer this way. Go back: the page says who decides."),
    "no_address": _("No address is known that a letter could go to. She can say yes in the privacy centre."),
    "no_notice": _("No brand has published a notice yet."),
    "not_annotated": _(
        "A system holds something that nobody has described, so nothing is deleted there yet."
    ),
    "not_asked": _("This question is not asked now. Read the list again."),
    "not_by_telephone": _(
        "A yes of theirs is not taken by telephone. They can answer in the privacy centre."
    ),
    "not_correctable": _("No system lets this be corrected. Write to the privacy officer."),
    "not_proved": _("Nobody has shown that this account is theirs. Sign in by a code first."),
    "not_staff": _("This page is for the brand’s staff. Go back to your own pages."),
    "own_proposal": _("Nobody decides their own proposal. Ask a colleague to decide it."),
    "plan_changed": _("The plan changed since it was shown. Read the new plan, then decide."),
    "proof_needed": _("First a quick check that it is you; then you can do this."),
    "reason_missing": _("A no needs its reason. Say why, in a sentence."),
    "reason_needed": _("Say in 5 to 200 characters why; the person will read it."),
    "request_state": _("This request has gone on meanwhile. Read it again."),
    "too_many_looks": _("Those were too many looks in a short time. Wait a quarter of an hour."),
    "unknown_choice": _("There is no such choice. Open the page again."),
    "unknown_purpose": _("There is no such choice. Open the page again."),
    "unknown_reason": _("That is no reason we know. Choose one of the list."),
    "wrong_role": _("This page is for another role. Ask who looks after roles."),
}
OTHERWISE: Words = _(
    "This could not be done. Open the page again; if that does not help, write to the person below."
)


def says(error: SaysoError) -> Words:
    """Say what went wrong and what to do about it, in the language of the page.

    English pages have the error's own words, which know more of the case.
    """
    own = f"{error.detail} {error.remedy}"
    # No sentence in Chinese or Arabic is ASCII: such a one was translated where it was raised.
    is_english = own.isascii()
    if (get_language() or "en").startswith("en") or not is_english:
        return own
    return WORDS.get(error.code, OTHERWISE)
