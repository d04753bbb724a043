"""Verbs about purpose tokens, for the rooms above: end and forget somebody's, sweep what has expired."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from sayso.decisions.models import Token, TokenAbout
from sayso.decisions.tokens import SUBJECT

KEPT_AFTER = timedelta(
    minutes=1
)  # a place is given to nobody else while some clock still thinks it is in use


@transaction.atomic
def forget_tokens(subjects: Sequence[str]) -> int:
    """End every token about these subjects and forget whom it was about; give how many there were.

    The place itself stays in its list until it expires, about nobody: without it the token would look valid.
    """
    about = TokenAbout.objects.filter(kind=SUBJECT, name__in=subjects)
    places = set(about.values_list("number", "idx"))
    for number, index in places:
        Token.objects.filter(number=number, idx=index).update(revoked=1)
        TokenAbout.objects.filter(number=number, idx=index).delete()
    return len(places)


@transaction.atomic
def sweep_tokens(now: datetime) -> int:
    """Delete what expired more than a minute ago; give how many places became free."""
    over = int((now - KEPT_AFTER).timestamp())
    if not Token.objects.filter(until__lt=over).exists():
        return 0
    TokenAbout.objects.filter(until__lt=over).delete()
    return Token.objects.filter(until__lt=over).delete()[0]
