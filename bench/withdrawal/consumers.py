"""Consumers as processes: started together, told whom to ask about, listened to, stopped by their id."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from bench import programs
from bench.deployment import Deployment


@dataclass(frozen=True, slots=True)
class Refusal:
    """When a consumer first said no, when it had last said yes (both in ns), and why."""

    at: int
    last_yes: int
    reason: str


class Consumer:
    """One process that asks a `Gate`."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self._heard("ready")

    def _heard(self, word: str) -> list[str]:
        line = (self.process.stdout.readline() if self.process.stdout else "").split()
        if not line or line[0] != word:
            raise RuntimeError(f"a consumer ended, or said {line} where {word!r} was due")
        return line[1:]

    def watch(self, secret: str) -> None:
        """Let it ask about a device from now on."""
        if self.process.stdin:
            self.process.stdin.write(secret + "\n")
            self.process.stdin.flush()

    def permitted(self) -> None:
        """Wait until it said yes."""
        self._heard("yes")

    def refused(self) -> Refusal:
        """Wait until it said no."""
        at, last, reason = self._heard("no")
        return Refusal(int(at), int(last), reason)

    def pause(self) -> None:
        """Stop it as a machine that hangs would."""
        os.kill(self.process.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it run again."""
        os.kill(self.process.pid, signal.SIGCONT)


@contextmanager
def consumer(deployment: Deployment, key: str) -> Iterator[Consumer]:
    """Run one consumer until the end of the block."""
    command = [sys.executable, "-m", "bench.withdrawal.consumer", deployment.web, key]
    process = subprocess.Popen(  # noqa: S603 our own command
        command, cwd=programs.ROOT, env=deployment.environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip
    try:
        yield Consumer(process)
    finally:
        process.kill()
        process.communicate()


@contextmanager
def consumers(deployment: Deployment, key: str, count: int) -> Iterator[list[Consumer]]:
    """Run so many."""
    with ExitStack() as stack:
        yield [stack.enter_context(consumer(deployment, key)) for _ in range(count)]
