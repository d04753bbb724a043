"""What a notice says about one purpose, its parts, and the companies that receive data."""

from dataclasses import dataclass, field

from sayso.core.choice import Choice
from sayso.core.duration import Duration
from sayso.core.guardian import MinorRule
from sayso.core.values import content_hash
from sayso.core.vocabulary import LegalBasis

Texts = dict[str, str]  # locale → plain text


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of personal data (DPV `PersonalData`) and where it comes from."""

    id: str
    iri: str
    title: Texts
    source: Texts
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Recipient:
    """A company that receives data, by name (GDPR art. 13(1)(e))."""

    id: str
    name: Texts
    role: str
    country: str
    contact: str
    what: Texts
    transfer: Texts


@dataclass(frozen=True, slots=True)
class Part:
    """One choice of a purpose: what is told about it, how long data and answer last, what protects it.

    `hosts` are the exact host:port pairs whose scripts this choice releases.
    """

    choice: Choice
    title: Texts
    text: Texts
    retention: Duration
    valid_for: Duration
    safeguards: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why data is processed, on which basis, and what it brings the person.

    `minors` says whose yes it needs for a minor; `plain` says it again in words a child reads. What is
    `counselling` stays out of a guardian's sight.
    """

    id: str
    iri: str
    title: Texts
    text: Texts
    benefit: Texts
    consequence: Texts
    basis: LegalBasis
    law: Texts
    cross_context: bool
    explicit: bool
    parts: tuple[Part, ...]
    minors: MinorRule = MinorRule.BOTH
    counselling: bool = False
    plain: Texts = field(default_factory=dict)

    @property
    def asked(self) -> bool:
        """Tell whether a person answers this purpose; otherwise they are told of it."""
        return self.basis is LegalBasis.CONSENT


def material(purpose: Purpose, part: Part, recipient: Recipient | None) -> dict[str, object]:
    """Give everything about a choice that changes what a person agreed to."""
    return {
        "purpose": purpose.iri,
        "basis": purpose.basis,
        "cross_context": purpose.cross_context,
        "explicit": purpose.explicit,
        "benefit": purpose.benefit,
        "choice": part.choice.id,
        "retention": part.retention.iso,
        "safeguards": sorted(part.safeguards),
        "recipient": recipient
        and {"role": recipient.role, "country": recipient.country, "transfer": recipient.transfer},
    }


def material_hash(purpose: Purpose, part: Part, recipient: Recipient | None) -> str:
    """Give the hash an answer is judged by: another hash is another question."""
    return content_hash(material(purpose, part, recipient))
