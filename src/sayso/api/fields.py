"""Which fields a brand's own systems may go on collecting."""

from django.http import HttpRequest
from ninja import Router, Schema

from sayso.api.auth import brand_of, scope
from sayso.api.values import Json
from sayso.inventory import queries as inventory
from sayso.inventory.queries import Field
from sayso.notices import queries as notices

router = Router(tags=["facts"])


class FieldOut(Schema):
    """One field: whether it may be collected, and the purposes of the notice that need it."""

    table: str
    column: str
    category: str
    collect: bool
    purposes: list[str]


class FieldsOut(Schema):
    """The fields of one system, in the order of its file."""

    fields: list[FieldOut]


def _field(field: Field, brand: str) -> Json:
    purposes = [purpose.id for purpose in notices.current(brand).notice.using(field.category, field.purposes)]
    named = {name: getattr(field, name) for name in ("table", "column", "category")}
    return {**named, "collect": field.dropped_at is None, "purposes": purposes}


@router.get(
    "/systems/{system}/fields", response=FieldsOut, auth=scope("facts"), summary="What may be collected"
)
def fields(request: HttpRequest, system: str) -> Json:
    """List the described fields of one system; one that was given up is to be collected no more."""
    brand = brand_of(request)
    found = [one for one in inventory.fields_of(brand) if one.system == system]
    return {"fields": [_field(one, brand) for one in found]}
