"""What the weather will be in a grid cell. A provider is told the cell, never who asks."""

import json
import time
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

import httpx

from sayso.core.errors import Misconfigured
from sayso.deployment import env
from sayso.personalisation.postcodes import Cell

COLD = 8.0  # °C, mean of a week's lows and highs; below it most homes are heated day and night
DAYS = 7
KEPT = 3 * 3600  # seconds a forecast is used again: forecasts are issued a few times a day
KEPT_FAILURE = 60  # seconds before a provider that failed is asked again
LARGEST = 64 * 1024  # bytes of an answer; a week for one cell is about one kilobyte
TIMEOUT = httpx.Timeout(2.0, connect=1.0)
PATIENCE = 3.0  # seconds for the whole answer, however slowly it drips


@dataclass(frozen=True, slots=True)
class Week:
    """The coming week in a cell: the mean of lows and highs, in °C."""

    mean: float

    @property
    def cold(self) -> bool:
        """Tell whether it is a cold week."""
        return self.mean < COLD


class Forecast(Protocol):
    """Somebody who knows the weather."""

    def for_cell(self, cell: Cell, now: datetime) -> Week | None:
        """Give the coming week in a cell, or None when it is not known now."""


def _week(lows: list[Any], highs: list[Any]) -> Week | None:
    read = [float(value) for value in (*lows[:DAYS], *highs[:DAYS]) if isinstance(value, int | float)]
    return Week(sum(read) / len(read)) if len(read) == 2 * DAYS else None


class NoWeather:
    """Nobody is asked: suggestions do without the weather."""

    def for_cell(self, cell: Cell, now: datetime) -> Week | None:
        """Know nothing."""
        return None


class RecordedWeather:
    """A recorded week per cell, for the demo and for tests: the same on every day."""

    def __init__(self, path: Path) -> None:
        self._cells: dict[str, Any] = json.loads(path.read_text())

    def for_cell(self, cell: Cell, now: datetime) -> Week | None:
        """Give the recorded week of a cell."""
        days = self._cells.get(str(cell), {}).get("days", [])
        return _week([day["min"] for day in days], [day["max"] for day in days])


class OpenMeteo:
    """Open-Meteo's daily forecast over HTTP. A failure is no weather, never a failed page."""

    def __init__(self, url: str, key: str | None) -> None:
        self._url, self._key = url, key
        self._known: dict[Cell, tuple[float, Week | None]] = {}

    def for_cell(self, cell: Cell, now: datetime) -> Week | None:
        """Ask for the coming week in a cell, at most once in three hours."""
        kept = self._known.get(cell)
        if kept and time.monotonic() < kept[0]:
            return kept[1]
        week = self._asked(cell)
        self._known[cell] = (time.monotonic() + (KEPT if week else KEPT_FAILURE), week)
        return week

    def _asked(self, cell: Cell) -> Week | None:
        query = {
            "latitude": cell.latitude,
            "longitude": cell.longitude,
            "daily": "temperature_2m_min,temperature_2m_max",
            "forecast_days": str(DAYS),
            "timezone": "GMT",
            **({"apikey": self._key} if self._key else {}),
        }
        try:
            daily = json.loads(_fetched(self._url, query))["daily"]
            return _week(daily["temperature_2m_min"], daily["temperature_2m_max"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return None


def _fetched(url: str, query: dict[str, str]) -> bytes:
    """Fetch a small answer: no redirects, no cookies, no proxy of the environment, a bound on size and time."""
    headers = {"User-Agent": "sayso", "Accept": "application/json"}
    body, end = b"", time.monotonic() + PATIENCE
    with (
        httpx.Client(timeout=TIMEOUT, follow_redirects=False, trust_env=False) as client,
        client.stream("GET", url, params=query, headers=headers) as response,
    ):
        if response.status_code != httpx.codes.OK:
            raise ValueError("no forecast")
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > LARGEST or time.monotonic() > end:
                raise ValueError("too large or too slow to be a forecast")
    return body


@lru_cache(maxsize=4)
def _made(setting: str, url: str, key: str | None) -> Forecast:
    if setting == "none":
        return NoWeather()
    if setting == "open-meteo":
        return OpenMeteo(url, key)
    if setting.startswith("recorded:"):
        return RecordedWeather(Path(setting.removeprefix("recorded:")))
    remedy = "Set SAYSO_WEATHER to none, recorded:FILE or open-meteo."
    raise Misconfigured("weather_unknown", f"{setting!r} is no provider of forecasts.", remedy)


def provider() -> Forecast:
    """Give the deployment's provider of forecasts.

    Raises `Misconfigured` with code `weather_unknown`.
    """
    return _made(
        env.text("SAYSO_WEATHER"), env.text("SAYSO_WEATHER_URL"), env.read("SAYSO_WEATHER_KEY") or None
    )
