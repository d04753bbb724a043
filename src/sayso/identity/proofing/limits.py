"""How often something may be tried: counted in the database, per account, address and browser, never per IP."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from sayso.identity import keys
from sayso.identity.proofing import models


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` within `within`."""

    times: int
    within: timedelta


LIMITS: dict[str, Limit] = {
    "sign_in_browser": Limit(5, timedelta(minutes=15)),
    "sign_in_address": Limit(8, timedelta(minutes=15)),
    "opt_out_address": Limit(5, timedelta(minutes=15)),
    "proof_account": Limit(5, timedelta(minutes=15)),
    "proof_address": Limit(5, timedelta(minutes=15)),
    "look_up": Limit(30, timedelta(minutes=15)),  # by one member of staff
}


@transaction.atomic
def take(name: str, whose: str, now: datetime) -> bool:
    """Use one of the tries of a limit; False when none is left until it fills again."""
    limit, lookup = LIMITS[name], keys.lookup(f"limit:{name}", whose)
    models.Attempt.objects.filter(limit=name, at__lte=now - limit.within).delete()
    if models.Attempt.objects.filter(limit=name, lookup=lookup).count() >= limit.times:
        return False
    models.Attempt.objects.create(limit=name, lookup=lookup, at=now)
    return True
