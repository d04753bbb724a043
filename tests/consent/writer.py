"""One edge's writing half as a process of its own: `python -m tests.consent.writer COUNT counter|sequence`.

With `sequence` the numbers come from a plain database sequence instead of the counter row: what the ledger
deliberately does not do.
"""

import random
import secrets
import sys
import time
from datetime import UTC, datetime

from sayso.consent import ledger
from sayso.consent.ledger import Submission
from sayso.core.vocabulary import ConsentStatus
from sayso.deployment import env
from sayso.deployment.database import Database, open_database
from sayso.identity import keys
from sayso.notices import store as notices
from sayso.outbox import store as outbox
from tests.linen import answer

BRAND = "linen-and-loom"


def _from_sequence(db: Database, count: int) -> int:
    taken = db.run("SELECT nextval('plain'), nextval('plain')")
    time.sleep(random.random() / 500)  # noqa: S311 not a secret
    return int(taken[0][0])


def _from_counter(db: Database, count: int) -> int:
    first = _take(db, count)
    time.sleep(random.random() / 500)  # noqa: S311 not a secret
    return first


_take = outbox.take


def main(count: int, numbers: str) -> None:
    """Record `count` refusals of as many new devices, one transaction each."""
    outbox.take = _from_sequence if numbers == "sequence" else _from_counter
    db = open_database(env.database_url())
    published = notices.current(db, BRAND)
    for _ in range(count):
        said = answer(published, learn=ConsentStatus.REFUSED)
        device = keys.secret_hash(secrets.token_urlsafe(32))
        ledger.record(db, [Submission(BRAND, said, "x", device=device)], datetime.now(UTC))
    db.close()
    keys.close()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
