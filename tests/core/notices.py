"""Notices, standings and times as hypothesis makes them: odd, but what the rules must decide all the same."""

from datetime import timedelta

from hypothesis import strategies as st

from sayso.core.age import Band
from sayso.core.choice import Choice
from sayso.core.consent import Held, Published, Standing
from sayso.core.duration import Duration
from sayso.core.guardian import EMAIL_PLUS, MinorRule
from sayso.core.notice import Controller, Notice
from sayso.core.opt_out import Scope
from sayso.core.purpose import Category, Part, Purpose
from sayso.core.vocabulary import DPV, ConsentStatus, LegalBasis, Operation
from tests.linen import MONDAY

CATEGORIES = {
    name: Category(name, DPV + name, {}, {}, sensitive=name == "health")
    for name in ("contact", "health", "visits")
}
IRIS = [DPV + name for name in ("DirectMarketing", "ServiceProvision", "TargetedAdvertising")]
UNLISTED = "gossip.contact.use.self"
YEAR = Duration(months=12, days=0)
moments = st.integers(-3, 3).map(lambda days: MONDAY + timedelta(days=days))


@st.composite
def purposes(draw: st.DrawFn, number: int, most_parts: int) -> Purpose:
    """Make a purpose with some of the parts that its name allows."""
    name = f"purpose{number}"
    combinations = [
        Choice(name, category, operation, recipient)
        for recipient in ("self", *(f"partner{index}" for index in range(most_parts // 12 + 1)))
        for operation in Operation
        for category in CATEGORIES
    ]
    count = draw(st.integers(1, most_parts))
    parts = tuple(Part(choice, {}, {}, YEAR, YEAR) for choice in combinations[:count])
    return Purpose(
        id=name,
        iri=draw(st.sampled_from(IRIS)),
        title={},
        text={},
        benefit={},
        consequence={},
        basis=draw(st.sampled_from([LegalBasis.CONSENT, LegalBasis.CONSENT, *LegalBasis])),
        law={},
        cross_context=draw(st.booleans()),
        explicit=draw(st.booleans()),
        parts=parts,
        minors=draw(st.sampled_from(MinorRule)),
    )


@st.composite
def notices(draw: st.DrawFn, most_purposes: int = 4, most_parts: int = 4) -> Published:
    """Make a published notice; two generations are about, so that some answers are to an older one."""
    count = draw(st.integers(1, most_purposes))
    made = [draw(purposes(number, most_parts)) for number in range(count)]
    notice = Notice(
        brand="linen-and-loom",
        version="sha256:made",
        locales=("en",),
        controller=Controller("", "", "", "", "", ""),
        title={},
        asking_title={},
        asking_body={},
        categories=CATEGORIES,
        recipients={},
        safeguards={},
        purposes={purpose.id: purpose for purpose in made},
        directed_to_children=draw(st.booleans()),
        document={},
    )
    return Published(notice, {choice.id: "now" for choice in notice.choices()}, {})


held = st.builds(
    Held,
    status=st.sampled_from([ConsentStatus.GIVEN, ConsentStatus.RENEWED, *ConsentStatus]),
    rev=st.integers(1, 4),
    narrowed=st.integers(0, 4),
    generation=st.sampled_from(["now", "now", "before"]),
    until=st.none() | moments,
    specific=st.integers(0, 4),
)


def standings(published: Published) -> st.SearchStrategy[Standing]:
    """Make a standing over a notice; it may hold what the notice no longer lists, and what it only tells."""
    parts = [part.choice.id for _, part in published.notice.parts()]
    said = st.dictionaries(st.sampled_from([*parts[:40], UNLISTED]), held, max_size=6)
    return st.builds(
        Standing,
        rev=st.integers(1, 4),
        held=said,
        restricted=st.sampled_from([False, False, False, True]),
        erasing=st.sampled_from([False, False, False, True]),
        gpc=st.integers(0, 4),
        band=st.sampled_from(Band),
        guardian_held=said,
        guardian_method=st.sampled_from(["", EMAIL_PLUS, "unheard of"]),
    )


scopes = st.frozensets(st.sampled_from(Scope), max_size=2)
