"""What the edge does with a database: one writer, one reader, each with a connection of its own."""

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sayso.consent import ledger, receipts, signal
from sayso.consent.ledger import Recorded, Submission
from sayso.core import layout
from sayso.core.age import MINORS, youngest
from sayso.core.consent import Published, Standing, as_one_person, band_of, statuses
from sayso.core.errors import SaysoError
from sayso.core.masking import masked
from sayso.core.vocabulary import PERMITTING, ConsentStatus
from sayso.deployment import env
from sayso.deployment.database import PostgreSQL, SQLite, open_database
from sayso.edge import answers
from sayso.edge.answers import Sent
from sayso.identity import keys
from sayso.identity import store as identity
from sayso.notices import store as notices

_local = threading.local()


def now() -> datetime:
    """Give the server's time."""
    return datetime.now(UTC)


def database() -> SQLite | PostgreSQL:
    """Give this thread's own connection, opened at its first use."""
    if not hasattr(_local, "database"):
        _local.database = open_database(env.database_url())
    opened: SQLite | PostgreSQL = _local.database
    return opened


def close_database() -> None:
    """Close this thread's own connection."""
    if hasattr(_local, "database"):
        _local.database.close()
        del _local.database
    keys.close()


def _where(
    standing: Standing, account: str | None, published: Published, moment: datetime
) -> dict[str, ConsentStatus]:
    """Give where a browser stands; while somebody is signed in on it, only what her account permits too."""
    if account is None:
        return statuses(standing, published, moment)
    hers = ledger.standing_of(database(), account, published.notice.brand) or Standing()
    # A child signed in here is a child here, though this browser was never told.
    here, there = (statuses(one or hers, published, moment) for one in as_one_person([standing, hers]))
    return {choice: there[choice] if said in PERMITTING else said for choice, said in here.items()}


def _standing_json(
    standing: Standing, account: str | None, published: Published, moment: datetime, *, heard: bool = False
) -> dict[str, Any]:
    return {
        "rev": standing.rev,
        "states": _where(standing, account, published, moment),
        "masked": masked(standing, published, signal=heard),
        "version": published.notice.version,
        "shown": standing.shown,
    }


def unrecorded_signal(site: str, device: str) -> list[Submission]:
    """Give what is to be written when this browser sends Global Privacy Control: usually nothing.

    A browser that never answered has no id, and nothing is written of it. The account signed in there hears
    of the signal too.
    """
    notices.brand_of_site(database(), site)  # of a site that is none of ours nothing is heard
    who = identity.resolve(database(), {"device": device}, now())
    every = notices.brands(database())  # an opt-out binds the controller, whichever brand heard it
    return [item for brand in every for item in signal.unrecorded(database(), who.subjects, brand)]


def _own_standing(device: str | None, published: Published, *, heard: bool) -> dict[str, Any] | None:
    if not device:
        return None
    moment, secret = now(), identity.read_device_secret(device)
    subject = identity.subject_of_device(database(), secret)
    own = ledger.standing_of(database(), subject, published.notice.brand) if subject else None
    account = identity.account_behind(database(), secret, moment) if own else None
    return _standing_json(own, account, published, moment, heard=heard) if own else None


def standing(site: str, device: str | None, *, heard: bool = False) -> dict[str, Any]:
    """Give where a browser stands; revision 0 and no states when it never answered.

    `heard` says that Global Privacy Control came with the request.
    """
    brand = notices.brand_of_site(database(), site)
    published = notices.current(database(), brand)
    held_back = masked(Standing(), published, signal=heard)
    own = _own_standing(device, published, heard=heard)
    return own or {"rev": 0, "states": {}, "masked": held_back, "version": published.notice.version}


def _layout(device: str | None, published: Published) -> str:
    """Give the layout of the banner: a minor is shown plain words, and nothing that is forbidden."""
    subjects = identity.resolve(database(), {"device": device}, now()).subjects if device else ()
    known = (ledger.standing_of(database(), one, published.notice.brand) for one in subjects)
    band = youngest(standing.band for standing in known if standing)
    return layout.YOUNG if band_of(Standing(band=band), published) in MINORS else "banner-1"


def _hosts(published: Published) -> dict[str, list[str]]:
    return {part.choice.id: list(part.hosts) for _, part in published.notice.parts() if part.hosts}


def banner(site: str, wanted: str, device: str | None, *, heard: bool = False) -> dict[str, Any]:
    """Give everything a browser needs to ask: the text, its hash, and where this browser stands."""
    brand = notices.brand_of_site(database(), site)
    published = notices.current(database(), brand)
    notice, own = published.notice, _own_standing(device, published, heard=heard)
    locale = layout.locale_for(notice, wanted)
    address = env.text("SAYSO_WEB_ADDRESS")
    name = _layout(device, published)
    shown = layout.shown(notice, name, locale)
    return {
        "site": site,
        "brand": brand,
        "version": notice.version,
        "dir": layout.direction(locale),
        "text_hash": layout.text_hash(notice, name, locale),
        **shown,
        "scripts": _hosts(published),
        "standing": own,
        "masked": own["masked"] if own else masked(Standing(), published, signal=heard),
        "links": {
            "notice": f"{address}/notice/{notice.version}",
            "choices": f"{address}/centre/choices",
            "opt_out": f"{address}/privacy-choices",
        },
    }


@dataclass(frozen=True, slots=True)
class Written:
    """What is told of an answer that is durable: JSON, and whether it had been recorded before."""

    body: bytes
    seq: int
    replayed: bool


def _read(told: answers.Told, item: Sent | Submission) -> Submission | SaysoError:
    try:
        return item if isinstance(item, Submission) else answers.read_submission(told, item)
    except SaysoError as refused:
        return refused


class _Replies:
    """Says what a batch came to. People who answered alike stand alike, and are told so in the same words."""

    def __init__(self, told: answers.Told, items: Sequence[Submission], moment: datetime) -> None:
        self._told, self._moment = told, moment
        devices = {item.device for item in items if item.device}
        self._accounts = identity.accounts_behind(database(), devices, moment)
        self._alike: dict[int, bytes] = {}

    def written(self, item: Submission, event: Recorded) -> Written:
        published = self._told.version(event.brand, event.version)
        receipt = receipts.sign(event, published)
        stands = self._standing(event, self._accounts.get(item.device or ""))
        # Neither a UUID nor a compact JWS holds anything that JSON escapes, and a receipt is long.
        told = (event.event.encode(), event.seq, receipt.encode(), stands)
        body = b'{"event": "%b", "seq": %d, "receipt": "%b", "standing": %b}' % told
        return Written(body, event.seq, event.replayed)

    def _standing(self, event: Recorded, account: str | None) -> bytes:
        after = event.after or Standing()
        if account is None and id(after) in self._alike:
            return self._alike[id(after)]
        current = self._told.editions(event.brand).versions[-1]
        told = json.dumps(_standing_json(after, account, current, self._moment), ensure_ascii=False).encode()
        if account is None:
            self._alike[id(after)] = told
        return told


def write(items: Sequence[Sent | Submission]) -> list[Written | SaysoError]:
    """Record answers in one commit and give each its receipt and the standing after it.

    An answer that cannot be read is given the reason in its place; the others are recorded.
    """
    moment, told = now(), answers.Told(database())
    read = [_read(told, item) for item in items]
    good = [item for item in read if isinstance(item, Submission)]
    recorded = iter(ledger.record(database(), good, moment) if good else ())
    replies = _Replies(told, good, moment)
    return [replies.written(item, next(recorded)) if isinstance(item, Submission) else item for item in read]
