"""The second letter to a guardian, when its time has come: written and its code kept in one transaction."""

from datetime import datetime

from django.db import transaction

from sayso.deployment import env
from sayso.identity.proofing.email_plus import services as email_plus
from sayso.messages import services as messages
from sayso.notices import queries as notices


@transaction.atomic
def send_due(now: datetime) -> int:
    """Write every second letter that is due and give how many."""
    letters = email_plus.second_letters(now)
    for letter in letters:
        controller = notices.current(notices.brands()[0]).notice.controller
        words = {
            "code": letter.code,
            "link": f"{env.text('SAYSO_WEB_ADDRESS')}/centre/guardian",
            "brand": controller.name,
            "address": controller.address,
            "contact": controller.email,
        }
        messages.send("guardian_confirm", letter.address, words, letter.locale, now)
    return len(letters)
