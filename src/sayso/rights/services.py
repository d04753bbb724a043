"""Verbs that carry a person's request from her words to its end.

What the privacy centre calls:

    ask_rectification(account, field, value, now)            -> request id
    ask_access(account, proof, now, locale)                  -> request id
    read_package(request, account, proof, now)               -> bytes of a ZIP
    plan_erasure(account, now, locale)                       -> RequestView with its plan
    confirm_erasure(request, account, plan_version, proof, now) -> address of the request link
    cancel(request, account, now)                            -> None

What the worker calls: `advance(request, now)` and `advance_all(now)`; both may be repeated at any time.
Reads are in `rights.queries`: `request_of`, `requests_of`, `open_requests`, `timeline_by_link`, `rules_of`.
"""

from datetime import datetime

from sayso.core.request import Proof
from sayso.rights.queries import RequestView


def ask_rectification(account: str, field: str, value: str, now: datetime) -> str:
    """Have a datum corrected in every system that holds it; give the id of the request.

    `field` is the name of a column some system declares as correctable (`name`, `email`, `phone`).
    Raises `Invalid` with code `not_correctable` when no system does.
    """
    raise NotImplementedError


def ask_access(account: str, proof: Proof | None, now: datetime, locale: str = "en") -> str:
    """Have everything about a person gathered into a package; give the id of the request.

    The worker builds it: read `request_of` until `package_ready`. Raises `Unproved` without a fresh proof.
    """
    raise NotImplementedError


def read_package(request: str, account: str, proof: Proof | None, now: datetime) -> bytes:
    """Give the package as a ZIP.

    Raises `Unproved` without a fresh proof, `NotFound` when it is not hers, not ready or past its seven days.
    """
    raise NotImplementedError


def plan_erasure(account: str, now: datetime, locale: str = "en") -> RequestView:
    """Look into every system and say what an erasure would do there; nothing is changed yet.

    Repeated calls replace the plan of the same open request. Raises `Unavailable` when a system does not
    answer, and `Misconfigured` with code `not_annotated` when one holds columns nobody described.
    """
    raise NotImplementedError


def confirm_erasure(request: str, account: str, plan_version: str, proof: Proof | None, now: datetime) -> str:
    """Begin the erasure she has read the plan of; give the address of her request link.

    Stops every use at once, then deletes, then reads back. Raises `Unproved` without a fresh proof and
    `Conflict` with code `plan_changed` when the plan she read is not the one that stands.
    """
    raise NotImplementedError


def cancel(request: str, account: str, now: datetime) -> None:
    """Withdraw a request that was not confirmed yet."""
    raise NotImplementedError


def advance(request: str, now: datetime) -> None:
    """Take a request as far as its deliveries allow. Repeating it changes nothing."""
    raise NotImplementedError


def advance_all(now: datetime) -> None:
    """Advance every open request, and finish what a crash left between a commit and the key store."""
    raise NotImplementedError
