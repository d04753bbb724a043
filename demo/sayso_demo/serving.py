"""Run a program of the demo behind granian, on this machine only."""

from __future__ import annotations

from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels


def serve_wsgi(target: str, port: int) -> None:
    """Serve a WSGI application on localhost until SIGTERM or SIGINT; returns when it has stopped."""
    Granian(
        target,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        # One process: what the shop asked lately is kept in memory.
        workers=1,
        blocking_threads=4,
        log_level=LogLevels.warning,
        workers_kill_timeout=3,
    ).serve()
