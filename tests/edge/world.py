"""Everybody who comes to Linen & Loom in these tests, everything that may happen to them, and one replica of it."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import combinations
from typing import Any

from sayso.consent import family, ledger
from sayso.consent import services as consent
from sayso.core.device import renewed
from sayso.core.opt_out import Scope
from sayso.core.vocabulary import ConsentStatus, Voucher
from sayso.decisions.replica import Replica
from sayso.deployment.database import Database
from sayso.edge import deciding
from sayso.identity import keys, queries, store
from sayso.identity import services as identity
from sayso.notices import store as notices
from sayso.outbox import store as outbox
from tests import linen

BRAND = "linen-and-loom"
GIVEN, REFUSED, DEFERRED = ConsentStatus.GIVEN, ConsentStatus.REFUSED, ConsentStatus.DEFERRED
QUESTIONS = [
    dict(zip(("purpose", "category", "operation", "recipient"), choice.split("."), strict=True))
    for choice in (
        linen.PURCHASES,
        linen.LEARN,
        linen.NEWSLETTER,
        linen.PASS_ON,
        linen.ADS,
        linen.ORDERS,
        "gossip.contact.use.self",
    )
]


@dataclass
class World:
    """People known by names, the time it is for them, and a replica that follows."""

    now: datetime
    db: Database
    replica: Replica
    browsers: list[str] = field(default_factory=lambda: [secrets.token_urlsafe(32) for _ in range(3)])
    past: list[str] = field(default_factory=list)  # secrets that were replaced
    customers: tuple[str, ...] = ("C-1", "C-2")
    emails: tuple[str, ...] = ("ada@example.test", "ben@example.test")

    def device(self, browser: int) -> str | None:
        """Give the subject of a browser that answered before, without showing its secret."""
        rows = self.db.run(
            "SELECT subject_id FROM identity_device WHERE secret_hash = %s",
            [keys.secret_hash(self.browsers[browser])],
        )
        return rows[0][0] if rows else None

    def account(self, customer: int) -> str | None:
        return queries.account_by("customer", self.customers[customer])

    def _seen(self, subject: str | None) -> int:
        standing = ledger.standing_of(self.db, subject, BRAND) if subject else None
        return standing.rev if standing else 0

    def browser_answers(self, browser: int, **said: ConsentStatus) -> None:
        published = notices.current(self.db, BRAND)
        made = linen.answer(published, self._seen(self.device(browser)), **said)
        item = ledger.Submission(BRAND, made, made.event, device=keys.secret_hash(self.browsers[browser]))
        ledger.record(self.db, [item], self.now)

    def account_answers(self, customer: int, **said: ConsentStatus) -> None:
        named = {getattr(linen, name.upper()): status for name, status in said.items()}
        if account := self.account(customer):
            words = consent.centre_answer(BRAND, named, self._seen(account), "change", Voucher.ACCOUNT, "en")
            consent.record_for(account, BRAND, words, self.now)

    def is_customer(self, customer: int, *, email: bool = False) -> None:
        told = {"customer": self.customers[customer]}
        identity.link_customer(told | ({"email": self.emails[customer]} if email else {}), "", self.now)

    def signs_in(self, browser: int, customer: int) -> None:
        device, account = self.device(browser), self.account(customer)
        if device and account:
            identity.start_link(device, account, self.now)

    def renews(self, browser: int) -> None:
        if device := self.device(browser):
            held = self.browsers[browser]
            self.past.append(held)
            self.browsers[browser] = renewed(held, identity.renew_secret(device, held))

    def shows(self, browser: int) -> None:
        store.subject_of_device(self.db, keys.secret_hash(self.browsers[browser]))

    def signs_out(self, browser: int) -> None:
        if device := self.device(browser):
            identity.end_link(device, self.now)

    def blocks(self, kind: str, value: str, *scopes: Scope) -> None:
        consent.block(kind, value, scopes, "centre", self.now)

    def erasing(self, customer: int, on: bool) -> None:
        if account := self.account(customer):
            (consent.mark_erasing if on else consent.lift_erasing)([account], BRAND, self.now)

    def sends_signal(self, browser: int) -> None:
        if device := self.device(browser):
            consent.heed_signal([device], BRAND, self.now)

    def says_age(self, customer: int, born: str) -> None:
        if account := self.account(customer):
            family.say_age([account], BRAND, born, Voucher.ACCOUNT, self.now)

    def loses_address(self, customer: int) -> None:
        for one in queries.identifiers_of(self.account(customer) or ""):
            if one.kind == "email":
                identity.unlink_identifier(self.account(customer) or "", one.number)

    def is_forgotten(self, customer: int) -> None:
        if account := self.account(customer):
            consent.forget_subjects([account], self.now)
            identity.forget([account])

    def follow(self) -> bool:
        """Let the replica hear everything that happened."""
        return self.replica.follow(self.db, outbox.watermark(self.db), self.now)

    def passes(self, days: int) -> None:
        self.now += timedelta(days=days)

    def references(self) -> list[dict[str, str]]:
        """List every way somebody may be asked about: by each name, and by several of different kinds."""
        devices = [("device", each) for each in [*self.browsers, *self.past, secrets.token_urlsafe(32)]]
        named = [("customer", each) for each in (*self.customers, "C-404")]
        mailed = [("email", each) for each in (*self.emails, "nobody@example.test")]
        several = [
            pair for pair in combinations([*devices[:3], *named, *mailed], 2) if pair[0][0] != pair[1][0]
        ]
        return [dict([one]) for one in [*devices, *named, *mailed]] + [dict(pair) for pair in several]

    def ask(self, reference: dict[str, str], **more: Any) -> tuple[Any, Any]:
        """Give what replica and database say; the replica's is None where it asks the database."""
        request = deciding.read({"subject": reference, "questions": QUESTIONS, **more})
        own = deciding.from_replica(self.replica, request, self.now)
        return own, deciding.from_database(self.db, BRAND, request, self.now)

    def disagreements(self) -> tuple[list[Any], int]:
        """List where replica and database differ, and how often the replica answered."""
        differ, answered = [], 0
        for reference in self.references():
            if "device" in reference and self._would_be_noted(reference["device"]):
                continue
            for gpc in (False, True):
                own, true = self.ask(reference, gpc=gpc)
                answered += own is not None
                if own is not None and own != true:
                    differ.append((reference, gpc, own, true))
        return differ, answered

    def _would_be_noted(self, secret: str) -> bool:
        """Tell whether asking by a secret would itself change something: the replica never answers for one."""
        rows = self.db.run(
            "SELECT state FROM identity_device WHERE secret_hash = %s", [keys.secret_hash(secret)]
        )
        return bool(rows) and rows[0][0] == store.AWAITED

    def reasons(self, reference: dict[str, str], **more: Any) -> list[str]:
        """Give the replica's reasons, which the database must share."""
        own, true = self.ask(reference, **more)
        assert own == true
        return reasons_in(own)


def reasons_in(answered: list[deciding.Answered]) -> list[str]:
    """Give the reasons that the first person of a request is told."""
    return [told["reason"] for told in json.loads(answered[0].whole)["decisions"]]


def world(db: Database, now: datetime) -> World:
    """Open a world over a database in which the notice is published already."""
    replica = Replica(notices.current(db, BRAND), "here", outbox.watermark(db))
    assert replica.load(db, now, lambda: False)
    return World(now, db, replica)
