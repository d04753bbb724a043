"""What a recipient may be told of somebody. Rooms above know it; they say so at start-up."""

from collections.abc import Callable, Sequence
from datetime import datetime

Provider = Callable[[Sequence[str], datetime], list[str]]
_provider: list[Provider] = []


def provide(provider: Provider) -> None:
    """Say who knows the interests of subjects. Saying it again replaces."""
    _provider[:] = [provider]


def interests_of(subjects: Sequence[str], now: datetime) -> list[str]:
    """List what these subjects are interested in, such as `curtains`; empty when nobody knows."""
    return sorted(set(_provider[0](subjects, now))) if _provider else []
