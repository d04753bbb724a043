"""The brand's files agree with each other and with the shop's real tables."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import yaml
import zip2info

from sayso.core.notice_reading import read_notice
from tests import linen
from tests.demo import programs, stub

SHOP = yaml.safe_load((linen.BRAND / "systems" / "shop.yaml").read_text())
LANGUAGES = set(yaml.safe_load((linen.BRAND / "brand.yaml").read_text())["locales"])


def texts(source: Any) -> list[dict[str, str]]:
    """Give every text that has a language."""
    if isinstance(source, dict):
        return [source] if "en" in source else [text for part in source.values() for text in texts(part)]
    return [text for part in source for text in texts(part)] if isinstance(source, list) else []


def test_every_text_of_the_brand_is_in_every_language() -> None:
    assert {"en", "zh-Hant", "ar"} == LANGUAGES
    for name in ("brand", "notice", "next/notice", "asks", "systems/shop", "systems/brightside"):
        found = texts(yaml.safe_load((linen.BRAND / f"{name}.yaml").read_text()))
        assert found
        for text in found:
            assert set(text) == LANGUAGES, text
            assert all(word.strip() for word in text.values())


def test_the_notice_lists_exactly_the_seven_choices_of_the_demo() -> None:
    listed = [choice.id for choice in read_notice(linen.document()).choices()]
    assert listed == [
        linen.PURCHASES,
        linen.PREFERENCES,
        linen.LOCATION,
        linen.LEARN,
        linen.PASS_ON,
        "newsletter.contact.use.self",
        linen.ADS,
    ]


def test_every_column_of_the_shop_with_personal_data_is_annotated(tmp_path: Path) -> None:
    with stub.running() as sayso:
        done = programs.run(tmp_path, "sayso_demo.shop", "prepare", SHOP_SAYSO_URL=sayso.address)
    assert done.returncode == 0, done.stderr
    links = {"id", "address_id", "customer_id", "order_id", "delivery_address_id"}
    with closing(sqlite3.connect(tmp_path / "shop.sqlite3")) as database:
        for table, told in SHOP["tables"].items():
            real = {row[1] for row in database.execute(f"PRAGMA table_info({table})")}
            assert set(told["columns"]) == real - links, table
        tables = {row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert tables - {"django_migrations", "sqlite_sequence", "counters", "suppressions"} == set(
        SHOP["tables"]
    )


def test_the_recorded_week_at_truckee_is_cold_and_found_by_its_grid_cell() -> None:
    weather = json.loads((linen.BRAND / "weather.json").read_text())
    lat, lon = zip2info.coordinates("96161")
    week = weather[f"{round(lat * 4) / 4:.2f},{round(lon * 4) / 4:.2f}"]["days"]
    assert [day["offset"] for day in week] == list(range(7))
    assert min(day["min"] for day in week) < 0
    assert all(day["min"] <= day["max"] for cell in weather.values() for day in cell["days"])
