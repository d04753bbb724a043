"""The field's standard terms, once each, with where they come from."""

from enum import StrEnum


class Operation(StrEnum):
    """What is done with a datum. Processors are told, never chosen."""

    USE = "use"
    DISCLOSE = "disclose"
    SHARE_ADS = "share_ads"  # cross-context advertising, the CCPA's "share" (Civ. Code 1798.140(ah))
    SELL = "sell"


class LegalBasis(StrEnum):
    """Why processing may happen (GDPR art. 6(1))."""

    CONSENT = "consent"
    CONTRACT = "contract"
    LEGAL_OBLIGATION = "legal_obligation"
    LEGITIMATE_INTEREST = "legitimate_interest"


class ConsentStatus(StrEnum):
    """Where one choice stands (DPV consent status, and ours). Only given and renewed permit."""

    UNKNOWN = "unknown"
    REQUESTED = "requested"
    DEFERRED = "deferred"
    GIVEN = "given"
    RENEWED = "renewed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    INVALIDATED = "invalidated"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


PERMITTING = frozenset({ConsentStatus.GIVEN, ConsentStatus.RENEWED})
NARROW = frozenset({ConsentStatus.REFUSED, ConsentStatus.WITHDRAWN, ConsentStatus.REVOKED})
ANSWERABLE = frozenset({ConsentStatus.GIVEN, ConsentStatus.REFUSED, ConsentStatus.DEFERRED})


class Voucher(StrEnum):
    """Who vouches for an answer."""

    DEVICE = "device"
    ACCOUNT = "account"
    STAFF = "staff"
    SERVER_KEY = "server_key"
    IMPORT = "import"
    GUARDIAN = "guardian"
    LETTER = "letter"  # the link in a letter: a letter is passed on, and its links are opened by machines


VOUCHED_BY_THE_PERSON = frozenset({Voucher.DEVICE, Voucher.ACCOUNT})

DPV = "https://w3id.org/dpv#"
PROCESSING_IRI: dict[Operation, str] = {
    Operation.USE: "dpv:Use",
    Operation.DISCLOSE: "dpv:Disclose",
    Operation.SHARE_ADS: "dpv:Share",  # DPV knows no narrower one: "to give data (or a portion of it) to others"
    Operation.SELL: "dpv:Share",
}
STATUS_IRI: dict[ConsentStatus, str] = {
    ConsentStatus.UNKNOWN: DPV + "ConsentUnknown",
    ConsentStatus.REQUESTED: DPV + "ConsentRequested",
    ConsentStatus.DEFERRED: DPV + "ConsentRequestDeferred",
    ConsentStatus.GIVEN: DPV + "ConsentGiven",
    ConsentStatus.RENEWED: DPV + "RenewedConsentGiven",
    ConsentStatus.REFUSED: DPV + "ConsentRefused",
    ConsentStatus.WITHDRAWN: DPV + "ConsentWithdrawn",
    ConsentStatus.EXPIRED: DPV + "ConsentExpired",
    ConsentStatus.INVALIDATED: DPV + "ConsentInvalidated",
    ConsentStatus.REVOKED: DPV + "ConsentRevoked",
    ConsentStatus.SUPERSEDED: "urn:sayso:status:superseded",  # ours: an offline yes older than a later no
}
