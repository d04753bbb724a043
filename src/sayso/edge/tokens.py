"""Purpose tokens over HTTP: what a brand asks for, and the lists by which partners check for themselves."""

import re
from datetime import UTC, datetime
from typing import Any

from sayso.core.errors import Invalid
from sayso.core.values import utc_text
from sayso.decisions import tokens
from sayso.decisions.tokens import Wanted
from sayso.deployment.database import Database
from sayso.edge.deciding import read_question
from sayso.signals import gpc

MOST_CHOICES = 40  # of one token: as many as a notice should have
AUDIENCE = re.compile(r"[!-~]{1,200}\Z")  # a name or an address, as `aud` has it (RFC 7519)


def read_wanted(body: object) -> Wanted:
    """Read what a token is asked for. Raises `Invalid`."""
    told = body if isinstance(body, dict) else {}
    questions, audience = told.get("questions"), told.get("audience")
    if not isinstance(questions, list) or not 1 <= len(questions) <= MOST_CHOICES:
        remedy = f"Send `subject`, `audience` and 1 to {MOST_CHOICES} `questions`."
        raise Invalid("invalid_question", "`questions` is no list we can answer.", remedy)
    if not isinstance(audience, str) or not AUDIENCE.match(audience):
        remedy = "Send the name by which the one who will check it knows itself, without spaces."
        raise Invalid("invalid_audience", "`audience` names nobody.", remedy)
    return Wanted(
        told.get("subject"),
        [read_question(one) for one in questions],
        audience,
        gpc.in_script(told.get("gpc")),
    )


def issue(db: Database, brand: str, body: object, now: datetime) -> dict[str, Any]:
    """Issue a token, or refuse it with the reason for every question; `token` is then null.

    Raises `Invalid` for what cannot be read, and `Unavailable`.
    """
    issued = tokens.issue(db, brand, read_wanted(body), now)
    expires = None if issued.expires is None else utc_text(datetime.fromtimestamp(issued.expires, UTC))
    return {
        "token": issued.token,
        "expires_at": expires,
        "decisions": [
            {"choice": one.choice, "permitted": one.permitted, "reason": one.reason}
            for one in issued.decisions
        ],
    }
