"""What a notice says about one purpose, its parts, and the companies that receive data."""

from dataclasses import dataclass

from sayso.core.choice import Choice
from sayso.core.duration import Duration
from sayso.core.values import content_hash
from sayso.core.vocabulary import LegalBasis

Texts = dict[str, str]  # locale → plain text


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of personal data (DPV `PersonalData`)."""

    id: str
    iri: str
    title: Texts
    sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Recipient:
    """A company that receives data, by name (GDPR art. 13(1)(e))."""

    id: str
    name: str
    role: str
    country: str
    what: Texts
    safeguards: Texts
    contact: str
    since: str


@dataclass(frozen=True, slots=True)
class Part:
    """One choice of a purpose and how long its data is kept."""

    choice: Choice
    retention: Duration
    retention_text: str
    hosts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Purpose:
    """Why data is processed, on which basis, and what it brings the person."""

    id: str
    iri: str
    title: Texts
    text: Texts
    benefit: Texts
    consequence: Texts
    basis: LegalBasis
    law: str
    cross_context: bool
    explicit: bool
    valid_for: Duration
    parts: tuple[Part, ...]

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
        "retention": part.retention_text,
        "recipient": recipient
        and {"role": recipient.role, "country": recipient.country, "safeguards": recipient.safeguards},
    }


def material_hash(purpose: Purpose, part: Part, recipient: Recipient | None) -> str:
    """Give the hash an answer is judged by: another hash is another question."""
    return content_hash(material(purpose, part, recipient))
