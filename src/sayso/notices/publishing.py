"""Publish a version of a notice."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction

from sayso.core.errors import Invalid
from sayso.core.lineage import next_generations
from sayso.core.notice_reading import read_notice
from sayso.deployment import journal
from sayso.deployment.django_database import DjangoDatabase
from sayso.notices import models, queries
from sayso.notices.store import PUBLISHED
from sayso.outbox import services as outbox


@transaction.atomic
def publish_notice(document: Mapping[str, Any], publisher: str, now: datetime) -> str:
    """Check a notice, publish it as its brand's next version, and give its content hash.

    Publishing what is already in force changes nothing. News `notice.published`.
    Raises `Invalid` naming the place that is wrong, and `Unavailable` (journal_unwritable) once it is published.
    """
    notice = read_notice(document)
    latest = models.NoticeVersion.objects.filter(brand=notice.brand).order_by("-ordinal").first()
    if latest and latest.version == notice.version:
        return notice.version
    refuse_reuse(notice.version)
    before = queries.version(notice.brand, latest.version) if latest else None
    generations = next_generations(
        notice, before.notice if before else None, before.generations if before else {}
    )
    models.NoticeVersion.objects.create(
        version=notice.version,
        brand=notice.brand,
        ordinal=latest.ordinal + 1 if latest else 1,
        document=json.dumps(notice.document, ensure_ascii=False),
        generations=json.dumps(generations),
        published_at=now,
        published_by=publisher,
    )
    news = {"brand": notice.brand, "version": notice.version, "after": latest.version if latest else ""}
    seq = outbox.post("notice.published", news, now)
    # A restore that forgot it would hold people to the notice before, which may permit what this one does not.
    entry = {
        "kind": PUBLISHED,
        "seq": seq,
        "brand": notice.brand,
        "version": notice.version,
        "document": notice.document,
    }
    DjangoDatabase().after_commit(partial(journal.append, [entry]))
    return notice.version


def refuse_reuse(version: str) -> None:
    """Raise `Invalid` with code `version_reused` when a version was published before."""
    if models.NoticeVersion.objects.filter(version=version).exists():
        remedy = "Change the notice, if only its date, so that people can tell the versions apart."
        raise Invalid("version_reused", "An earlier version had exactly this text.", remedy)


def in_force(brand: str) -> str:
    """Give the version in force, empty before the first."""
    newest = models.NoticeVersion.objects.filter(brand=brand).order_by("-ordinal").first()
    return newest.version if newest else ""
