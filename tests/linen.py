"""Linen & Loom's notice as the tests of every room use it: the one the demo publishes."""

from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from sayso.core.consent import Answer, Published
from sayso.core.layout import text_hash
from sayso.core.lineage import earlier_generations, next_generations
from sayso.core.notice_reading import read_notice
from sayso.core.values import new_id
from sayso.core.vocabulary import ConsentStatus, Voucher

BRAND = Path(__file__).parent.parent / "demo" / "sayso_demo" / "brand"
MONDAY = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)

PURCHASES = "personalise.purchases.use.self"
PREFERENCES = "personalise.preferences.use.self"
LOCATION = "personalise.location.use.self"
NEWSLETTER = "newsletter.contact.use.self"
LEARN = "learn.purchases.use.self"
PASS_ON = "pass_on.purchases.disclose.brightside"
ADS = "ads.browsing.share_ads.brightside"
HARBOUR = "learn.purchases.disclose.harbour"  # of the second version
NEWSLETTER = "newsletter.contact.use.self"
ORDERS = "orders.purchases.use.self"

_brand = yaml.safe_load((BRAND / "brand.yaml").read_text())
_notice = yaml.safe_load((BRAND / "notice.yaml").read_text())
_next = yaml.safe_load((BRAND / "next" / "notice.yaml").read_text())
# Two of its languages: what a test adds need not be written in every one the demo speaks.
_AROUND = {"controller": _brand["controller"], "authority": _brand["authority"], "locales": ["en", "zh-Hant"]}
_DOCUMENT, _SECOND = {**_notice, **_AROUND}, {**_next, **_AROUND}


def document() -> dict[str, Any]:
    """Give the notice as it is published, free to be changed by a test."""
    return deepcopy(_DOCUMENT)


def second() -> dict[str, Any]:
    """Give the version after it: one purpose widened, one kept shorter, one reworded."""
    return deepcopy(_SECOND)


def purpose(source: dict[str, Any], name: str) -> dict[str, Any]:
    """Give one asked purpose of a document, to change it."""
    return next(entry for entry in source["purposes"] if entry["id"] == name)


def publish(source: dict[str, Any], before: Published | None = None) -> Published:
    """Publish a document after an earlier version, without a database."""
    notice = read_notice(source)
    generations = next_generations(
        notice, before.notice if before else None, before.generations if before else {}
    )
    earlier = earlier_generations(before.earlier, before.generations) if before else {}
    return Published(notice, generations, earlier)


def answer(
    published: Published, base: int = 0, voucher: Voucher = Voucher.DEVICE, **said: ConsentStatus
) -> Answer:
    """Make an answer to the choices named by the constants of this module, in small letters."""
    named = {globals()[name.upper()]: status for name, status in said.items()}
    return Answer(
        event=new_id(),
        version=published.notice.version,
        answers=named,
        locale="en",
        text_hash=text_hash(published.notice, "banner-1", "en"),
        layout="banner-1",
        surface="banner",
        act="choose",
        voucher=voucher,
        base=base,
    )
