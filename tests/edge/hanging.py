"""The edge as it is, in a process whose event loop can be made to hang: served by granian, for tests only."""

import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sayso.edge.app import app as edge

PATH = "/hang/"


async def app(
    scope: Mapping[str, Any],
    receive: Callable[[], Awaitable[Mapping[str, Any]]],
    send: Callable[[Mapping[str, Any]], Awaitable[None]],
) -> None:
    """Serve as the edge does; what is asked of `/hang/SECONDS` keeps the loop from everything else."""
    if scope["type"] == "http" and scope["path"].startswith(PATH):
        time.sleep(float(scope["path"].removeprefix(PATH)))
        scope = {**scope, "path": "/healthz"}
    await edge(scope, receive, send)
