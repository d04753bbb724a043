"""What news comes to: a publication begins a run, an answer given anywhere closes what it answers."""

from sayso.changes import queries, telling
from sayso.changes.models import Told
from sayso.notices import queries as notices
from sayso.outbox.services import Handler, News


def published(news: News) -> None:
    """Begin telling those a new version touches."""
    brand, version = news.payload["brand"], news.payload["version"]
    telling.begin(brand, version, news.payload.get("after", ""), news.seq, news.at)


def answered(news: News) -> None:
    """Close what no longer waits: she may have answered in the banner, in the shop, or by phone."""
    brand, subject = news.payload["brand"], news.payload["subject"]
    for row in Told.objects.filter(brand=brand, subject=subject, answered_at=None, replaced_at=None):
        asked = any(change.needs_answer for change in notices.changes(brand, row.before, row.version))
        if asked and not any(concern.waits for concern in queries.concerns_of(row, news.at)):
            Told.objects.filter(id=row.id).update(answered_at=news.at, remind_at=None)


SUBSCRIPTIONS: dict[str, Handler] = {"notice.published": published, "consent.changed": answered}
