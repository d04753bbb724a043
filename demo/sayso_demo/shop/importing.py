"""Load customers from a file, never somebody who was erased."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from sayso_sdk import SaysoProblem

from sayso_demo.shop.consent import sayso
from sayso_demo.shop.forms import ImportedCustomer
from sayso_demo.shop.models import Customer, Suppression
from sayso_demo.shop.orders import address_of, new_customer

AT_ONCE = 200
SILENT = (
    "Sayso could not say who was erased or what is collected no more, so nothing was imported."
    " Start Sayso and try again."
)


class NotImported(Exception):
    """The file was not loaded; nothing was changed."""


@dataclass(frozen=True)
class Imported:
    """How many rows were loaded, were already here, and were refused."""

    imported: int
    known: int
    suppressed: int


def import_customers(file: Path) -> Imported:
    """Load every row but those of erased people; raises NotImported and changes nothing on any doubt."""
    rows = _rows(file)
    erased, given_up = _erased(rows), _given_up()
    wanted = [row for place, row in enumerate(rows) if place not in erased]
    now, new = timezone.now(), 0
    with transaction.atomic():
        for row in wanted:
            if not Customer.objects.filter(number=row.cleaned_data["number"]).exists():
                delivery = row.delivery(without=given_up)
                new_customer(delivery, address_of(delivery), now, row.cleaned_data["number"])
                new += 1
    return Imported(new, len(wanted) - new, len(erased))


def _rows(file: Path) -> list[ImportedCustomer]:
    with file.open(encoding="utf-8", newline="") as lines:
        rows = [ImportedCustomer(row) for row in csv.DictReader(lines)]
    for line, row in enumerate(rows, 2):
        if not row.is_valid():
            raise NotImported(f"Line {line}: look at {', '.join(row.errors)}. Nothing was imported.")
    return rows


def _given_up() -> set[str]:
    """Return the columns of the customers' table that Sayso says nobody may fill any more."""
    try:
        names = (name.split(".") for name in sayso().given_up("shop"))
        return {column for table, column in names if table == "customers"}
    except SaysoProblem as fault:
        raise NotImported(SILENT) from fault


def _erased(rows: list[ImportedCustomer]) -> set[int]:
    """Return the positions of rows whose number or e-mail address belongs to somebody erased."""
    asked = [
        (
            place,
            {
                "kind": kind,
                "value": row.cleaned_data[field].lower() if kind == "email" else row.cleaned_data[field],
            },
        )
        for place, row in enumerate(rows)
        for kind, field in (("customer", "number"), ("email", "email"))
    ]
    here = set(Suppression.objects.values_list("key", flat=True))
    found = {place for place, identifier in asked if identifier["value"] in here}
    try:
        for start in range(0, len(asked), AT_ONCE):
            part = asked[start : start + AT_ONCE]
            found |= {
                part[index][0] for index in sayso().check_suppressed([identifier for _, identifier in part])
            }
    except (SaysoProblem, IndexError) as fault:
        raise NotImported(SILENT) from fault
    return found
