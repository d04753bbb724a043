"""A brand's server passes on when somebody says they were born. A month, and only a band of it is kept."""

from datetime import UTC, datetime

from django.db import transaction
from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from sayso.api.auth import brand_of, scope
from sayso.api.values import SubjectIn
from sayso.consent import family
from sayso.core.errors import Unproved
from sayso.core.vocabulary import Voucher
from sayso.identity import ages
from sayso.identity import queries as identity

router = Router(tags=["identity"])


class AgeIn(Schema):
    """Who, and the month of birth they gave to a question that suggests no answer."""

    subject: SubjectIn
    born: str = Field(max_length=7, examples=["2013-05"])


class AgeOut(Schema):
    """The band that stands: `child`, `teen` or `adult`. An older age said later changes nothing."""

    band: str


def _subjects(reference: dict[str, str], now: datetime) -> list[str]:
    """Give everybody meant; a browser that never answered becomes somebody by saying this."""
    known = identity.resolve(reference, now).subjects
    if known or "device" not in reference:
        return list(known)
    return [ages.subject_of_device(reference["device"], now)]


@router.post("/age", response=AgeOut, auth=scope("age"), summary="Tell a month of birth; a band is kept")
@transaction.atomic
def say_age(request: HttpRequest, told: AgeIn) -> AgeOut:
    """Keep the age band of a person; what is forbidden for minors is refused from this moment."""
    reference, now = told.subject.reference(), datetime.now(UTC)
    subjects = _subjects(reference, now)
    if not subjects:
        raise Unproved("unknown_subject", "Nobody is known by that reference.", "Send the device's secret.")
    voucher = Voucher.DEVICE if "device" in reference else Voucher.SERVER_KEY
    return AgeOut(band=family.say_age(subjects, brand_of(request), told.born, voucher, now))
