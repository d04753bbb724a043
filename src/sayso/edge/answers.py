"""Read an answer that came over HTTP, and refuse what was never shown."""

from dataclasses import dataclass
from typing import Any

from sayso.consent.ledger import Submission, body_hash_of
from sayso.core.consent import ACTS, Answer, Published, read_answers
from sayso.core.editions import Editions
from sayso.core.errors import Invalid
from sayso.core.layout import text_hash
from sayso.core.values import read_event_id
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.deployment.database import Database
from sayso.identity import store as identity
from sayso.notices import store as notices

SURFACES = frozenset({"banner", "shop", "centre"})
LONGEST = 200  # characters of any one text in an answer


def _field(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value or len(value) > LONGEST:
        raise Invalid("invalid_answer", f"`{name}` is missing or no short text.", f"Send `{name}` as text.")
    return value


def _one_of(body: dict[str, Any], name: str, known: frozenset[str]) -> str:
    value = _field(body, name)
    if value not in known:
        remedy = f"Send one of {', '.join(sorted(known))}."
        raise Invalid("invalid_answer", f"`{name}` is none that we know.", remedy)
    return value


def _base(body: dict[str, Any]) -> int:
    base = body.get("base", 0)
    if type(base) is not int or not 0 <= base < 2**53:
        raise Invalid("invalid_answer", "`base` is not a revision.", "Send the `rev` the person had seen.")
    return base


MOST_SHOWN = 1000
_shown: dict[
    tuple[str, str, str], str
] = {}  # version, layout, locale → hash: what was published never changes


def _hash_shown(published: Published, layout: str, locale: str) -> str:
    key = (published.notice.version, layout, locale)
    if (known := _shown.get(key)) is None:
        known = text_hash(published.notice, layout, locale)
        if len(_shown) >= MOST_SHOWN:
            _shown.clear()
        _shown[key] = known
    return known


def _check_shown(body: dict[str, Any], published: Published) -> None:
    """INVARIANT: an answer counts only for the very text that was shown."""
    if _field(body, "text_hash") != _hash_shown(published, _field(body, "layout"), _field(body, "locale")):
        remedy = "Fetch the text again, show it, and send its hash."
        raise Invalid("text_mismatch", "The text shown is not the text published.", remedy)


def _check_act(act: str, answers: dict[str, ConsentStatus], published: Published) -> None:
    """`Accept all` never carries what needs a statement of its own; nor can `reject all` permit."""
    for choice, said in answers.items():
        found = published.notice.find(choice)
        explicit = found is not None and found[0].explicit
        if said is ConsentStatus.GIVEN and (act == "reject_all" or (act == "accept_all" and explicit)):
            raise Invalid("invalid_answer", f"`{act}` cannot give this choice.", "Ask for it on its own.")


@dataclass(frozen=True, slots=True)
class Sent:
    """An answer as it came: for which site, from which device, and the body as bytes and as what they say.

    `heard`: Global Privacy Control came with it.
    """

    site: str
    device: str | None
    heard: bool
    raw: bytes
    body: object


class Told:
    """What a batch of answers is read against: whose each site is and what that brand published, looked up once."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._sites: dict[str, str] = {}
        self._brands: dict[str, Editions] = {}

    def brand(self, site: str) -> str:
        """Give the brand a site belongs to. Raises `NotFound` with code `unknown_site`."""
        if site not in self._sites:
            self._sites[site] = notices.brand_of_site(self._db, site)
        return self._sites[site]

    def editions(self, brand: str) -> Editions:
        """Give every version of a brand's notice."""
        if brand not in self._brands:
            self._brands[brand] = notices.editions(self._db, brand)
        return self._brands[brand]

    def version(self, brand: str, name: str) -> Published:
        """Give one version of a brand's notice. Raises `Conflict` with code `unknown_version`."""
        return self.editions(brand).find(name) or notices.version(self._db, brand, name)


def read_submission(told: Told, sent: Sent) -> Submission:
    """Read an answer of a browser and give it ready for the ledger.

    Raises `NotFound` (unknown_site), `Unproved` (device_*), `Conflict` (unknown_version) and `Invalid`.
    """
    brand, body = told.brand(sent.site), sent.body
    device_hash = identity.read_device_secret(sent.device)
    if not isinstance(body, dict):
        raise Invalid("invalid_answer", "The body is not an object.", "Send a JSON object.")
    event, act = read_event_id(body.get("event")), _one_of(body, "act", ACTS)
    published = told.version(brand, _field(body, "version"))
    _check_shown(body, published)
    answers = read_answers(body.get("answers"), published)
    _check_act(act, answers, published)
    answer = Answer(
        event=event,
        version=published.notice.version,
        answers=answers,
        locale=body["locale"],
        text_hash=body["text_hash"],
        layout=body["layout"],
        surface=_one_of(body, "surface", SURFACES),
        act=act,
        voucher=Voucher.DEVICE,
        base=_base(body),
        gpc=sent.heard,
        client_at=_field(body, "at") if "at" in body else "",
    )
    return Submission(brand, answer, body_hash_of(sent.raw), device=device_hash)
