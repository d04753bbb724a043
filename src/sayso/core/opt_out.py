"""What an opt-out stops: a browser's signal, or a Block on an identifier that nobody proved.

An opt-out stops what may be stopped: uses that rest on consent or on our own interest. What a contract or
the law asks for goes on, as the law says (CCPA 1798.105(d), 11 CCR 7027(m); GDPR art. 21(1)).
"""

from dataclasses import dataclass
from enum import StrEnum

from sayso.core.notice import Notice
from sayso.core.purpose import Part, Purpose
from sayso.core.vocabulary import DPV, LegalBasis, Operation


class Scope(StrEnum):
    """What one opt-out is about, in the words of the laws that give the right."""

    SELL = "sell"  # CCPA 1798.120(a)
    SHARE_ADS = "share_ads"  # CCPA 1798.120(a), 1798.140(ah): cross-context behavioural advertising
    MARKETING = "marketing"  # GDPR art. 21(2)-(3): at any time, without a reason
    SENSITIVE = "sensitive"  # CCPA 1798.121: limit the use of sensitive data


# DPV 2.3: Marketing and everything that is a kind of it.
MARKETING = frozenset(
    DPV + name
    for name in (
        "Marketing", "DirectMarketing", "SocialMediaMarketing", "PublicRelations", "PoliticalCampaign",
        "Advertising", "PersonalisedAdvertising", "TargetedAdvertising", "RecruitmentAdvertising",
        "RecruitmentTargetedAdvertising",
    )
)  # fmt: skip
_STOPPABLE = frozenset({LegalBasis.CONSENT, LegalBasis.LEGITIMATE_INTEREST})


@dataclass(frozen=True, slots=True)
class Heard:
    """What is heard beside a person's answers: a signal with this very request, Blocks on an identifier."""

    signal: bool = False
    scopes: frozenset[Scope] = frozenset()


NOTHING_HEARD = Heard()


def scopes_covering(notice: Notice, purpose: Purpose, part: Part) -> frozenset[Scope]:
    """Give the scopes that stop this use; none for what a contract or the law asks for."""
    if purpose.basis not in _STOPPABLE:
        return frozenset()
    category = notice.categories.get(part.choice.category)
    applies = {
        Scope.SELL: part.choice.operation is Operation.SELL,
        Scope.SHARE_ADS: part.choice.operation is Operation.SHARE_ADS or purpose.cross_context,
        Scope.MARKETING: purpose.iri in MARKETING,
        Scope.SENSITIVE: purpose.explicit or (category is not None and category.sensitive),
    }
    return frozenset(scope for scope, covers in applies.items() if covers)


def covered_by_signal(notice: Notice, choice: str) -> bool:
    """Tell whether Global Privacy Control speaks of this choice: selling, or advertising across sites."""
    found = notice.find(choice)
    return found is not None and not scopes_covering(notice, *found).isdisjoint({Scope.SELL, Scope.SHARE_ADS})


def blocked(notice: Notice, choice: str, scopes: frozenset[Scope]) -> bool:
    """Tell whether Blocks of these scopes stop a choice of this notice."""
    found = notice.find(choice)
    return found is not None and not scopes_covering(notice, *found).isdisjoint(scopes)


def covered(notice: Notice, scopes: frozenset[Scope]) -> list[str]:
    """List what a person can answer that these scopes stop, in the notice's order."""
    return [choice.id for choice in notice.choices() if blocked(notice, choice.id, scopes)]
