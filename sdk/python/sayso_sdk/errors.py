"""What can go wrong when a brand's server talks to Sayso.

SaysoProblem      one error for every refusal: read from problem details (RFC 9457), or made
                  here when no answer came (`unavailable`) or it could not be read (`unreadable`)
"""

from __future__ import annotations

from dataclasses import dataclass

import httpx


@dataclass(eq=False)
class SaysoProblem(Exception):
    """Sayso refused, or could not be asked.

    `code` is stable and meant for programs, `remedy` says what to do next in plain words,
    `status` is the HTTP status, 0 when there was no answer at all.
    """

    code: str
    remedy: str
    status: int = 0

    def __str__(self) -> str:
        return f"{self.code} ({self.status}): {self.remedy}"

    @property
    def permanent(self) -> bool:
        """Whether asking again with the same words would fail again."""
        return 400 <= self.status < 500 and self.status not in (408, 429)


UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
"""What reading an answer may raise where it has another shape, or a number or a depth that is beyond reading."""


def unavailable() -> SaysoProblem:
    """Return the problem for a Sayso that did not answer in time."""
    return SaysoProblem(
        "unavailable", "Sayso did not answer. Treat every choice as refused and ask again later."
    )


def unreadable(status: int) -> SaysoProblem:
    """Return the problem for an answer that is not what the API promises."""
    return SaysoProblem(
        "unreadable", "The answer was not Sayso's. Check the address this client was given.", status
    )


def unwritable() -> SaysoProblem:
    """Return the problem for something that was to be sent and that JSON, or UTF-8, cannot hold."""
    return SaysoProblem(
        "malformed_json",
        "Hand over what JSON holds: texts, numbers, lists; no half of a surrogate pair.",
        400,
    )


def problem_from(response: httpx.Response) -> SaysoProblem:
    """Read a refusal from its problem details; anything else becomes `unreadable`."""
    try:
        body = response.json()
        return SaysoProblem(str(body["code"]), str(body.get("remedy", "")), response.status_code)
    except UNREADABLE:
        return unreadable(response.status_code)
