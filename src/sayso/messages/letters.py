"""The table of letters we know how to write, and the writing itself.

A letter is one text file per locale: its first line is the subject, the rest the body, in plain text.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.template.loader import get_template

from sayso.core.errors import Invalid

TEMPLATES: dict[str, str] = {
    "sign_in_code": "The code somebody signs in with.",
    "proof_code": "The code that shows, at this very moment, that it is her who asks.",
    "access_ready": "Her data is ready to download.",
    "erasure_confirmed": "What will be deleted, what stays and why, and the link to watch it.",
    "erasure_proposed": "Staff began a deletion on her behalf, and how she takes it back.",
    "erasure_declined": "A deletion is not carried out, why, and where to complain.",
    "erasure_done": "Everything that could be deleted is deleted and was searched again.",
    "rectification_done": "A correction reached every system.",
    "phone_stopped": "A no was recorded for her by telephone, and by whom.",
    "phone_asked": "A yes was noted by telephone; the link that makes it hers.",
    "device_joined": "She signed in on a browser that had answers, and what of it holds for her account.",
    "unlinked": "A device or an address is no longer joined to her account.",
}
PLAIN = "plain"  # a letter another library wrote, sent as it is


@dataclass(frozen=True, slots=True)
class Text:
    """What a letter says."""

    subject: str
    body: str


def known_locale(locale: str) -> str:
    """Give the nearest locale our letters are written in: `zh-Hant` as `zh-hant`, anything else as `en`."""
    return locale.lower() if locale.lower() in dict(settings.LANGUAGES) else "en"


def write(template: str, locale: str, context: Mapping[str, Any]) -> Text:
    """Write a letter in one locale.

    Raises `Invalid` with code `unknown_letter` when there is no such template.
    """
    if template not in TEMPLATES:
        raise Invalid("unknown_letter", f"No letter is called {template!r}.", "Choose one of the table.")
    page = get_template(f"letters/{known_locale(locale)}/{template}.txt")
    subject, _, body = page.render(dict(context)).strip().partition("\n")
    return Text(subject.strip(), body.strip() + "\n")
