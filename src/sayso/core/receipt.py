"""The receipt a person keeps: what ISO/IEC TS 27560 asks for, in the words of DPV 2.3. No contact data."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sayso.core.choice import OWN_USE
from sayso.core.consent import Published
from sayso.core.errors import Malformed
from sayso.core.leaf import answer_leaf
from sayso.core.notice import Notice
from sayso.core.purpose import Part, Purpose
from sayso.core.vocabulary import PROCESSING_IRI, STATUS_IRI, ConsentStatus, LegalBasis

CONTEXT = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "pd": "https://w3id.org/dpv/pd#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
}
BASIS_IRI = {
    LegalBasis.CONSENT: "dpv:Consent",
    LegalBasis.CONTRACT: "dpv:Contract",
    LegalBasis.LEGAL_OBLIGATION: "dpv:LegalObligation",
    LegalBasis.LEGITIMATE_INTEREST: "dpv:LegitimateInterest",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """What one receipt is about. `pseudonym` is the subject's name in this one receipt and nowhere else."""

    event: str
    seq: int
    version: str
    answers: dict[str, str]
    outcome: dict[str, str]
    recorded_at: str
    leaf_hash: str
    salt: str
    commitment: str
    in_log_by: str
    voucher: str
    method: str
    locale: str
    text_hash: str
    pseudonym: str
    address: str  # of the deployment's pages


def _entity(notice: Notice) -> dict[str, Any]:
    controller = notice.controller
    return {
        "@type": "dpv:DataController",
        "dct:identifier": notice.brand,
        "dpv:hasName": controller.name,
        "dpv:hasContact": controller.email,
        "dpv:hasAddress": controller.address,
        "dpv:hasRole": "dpv:DataController",
        "dpv:hasJurisdiction": controller.country,
    }


def _recipient(notice: Notice, part: Part, locale: str) -> dict[str, Any]:
    recipient = notice.recipients[part.choice.recipient]
    return {
        "@type": "dpv:DataController" if recipient.id == OWN_USE else "dpv:ThirdParty",
        "dct:identifier": recipient.id,
        "dpv:hasName": recipient.name[locale],
        "dpv:hasContact": recipient.contact,
        "dpv:hasLocation": recipient.country,
    }


def process(notice: Notice, purpose: Purpose, part: Part, facts: Facts) -> dict[str, Any]:
    """Give what a receipt says of one choice that was answered."""
    category = notice.categories[part.choice.category]
    outcome = ConsentStatus(facts.outcome[part.choice.id])
    return {
        "@type": "dpv:Process",
        "dct:identifier": part.choice.id,
        "dpv:hasPurpose": {"@type": purpose.iri, "dct:title": purpose.title[facts.locale]},
        "dpv:hasLegalBasis": BASIS_IRI[purpose.basis],
        "dpv:hasPersonalData": {
            "@type": "dpv:PersonalData",
            "skos:broader": category.iri,
            "dct:title": category.title[facts.locale],
        },
        "dpv:hasProcessing": {
            "@type": PROCESSING_IRI[part.choice.operation],
            "dct:title": part.choice.operation,
        },
        "dpv:hasStorageCondition": {"@type": "dpv:StorageDuration", "dpv:hasDuration": part.retention.iso},
        "dpv:hasRecipient": _recipient(notice, part, facts.locale),
        "dpv:hasConsentStatus": {
            "@type": [STATUS_IRI[outcome], "dpv:ExpressedConsent"],
            "dct:title": outcome,
            "sayso:said": facts.answers[part.choice.id],
            "dpv:isIndicatedAtTime": facts.recorded_at,
            "dpv:isIndicatedBy": "dpv:DataSubject",
            "dpv:hasIndicationMethod": facts.method,
            "dpv:hasDuration": part.valid_for.iso,
        },
    }


def _control(facts: Facts) -> dict[str, Any]:
    return {
        "@type": ["dpv:ProvideConsent", "dpv:WithdrawConsent"],
        "dpv:isExercisedAt": f"{facts.address}/centre/choices",
    }


def _right(notice: Notice, facts: Facts) -> dict[str, Any]:
    return {
        "@type": "dpv:DataSubjectRight",
        "dct:title": "Right to withdraw consent and to complain",
        "dpv:isExercisedAt": f"{facts.address}/centre/",
        "dpv:hasContact": f"{notice.controller.authority}, {notice.controller.authority_url}",
    }


def answered(notice: Notice, facts: Facts) -> list[tuple[Purpose, Part]]:
    """List what was answered as a receipt does: in the notice's order."""
    return [(purpose, part) for purpose, part in notice.parts() if part.choice.id in facts.answers]


def _record(published: Published, facts: Facts) -> dict[str, Any]:
    notice = published.notice
    return {
        "@id": f"urn:uuid:{facts.event}",
        "@type": "dpv:ConsentRecord",
        "dct:conformsTo": "https://w3id.org/dpv/schema/dpv-27560#record",
        "dct:identifier": facts.event,
        "dpv:hasDataSubject": {
            "@id": f"urn:sayso:pseudonym:{facts.pseudonym}",
            "skos:broader": "dpv:Consumer",
        },
        "dpv:hasDataController": _entity(notice),
        "dpv:hasJurisdiction": notice.controller.country,
        "dpv:hasNotice": {
            "@id": f"{facts.address}/notice/{facts.version}",
            "@type": "dpv:ConsentNotice",
            "dct:identifier": facts.version,
            "dct:language": facts.locale,
            "sayso:textHash": facts.text_hash,
        },
        "dpv:hasProcess": [
            process(notice, purpose, part, facts) for purpose, part in answered(notice, facts)
        ],
        "dpv:hasConsentControl": _control(facts),
        "dpv:hasRight": _right(notice, facts),
    }


def receipt(published: Published, facts: Facts) -> dict[str, Any]:
    """Give the receipt's content. Deterministic: the same event gives the same bytes."""
    return {
        "@context": {**CONTEXT, "sayso": "urn:sayso:"},
        "@id": f"urn:sayso:receipt:{facts.event}",
        "@type": "dpv:ConsentReceipt",
        "dct:identifier": f"receipt-{facts.event}",
        "dct:conformsTo": "https://w3id.org/dpv/schema/dpv-27560#receipt",
        "dct:created": facts.recorded_at,
        "dct:publisher": published.notice.controller.name,
        "schema:recipient": "dpv:DataSubject",
        "dpv:hasRecordOfActivity": _record(published, facts),
        "sayso:vouchedBy": facts.voucher,
        "sayso:log": {
            "seq": facts.seq,
            "leafHash": facts.leaf_hash,
            "commitment": facts.commitment,
            "salt": facts.salt,
            "inLogBy": facts.in_log_by,
        },
    }


def leaf_of(content: Mapping[str, Any]) -> str:
    """Compute anew, from what a receipt says, the leaf hash that its entry in the log must have.

    Raises `Malformed` with code `malformed_receipt` when it says too little.
    """
    try:
        log, record = content["sayso:log"], content["dpv:hasRecordOfActivity"]
        said = {one["dct:identifier"]: one["dpv:hasConsentStatus"] for one in record["dpv:hasProcess"]}
        return answer_leaf(
            log["seq"],
            record["dpv:hasDataController"]["dct:identifier"],
            record["dpv:hasNotice"]["dct:identifier"],
            {choice: status["sayso:said"] for choice, status in said.items()},
            {choice: status["dct:title"] for choice, status in said.items()},
            content["dct:created"],
            log["commitment"],
        )
    except (KeyError, TypeError, AttributeError, RecursionError) as broken:
        raise Malformed(
            "malformed_receipt", "It does not say what it is about.", "Download the receipt again."
        ) from broken
