"""Deliveries as a customer's timeline and an officer's queue show them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One step in one system.

    `instruction`: stop, audience.add, audience.remove, suppress, export, rectify, erase, verify.
    `state`: blocked (earlier steps first), waiting, working, told (awaits the partner's word), done,
    found_again (read back and still there), dead (gave up: an officer must look), cancelled.
    `seconds` is how long it took from the person's act to done. `evidence` holds counts and words, never her data.
    """

    key: str
    system: str
    title: Mapping[str, str]
    instruction: str
    choice: str
    state: str
    stage: int
    attempts: int
    recorded_at: datetime
    due_at: datetime | None
    done_at: datetime | None
    acknowledged_at: datetime | None
    seconds: float | None
    evidence: Mapping[str, Any]
    error: str
    request: str | None


def timeline_of(subjects: list[str]) -> list[DeliveryView]:
    """List every step taken for these subjects, newest first."""
    raise NotImplementedError


def deliveries_of(request: str) -> list[DeliveryView]:
    """List the steps of one request in the order they are done."""
    raise NotImplementedError


def queue(limit: int = 100) -> list[DeliveryView]:
    """List what is not settled, the longest due first, for the privacy officer."""
    raise NotImplementedError
