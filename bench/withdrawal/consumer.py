"""One consumer: a process of a brand that asks the SDK's `Gate` again and again about one person.

    python -m bench.withdrawal.consumer URL KEY

A line on its input is a device secret to ask about. It says `yes` with the time when that is first permitted, and then
`no` with the time when it is first refused, the time of the last yes, and the reason. Times are nanoseconds of the
machine's monotonic clock, which all processes share.
"""

import sys
import time
from importlib import import_module
from typing import Any

from bench.answering import NEWSLETTER

PATIENCE = 60.0  # seconds without what is waited for; then the consumer says so and ends
PAUSE = 0.001  # seconds between two questions: eight busy loops would leave the edge no processor


def say(*words: object) -> None:
    """Tell the measuring process something at once."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def follow(gate: Any, secret: str) -> None:
    """Ask until it is permitted, then until it is refused; end when either takes too long."""
    purpose, category, operation, recipient = NEWSLETTER.split(".")
    last, end = 0, time.monotonic() + PATIENCE
    while time.monotonic() < end:
        # The time before the question: a process that is stopped in between has not said yes later than it did.
        asked = time.monotonic_ns()
        said = gate.decide({"device": secret}, purpose, category, operation, recipient)
        if said.permitted:
            if not last:
                say("yes", time.monotonic_ns())
            last = asked
        elif last:
            return say("no", time.monotonic_ns(), last, said.reason)
        time.sleep(PAUSE)
    say("late", said.reason)
    raise SystemExit(1)


def main() -> None:
    """Follow one person after the other."""
    with import_module("sayso_sdk.gate").Gate(sys.argv[1], sys.argv[2]) as gate:
        say("ready")
        for line in sys.stdin:
            follow(gate, line.strip())


if __name__ == "__main__":
    main()
