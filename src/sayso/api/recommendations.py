"""What may be suggested to a person, why, and the switch beside each reason."""

from dataclasses import asdict
from datetime import UTC, datetime

from django.http import HttpRequest
from ninja import Router, Schema, Status
from pydantic import Field

from sayso.api.auth import brand_of, key_of, scope
from sayso.api.values import AFew, Json, SubjectIn
from sayso.identity import queries as identity
from sayso.personalisation import queries, services
from sayso.personalisation.queries import Recommendations
from sayso.uses import services as uses

router = Router(tags=["recommendations"])
REASON_ID = f"^{services.REASON.pattern.removesuffix(chr(92) + 'Z')}$"  # as JSON Schema writes it


class RecommendIn(Schema):
    """For whom, how many, and in which language."""

    subject: SubjectIn
    limit: AFew = 4
    locale: str = Field("en", max_length=20)


class WhyOut(Schema):
    """One reason: what it says, the datum it rests on, what it contributes, and its switch."""

    id: str
    kind: str
    text: str
    datum: str
    facts: list[str]
    contribution: float
    on: bool


class RecommendedOut(Schema):
    """A suggested item; the score is the sum of the contributions that are on."""

    id: str
    title: str
    score: float
    reasons: list[WhyOut]


class NoteOut(Schema):
    """Something the person should know about her suggestions."""

    code: str
    text: str


class RecommendationsOut(Schema):
    """Suggestions, notes, the choices they rest on, and the reasons switched off."""

    items: list[RecommendedOut]
    notes: list[NoteOut]
    permitted: list[str]
    switched_off: list[WhyOut]


def written(found: Recommendations) -> Json:
    """Write suggestions as JSON values."""
    return asdict(found)


@router.post(
    "/recommendations",
    response=RecommendationsOut,
    auth=scope("recommend"),
    summary="Suggest items, each with its reasons",
)
def recommend(request: HttpRequest, asked: RecommendIn) -> Json:
    """Suggest from the facts the person permits at this moment; nothing permitted gives nothing."""
    return suggested(request, asked.subject.reference(), asked.limit, asked.locale)


def suggested(request: HttpRequest, reference: dict[str, str], limit: int, locale: str) -> Json:
    """Suggest to whoever a reference means, and count it as a use of what the suggestions rest on."""
    now, brand = datetime.now(UTC), brand_of(request)
    subjects = identity.resolve(reference, now).subjects
    found = queries.recommendations(brand, subjects, limit, locale, now)
    if found.items:
        uses.count(brand, key_of(request), reference, found.permitted)
    return written(found)


class SwitchIn(Schema):
    """Whose switch, of which reason, and where to."""

    subject: SubjectIn
    reason: str = Field(max_length=300, json_schema_extra={"pattern": REASON_ID})
    on: bool


@router.post(
    "/recommendations/switches", response={204: None}, auth=scope("recommend"), summary="Switch a reason"
)
def switch(request: HttpRequest, asked: SwitchIn) -> Status[None]:
    """Switch one reason on or off for this person, from the next suggestion on."""
    subjects = identity.resolve(asked.subject.reference(), datetime.now(UTC)).subjects
    services.switch_reason(brand_of(request), subjects, asked.reason, asked.on)
    return Status(204, None)
