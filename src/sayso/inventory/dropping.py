"""A field that is collected no more: the register remembers it, whatever a file says afterwards."""

from datetime import datetime

from django.db import transaction

from sayso.core.errors import NotFound
from sayso.inventory import models, queries


@transaction.atomic
def drop_field(system: str, table: str, column: str, proposal: str, now: datetime) -> None:
    """Mark a described field as dropped, by an approved proposal. Repeating it changes nothing.

    Raises `NotFound` with code `unknown_field`.
    """
    if queries.field(system, table, column) is None:
        raise NotFound("unknown_field", "There is no such field.", "Read the report of fields again.")
    models.DroppedField.objects.get_or_create(
        system=system, table=table, column=column, defaults={"proposal": proposal, "dropped_at": now}
    )
