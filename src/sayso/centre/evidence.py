"""What a system showed for a step, in words."""

from django.utils.translation import gettext_lazy as _

from sayso.centre.shown import Words
from sayso.fulfilment.queries import DeliveryView

NAMED: dict[str, Words] = {
    "rows": _("Rows"),
    "status": _("Its answer"),
    "deleted": _("Deleted"),
    "blanked": _("Emptied"),
    "kept": _("Kept"),
    "others": _("Also somebody else's"),
    "struck_out": _("Struck out"),
    "suppressed": _("Not imported again"),
    "found": _("Still found"),
    "places": _("Where"),
    "choices": _("Choices"),
    "reason": _("Because"),
    "never_told": _("Was never told of you"),
}
SAYS: dict[tuple[str, str], Words] = {
    ("never_told", "True"): _("yes"),
    ("reason", "withdrawn"): _("you said no"),
    ("reason", "refused"): _("you said no"),
    ("reason", "given_again"): _("you said yes again"),
    ("reason", "not_permitted"): _("you had not said yes"),
}


def evidence_shown(step: DeliveryView) -> tuple[tuple[Words, Words], ...]:
    """Give name and text of everything a step showed; what has no words of ours stands as it was said."""
    return tuple((NAMED.get(name, name), SAYS.get((name, text), text)) for name, text in step.evidence_lines)
