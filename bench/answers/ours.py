"""Load our edge with valid answers, and see that whatever it acknowledged is in the ledger."""

import json
import secrets
import sqlite3
from contextlib import closing

from bench import programs
from bench.answering import choices_of
from bench.answers import filling
from bench.deployment import SITE, Deployment


def _recorded(deployment: Deployment) -> int:
    if deployment.database:
        return filling.counted(deployment.database, "consent_event")
    with closing(sqlite3.connect(deployment.home / "sayso.sqlite3")) as connection:
        return int(connection.execute("SELECT count(*) FROM consent_event").fetchone()[0])


def load(deployment: Deployment, seconds: float, connections: int) -> programs.Load:
    """Send answers for so long over so many connections, half of them from browsers that answered before.

    Raises `RuntimeError` when one was refused, or when fewer are in the ledger than were acknowledged.
    """
    banner, before = deployment.banner(), _recorded(deployment)
    shown = {name: banner[name] for name in ("version", "text_hash", "layout", "locale")}
    told = {
        "BENCH_TOLD": json.dumps(shown)[:-1],
        "BENCH_CHOICES": " ".join(choices_of(banner)),
        "BENCH_PATH": f"/v1/sites/{SITE}/answers",
        "BENCH_SEED": secrets.token_urlsafe(17)[:22],
        "BENCH_NUMBER": str(secrets.randbits(31)),
    }
    done = programs.wrk(deployment.edge, seconds, connections, "answers.lua", told)
    # Replies on their way at the end are in the ledger and not among those counted.
    if _recorded(deployment) - before < int(done.rate * seconds * 0.9):
        raise RuntimeError("fewer answers are in the ledger than were acknowledged")
    return done
