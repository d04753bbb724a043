"""Apply a brand's folder: its sites, its notice, its systems, its asks. Configuration as code."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction

from sayso.asks import services as asks
from sayso.config import local_systems
from sayso.core.errors import Invalid
from sayso.core.notice_reading import read_notice
from sayso.deployment.yaml import read_yaml
from sayso.inventory import services as inventory
from sayso.notices import queries as notices
from sayso.notices import services as publishing
from sayso.rights import services as rights


@dataclass(frozen=True, slots=True)
class Applied:
    """What a folder came to: the brand, its notice version, whether that is new, and its systems."""

    brand: str
    version: str
    published: bool
    systems: tuple[str, ...]


def notice_document(folder: Path) -> dict[str, Any]:
    """Give the notice as it is published: the notice's text and who is responsible for it."""
    brand, notice = read_yaml(folder / "brand.yaml"), read_yaml(folder / "notice.yaml")
    return {**notice, **{name: brand.get(name) for name in ("controller", "authority", "locales")}}


def _system_files(folder: Path) -> list[Path]:
    return sorted((folder / "systems").glob("*.yaml"))


def _sites(brand: dict[str, Any]) -> list[dict[str, str]]:
    named = ("id", "origin", "market")
    sites = brand.get("sites", [])
    for site in sites if isinstance(sites, list) else [None]:
        if not isinstance(site, dict) or not all(isinstance(site.get(name), str) for name in named):
            remedy = "Write `sites` as a list of id, origin and market."
            raise Invalid("invalid_file", "brand.yaml: a site is not described.", remedy)
    return list(sites)


def _plan(folder: Path) -> Applied:
    notice = read_notice(notice_document(folder))
    systems = tuple(str(read_yaml(path).get("system", path.stem)) for path in _system_files(folder))
    known = notices.publications(notice.brand)
    return Applied(notice.brand, notice.version, not known or known[0].version != notice.version, systems)


@transaction.atomic
def apply(folder: Path, publisher: str, now: datetime, keep: bool = True) -> Applied:
    """Apply a brand's folder in one transaction: all of it or nothing. Applying it again changes nothing.

    Without `keep` everything is done and taken back: what would be refused is refused, and nothing changes.
    Raises `Invalid` naming the file or place that is wrong.
    """
    planned = _plan(folder)
    brand = read_yaml(folder / "brand.yaml")
    publishing.publish_notice(notice_document(folder), publisher, now)
    for site in _sites(brand):
        publishing.set_site(site["id"], planned.brand, site["origin"], site["market"])
    for path in _system_files(folder):
        inventory.register_system(planned.brand, read_yaml(path))
    for document in local_systems.DOCUMENTS:
        inventory.register_system(planned.brand, document)
    rights.set_policy(planned.brand, brand.get("deletion", {}))
    asks.set_catalogue(planned.brand, read_yaml(folder / "asks.yaml"))
    if not keep:
        transaction.set_rollback(True)
    return planned
