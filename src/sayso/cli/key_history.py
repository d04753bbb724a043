"""Show the history of the deployment's signing keys, and declare one compromised."""

from contextlib import closing
from datetime import UTC, datetime

from sayso.consent.log import history
from sayso.core.errors import Invalid
from sayso.deployment import env
from sayso.deployment.database import open_database


def _line(key: history.SigningKey) -> str:
    state = f"COMPROMISED since {key.compromised}" if key.compromised else ""
    return f"{key.id}  {key.role:10}  from {key.begun}  until {key.until or 'now':27}  {state}".rstrip()


def lines() -> list[str]:
    """List every key in the order in which they came."""
    with closing(open_database(env.database_url())) as db:
        listed = [_line(key) for key in history.listed(db)]
    return listed or ["No key is in the log yet: `sayso work` enters them when it starts."]


def _moment(text: str) -> datetime:
    try:
        read = datetime.fromisoformat(text)
    except ValueError as broken:
        remedy = "Write it as 2026-05-04T09:00:00Z."
        raise Invalid("invalid_request", "`--since` is no moment.", remedy) from broken
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def compromise(key_id: str, since: str, now: datetime) -> list[str]:
    """Declare a key compromised; give what is true of it now, and a warning while it still signs."""
    with closing(open_database(env.database_url())) as db:
        key = history.declare_compromised(db, key_id, _moment(since), now)
    told = [_line(key), "The log says so within a second; /v1/keys tells everybody who pins keys."]
    if history.current()[key.role] == key.public:
        told.append("It still signs: replace it in the deployment's secrets, and start Sayso again.")
    return told
