"""The one question worth asking now, and its answer with what it brings at once."""

from datetime import UTC, datetime

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from sayso.api.auth import brand_of, scope
from sayso.api.recommendations import RecommendationsOut, suggested
from sayso.api.values import Json, StandingOut, SubjectIn, Whole
from sayso.asks import services
from sayso.asks.queries import Offered
from sayso.asks.services import Said, Taken
from sayso.core.ask import WhyNot
from sayso.identity import queries as identity
from sayso.personalisation import queries as personalisation
from sayso.personalisation import services as facts

router = Router(tags=["asks"])
SUGGESTED = 4  # items of the benefit shown beside the answer


class NextIn(Schema):
    """Of whom, at which moment of the journey, and in which language."""

    subject: SubjectIn
    moment: str = Field(max_length=40)
    locale: str = Field("en", max_length=20)


class FieldOut(Schema):
    """What to type in, and how the browser may fill it."""

    name: str
    label: str
    autocomplete: str
    max_length: int


class AskOut(Schema):
    """A question with everything to show and everything its answer has to carry."""

    id: str
    title: str
    what_for: str
    by_whom: str
    how_long: str
    benefit: str
    words: dict[str, str]
    choices: list[str]
    field: FieldOut
    locale: str
    version: str
    text_hash: str
    layout: str
    base: int


class NextOut(Schema):
    """One question, or why there is none."""

    ask: AskOut | None
    reason: str | None = None


def _shown(offered: Offered) -> Json:
    names = ("id", "words", "choices", "field", "locale", "version", "text_hash", "layout", "base")
    return {**offered.texts, **{name: getattr(offered, name) for name in names}}


@router.post("/asks/next", response=NextOut, auth=scope("asks"), summary="The one question for a moment")
def next_ask(request: HttpRequest, asked: NextIn) -> Json:
    """Give the question to show now, or why the person is left in peace. Asking for it counts as showing."""
    brand, now = brand_of(request), datetime.now(UTC)
    subjects = identity.resolve(asked.subject.reference(), now).subjects
    known = personalisation.categories_told(brand, subjects)
    found = services.next_ask(brand, subjects, asked.moment, asked.locale, known, now)
    if isinstance(found, WhyNot):
        return {"ask": None, "reason": str(found)}
    return {"ask": _shown(found)}


class SaidIn(Schema):
    """What she said, under which text, and what she typed if she said yes."""

    subject: SubjectIn
    event: str = Field(max_length=36)
    answer: str = Field(max_length=12)
    value: dict[str, str] | None = None
    version: str = Field(max_length=71)
    text_hash: str = Field(max_length=71)
    layout: str = Field(max_length=20)
    base: Whole = 0
    locale: str = Field("en", max_length=20)


class TakenOut(Schema):
    """The receipt, where she stands now, and what her yes brings at once."""

    receipt: str
    standing: StandingOut
    benefit: RecommendationsOut | None


@router.post("/asks/{name}/answers", response=TakenOut, auth=scope("asks"), summary="Answer a question")
def answer_ask(request: HttpRequest, name: str, told: SaidIn) -> Json:
    """Record the answer; after a yes keep what she typed and give what it brings."""
    brand, now = brand_of(request), datetime.now(UTC)
    reference = told.subject.reference()
    said = Said(**told.dict(exclude={"subject"}))
    taken = services.answer_ask(brand, reference, name, said, now)
    states = {choice: str(status) for choice, status in taken.standing.statuses.items()}
    return {
        "receipt": taken.receipt,
        "standing": {"rev": taken.standing.rev, "states": states},
        "benefit": _benefit(request, reference, taken, told.locale, now),
    }


def _benefit(
    request: HttpRequest, reference: dict[str, str], taken: Taken, locale: str, now: datetime
) -> Json | None:
    """Keep the fact and show what it brings. A stranger room to `asks`, so the two meet here."""
    if taken.fact is None:
        return None
    facts.add_facts_to(brand_of(request), taken.subject, [taken.fact], now)
    return suggested(request, reference, SUGGESTED, locale)
