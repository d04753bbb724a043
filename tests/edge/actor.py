"""Somebody who acts upon a running deployment from a process of its own: `python -m tests.edge.actor`.

Reads one act a line as JSON, `[name, arguments…]`, lets it happen in `tests.edge.world`, and tells what came of it.
"""

import json
import os
import sys
from datetime import UTC, datetime
from typing import Any

os.environ["DJANGO_SETTINGS_MODULE"] = "sayso.config.settings"

import django

django.setup()

from sayso.core.opt_out import Scope  # noqa: E402
from sayso.core.vocabulary import ConsentStatus  # noqa: E402
from sayso.deployment.django_database import DjangoDatabase  # noqa: E402
from sayso.notices import services as notices  # noqa: E402
from sayso.outbox import epochs  # noqa: E402
from tests import linen  # noqa: E402
from tests.edge.world import World, world  # noqa: E402


def act(here: World, name: str, *given: Any) -> Any:
    """Let one thing happen; give what there is to know of it."""
    here.now = datetime.now(UTC)
    if name == "browser":
        return here.browsers[given[0]]
    if name == "says":
        kind, number, choice, said = given
        said = {choice: ConsentStatus(said)}
        return (here.browser_answers if kind == "browser" else here.account_answers)(number, **said)
    if name == "blocks":
        return here.blocks(given[0], given[1], Scope(given[2]))
    if name == "publishes":
        return notices.publish_notice(linen.second(), "Otto", here.now)
    if name == "restores":
        return epochs.new_epoch(here.db)
    return getattr(here, name)(*given)


def main() -> None:
    """Act until there is nothing more to read."""
    here = world(DjangoDatabase(), datetime.now(UTC))
    for line in sys.stdin:
        sys.stdout.write(json.dumps(act(here, *json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
