"""The weather service learns a grid cell, and nothing about anybody."""

import json
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from sayso.core.errors import Misconfigured
from sayso.personalisation import weather
from sayso.personalisation.postcodes import Cell, cell_of
from sayso.personalisation.weather import NoWeather, OpenMeteo, RecordedWeather
from tests.linen import BRAND

TRUCKEE = Cell("39.25", "-120.25")


class Stub(ThreadingHTTPServer):
    """A forecast service that remembers what it was told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Told)
        self.status, self.body, self.place = 200, json.dumps(week(-9, -1)).encode(), ""
        self.seen: list[tuple[str, str, dict[str, str], bytes]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/forecast"


class Told(BaseHTTPRequestHandler):
    server: Stub

    def do_GET(self) -> None:
        self.server.seen.append((self.command, self.path, dict(self.headers), b""))
        self.send_response(self.server.status)
        if self.server.place:
            self.send_header("Location", self.server.place)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


def week(low: float, high: float) -> dict[str, Any]:
    return {"daily": {"temperature_2m_min": [low] * 7, "temperature_2m_max": [high] * 7}}


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_the_service_is_told_a_grid_cell_and_nothing_else(stub: Stub, now: datetime) -> None:
    found = OpenMeteo(stub.url, None).for_cell(TRUCKEE, now)
    assert found is not None
    assert found.cold
    ((method, path, headers, body),) = stub.seen
    query = parse_qs(urlsplit(path).query)
    assert (method, body) == ("GET", b"")
    assert query == {
        "latitude": ["39.25"],
        "longitude": ["-120.25"],
        "daily": ["temperature_2m_min,temperature_2m_max"],
        "forecast_days": ["7"],
        "timezone": ["GMT"],
    }
    assert {name.lower() for name in headers} <= {
        "host",
        "accept",
        "accept-encoding",
        "connection",
        "user-agent",
    }
    assert headers["User-Agent"] == "sayso"


def test_a_key_is_sent_when_the_deployment_has_one(stub: Stub, now: datetime) -> None:
    OpenMeteo(stub.url, "k-1").for_cell(TRUCKEE, now)
    assert parse_qs(urlsplit(stub.seen[0][1]).query)["apikey"] == ["k-1"]


def test_a_cell_is_asked_about_once_in_three_hours(
    stub: Stub, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = [1000.0]
    monkeypatch.setattr(weather.time, "monotonic", lambda: clock[0])
    service = OpenMeteo(stub.url, None)
    assert service.for_cell(TRUCKEE, now) == service.for_cell(TRUCKEE, now)
    assert len(stub.seen) == 1
    clock[0] += 3 * 3600
    service.for_cell(TRUCKEE, now)
    assert len(stub.seen) == 2


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"{}"),
        (200, b"not json"),
        (200, b"[]"),
        (200, b'{"daily": {"temperature_2m_min": [1], "temperature_2m_max": [2]}}'),
        (200, b'{"daily": {"temperature_2m_min": null, "temperature_2m_max": []}}'),
        (200, b" " * 70_000 + b"{}"),
    ],
    ids=["failing", "unreadable", "wrong-shape", "too-short", "empty", "too-large"],
)
def test_a_bad_answer_is_no_weather(stub: Stub, now: datetime, status: int, body: bytes) -> None:
    stub.status, stub.body = status, body
    service = OpenMeteo(stub.url, None)
    assert service.for_cell(TRUCKEE, now) is None
    assert service.for_cell(TRUCKEE, now) is None
    assert len(stub.seen) == 1


def test_a_redirect_is_not_followed(stub: Stub, now: datetime) -> None:
    stub.status, stub.place = 302, stub.url
    assert OpenMeteo(stub.url, None).for_cell(TRUCKEE, now) is None
    assert len(stub.seen) == 1


def test_a_service_that_is_down_is_no_weather(now: datetime) -> None:
    assert OpenMeteo("http://127.0.0.1:9/", None).for_cell(TRUCKEE, now) is None


def test_recorded_weather_knows_cold_and_warm_places_and_no_others(now: datetime) -> None:
    recorded = RecordedWeather(BRAND / "weather.json")
    cold, warm = recorded.for_cell(TRUCKEE, now), recorded.for_cell(Cell("25.75", "-80.25"), now)
    assert cold is not None
    assert cold.cold
    assert warm is not None
    assert not warm.cold
    assert recorded.for_cell(Cell("0.00", "0.00"), now) is None


@pytest.mark.parametrize(
    ("postcode", "country", "cell"),
    [
        ("96161", "US", TRUCKEE),
        (" 96161-4402 ", "US", TRUCKEE),
        ("00000", "US", None),
        ("9616", "US", None),
        ("96161", "IE", None),
        ("D02 AB12", "IE", None),
    ],
)
def test_a_postcode_is_known_by_its_quarter_degree_or_not_at_all(
    postcode: str, country: str, cell: Cell | None
) -> None:
    assert cell_of(postcode, country) == cell


def test_the_settings_name_the_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = {}
    for setting in ("none", "open-meteo", f"recorded:{BRAND / 'weather.json'}"):
        monkeypatch.setenv("SAYSO_WEATHER", setting)
        kinds[setting.split(":")[0]] = type(weather.provider())
    assert kinds == {"none": NoWeather, "open-meteo": OpenMeteo, "recorded": RecordedWeather}
    monkeypatch.setenv("SAYSO_WEATHER", "a crystal ball")
    with pytest.raises(Misconfigured):
        weather.provider()
