"""What the worker does: keep the log, hand news upwards, carry out what is due, send letters."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from traceback import extract_tb

from django.db import close_old_connections, connection

from sayso.changes import services as changes
from sayso.changes import worker as changes_news
from sayso.config import guardian_letters, local_systems, tidying
from sayso.consent import tidying as standings
from sayso.consent.log import keeper
from sayso.decisions import services as decisions
from sayso.deployment.django_database import DjangoDatabase
from sayso.fulfilment import services as fulfilment
from sayso.fulfilment import worker as fulfilment_news
from sayso.identity.proofing.email_plus import services as email_plus
from sayso.messages import services as messages
from sayso.outbox import services as outbox
from sayso.personalisation import services as personalisation
from sayso.personalisation import worker as personalisation_news
from sayso.rights import services as rights

log = logging.getLogger("sayso.work")
CONSUMERS: Mapping[str, Mapping[str, outbox.Handler]] = {
    "personalisation": personalisation_news.SUBSCRIPTIONS,
    "fulfilment": fulfilment_news.SUBSCRIPTIONS,
    "changes": changes_news.SUBSCRIPTIONS,
}
IDLE = 0.1  # seconds between looks whether anybody wrote, when nothing is due
LONGEST = 1.0  # seconds until what only the clock brings is looked for, though nobody wrote
_complaints: set[str] = set()  # what was said of steps that fail, until every step goes well again


def once(now: datetime) -> int:
    """Do everything that is due now and give how many things were done."""
    local_systems.register()
    steps: list[Callable[[], int]] = [
        lambda: keeper.tick(DjangoDatabase(), now),
        *(
            lambda name=name, topics=topics: outbox.deliver(name, topics)
            for name, topics in CONSUMERS.items()
        ),
        lambda: personalisation.learn_due(now),
        lambda: fulfilment.carry_out_due(now),
        lambda: rights.advance_all(now),
        lambda: guardian_letters.send_due(now),
        lambda: changes.tell_due(now),
        lambda: changes.remind_due(now),
        lambda: messages.send_due(now),
        lambda: email_plus.forget_unanswered(now),
        lambda: standings.tidy(DjangoDatabase(), now),
        lambda: decisions.sweep_tokens(now),
        lambda: tidying.tidy(now),
    ]
    done = [_guarded(step) for step in steps]
    if None not in done and _complaints:
        _complaints.clear()
        log.warning("every step of the worker goes well again")
    return sum(each or 0 for each in done)


def _guarded(step: Callable[[], int]) -> int | None:
    """One part that is broken must not keep the others from their work; None for one that is.

    It is tried again within a second, and told of once: a database that is away for a minute would fill the disk.
    """
    try:
        return step()
    except Exception as broken:
        told = f"{type(broken).__name__} {_place_of(broken)}"
        if told not in _complaints:
            _complaints.add(told)
            log.exception("a step of the worker failed: %s", type(broken).__name__)
        close_old_connections()
        return None


def _place_of(broken: Exception) -> str:
    """Name the innermost line of ours that an error came through."""
    ours = [one for one in extract_tb(broken.__traceback__) if "sayso" in one.filename]
    return f"{ours[-1].filename}:{ours[-1].lineno}" if ours else ""


def forever(stopping: Callable[[], bool]) -> None:
    """Work until told to stop. The log has a keeper of its own: no slow delivery may delay a checkpoint."""
    log_keeper = threading.Thread(target=keeper.keep, args=[stopping], name="log-keeper", daemon=True)
    log_keeper.start()
    seen, looked = object(), 0.0
    while not stopping():
        # Read before the work: what is written meanwhile is seen at the next look.
        written, at = _written(), time.monotonic()
        if written != seen or at - looked >= LONGEST:
            seen, looked = written, at
            if once(datetime.now(UTC)):
                seen = object()
                continue
        time.sleep(IDLE)
    log_keeper.join()


def _written() -> object:
    """Give what is another value once anybody else has written: one short question in place of twenty.

    SQLite counts the commits of other connections, PostgreSQL names the transactions that are open or over.
    """
    asked = "PRAGMA data_version" if connection.vendor == "sqlite" else "SELECT pg_current_snapshot()::text"
    try:
        with connection.cursor() as cursor:
            cursor.execute(asked)
            return cursor.fetchone()
    except Exception:  # the steps find out, and tell
        close_old_connections()
        return object()
