"""A notice is published whole, once, and stays as it was shown."""

from datetime import datetime

import pytest

from sayso.core.errors import Conflict, Invalid, NotFound
from sayso.core.layout import text_hash
from sayso.notices import models, queries, services, store
from sayso.outbox import models as outbox
from tests import linen

BRAND = "linen-and-loom"


@pytest.mark.django_db
def test_before_the_first_notice_nothing_is_in_force() -> None:
    with pytest.raises(NotFound) as refused:
        queries.current(BRAND)
    assert refused.value.code == "no_notice"


@pytest.mark.django_db
def test_publishing_the_same_again_changes_nothing(now: datetime) -> None:
    first = services.publish_notice(linen.document(), "Otto", now)
    again = services.publish_notice(linen.document(), "Otto", now)
    assert first == again
    assert models.NoticeVersion.objects.count() == 1
    assert outbox.News.objects.filter(topic="notice.published").count() == 1


@pytest.mark.django_db
def test_what_was_shown_is_the_same_after_it_was_stored(now: datetime) -> None:
    services.publish_notice(linen.document(), "Otto", now)
    store.forget()
    stored, written = queries.current(BRAND).notice, linen.publish(linen.document()).notice
    assert [choice.id for choice in stored.choices()] == [choice.id for choice in written.choices()]
    assert text_hash(stored, "banner-1", "zh-Hant") == text_hash(written, "banner-1", "zh-Hant")


@pytest.mark.django_db
def test_versions_follow_each_other_and_all_can_be_read(now: datetime) -> None:
    first = services.publish_notice(linen.document(), "Otto", now)
    second = services.publish_notice({**linen.document(), "edition": "second"}, "Otto", now)
    assert [entry.version for entry in queries.publications(BRAND)] == [second, first]
    assert queries.current(BRAND).notice.version == second
    assert queries.version(BRAND, first).notice.version == first
    assert queries.published(first) is not None
    assert queries.published("sha256:none") is None
    with pytest.raises(Conflict):
        queries.version("another-brand", first)
    with pytest.raises(Invalid) as refused:
        services.publish_notice(linen.document(), "Otto", now)
    assert refused.value.code == "version_reused"


@pytest.mark.django_db
def test_a_notice_that_is_refused_leaves_nothing_behind(now: datetime) -> None:
    document = linen.document()
    linen.purpose(document, "learn")["preset"] = True
    with pytest.raises(Invalid):
        services.publish_notice(document, "Otto", now)
    assert models.NoticeVersion.objects.count() == 0
    assert outbox.News.objects.count() == 0


@pytest.mark.django_db
def test_a_site_belongs_to_a_brand_and_a_market() -> None:
    services.set_site("shop", BRAND, "http://localhost:8710", "EU")
    services.set_site("shop", BRAND, "http://localhost:8711", "US-CA")
    assert [(site.address, site.market) for site in queries.sites(BRAND)] == [
        ("http://localhost:8711", "US-CA")
    ]
    assert queries.brands() == []
