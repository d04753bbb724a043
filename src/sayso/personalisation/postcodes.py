"""From a postcode to a grid cell of a quarter degree, about 25 kilometres, from offline tables only."""

import re
from dataclasses import dataclass

import zip2info

STEP = 4  # cells per degree
ZIP = re.compile(r"(\d{5})(?:-\d{4})?\Z")


@dataclass(frozen=True, slots=True)
class Cell:
    """A grid cell, by its centre in degrees with two decimals: all a weather service is ever told."""

    latitude: str
    longitude: str

    def __str__(self) -> str:
        """Write the cell as the recorded forecasts name it."""
        return f"{self.latitude},{self.longitude}"


def _nearest(degrees: float) -> str:
    return f"{round(degrees * STEP) / STEP + 0.0:.2f}"  # + 0.0: never minus nought


def cell_of(postcode: str, country: str) -> Cell | None:
    """Give the cell a postcode lies in, or None when no table knows it (today: the United States only)."""
    found = ZIP.match(postcode.strip())
    if country != "US" or not found:
        return None
    place = zip2info.coordinates(found.group(1))
    return Cell(_nearest(place[0]), _nearest(place[1])) if place else None
