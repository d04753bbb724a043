"""The time a lease is measured by: it runs on while the machine sleeps, and nobody can set it."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def _best() -> Callable[[], float]:
    # Linux alone has a clock that counts sleep; elsewhere a sleeping machine wakes with its lease as it was.
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return partial(time.clock_gettime, clock) if clock is not None else time.monotonic


now: Callable[[], float] = _best()
"""Seconds since this machine started."""


def ahead() -> float:
    """Say how many seconds the time of day (UTC) is ahead of `now`."""
    return time.time() - now()


def boot() -> str:
    """Name this start of the machine: a lease from before it means nothing. Empty where that is unknown."""
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return ""
