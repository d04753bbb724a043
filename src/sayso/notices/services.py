"""Verbs of notices: draft a version, publish it, name the sites it is shown on."""

from sayso.notices import models
from sayso.notices.drafting import decide_draft, draft_notice
from sayso.notices.publishing import publish_notice

__all__ = ["decide_draft", "draft_notice", "publish_notice", "set_site"]


def set_site(site: str, brand: str, address: str, market: str) -> None:
    """Record a site of a brand, or change its address or market."""
    models.Site.objects.update_or_create(
        id=site, defaults={"brand": brand, "address": address, "market": market}
    )
