"""Decisions over HTTP: the edge as it is deployed, against replies that cost nothing to make.

One process of the edge over PostgreSQL, 32 connections that each wait for their reply. The static reply comes from the
same server, started alike, and is as long as the decision's.
"""

import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench import measure, programs
from bench.answering import NEWSLETTER, Browser
from bench.deployment import Deployment, deployed
from bench.results import Row, broken

CONNECTIONS, BATCH = 32, 100
WHAT = {
    "single": "decisions over HTTP, one question a request, against the same server's static reply of the same length",
    "healthz": "the same, against the edge's own /healthz",
    "nginx": "the same, against nginx with one worker and a reply of the same length",
    "beside-pages": "the same while pages are served to 4 readers from a process beside it, against the edge alone",
    "p50": "one decision over HTTP at that load, half are faster",
    "p99": "one decision over HTTP at that load, 99 % are faster",
    "batch": f"decisions over HTTP, {BATCH} questions a request",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions ready to be sent, and how long a load of them lasts."""

    address: str
    key: str
    singles: Path
    batches: Path
    seconds: float

    def load(self, address: str, bodies: Path) -> programs.Load:
        """Send them to an address."""
        told = {"BENCH_BODIES": str(bodies), "BENCH_KEY": f"Bearer {self.key}"}
        return programs.wrk(address, self.seconds, CONNECTIONS, "post.lua", told)


def _body(secret: str, count: int) -> str:
    return json.dumps({"subject": {"device": secret}, "questions": [NEWSLETTER] * count})


def _people(deployment: Deployment, count: int) -> dict[str, bool]:
    """Let browsers answer; give each one's secret and whether it said yes."""
    said, banner = {}, deployment.banner()
    with httpx.Client(timeout=30) as client:
        for number in range(count):
            browser, yes = Browser(deployment, client), number % 2 == 0
            browser.answers(banner, {NEWSLETTER: "given" if yes else "refused"})
            said[browser.secret] = yes
    return said


def _reply(client: httpx.Client, asked: Asked, body: str) -> dict[str, Any]:
    reply = client.post(asked.address, content=body, headers={"Authorization": f"Bearer {asked.key}"})
    reply.raise_for_status()
    came: dict[str, Any] = reply.json()
    return came


def _check(asked: Asked, said: Mapping[str, bool]) -> int:
    """Raise `RuntimeError` unless everybody's answer is obeyed; give the length of a reply in bytes."""
    with httpx.Client(timeout=30) as client:
        for secret, yes in said.items():
            came = _reply(client, asked, _body(secret, 1))
            if came["decisions"][0]["permitted"] is not yes:
                raise RuntimeError("the edge does not say what the person said")
    return len(json.dumps(came))


@contextmanager
def _static(length: int, folder: Path) -> Iterator[str]:
    body = folder / "body"
    body.write_text(json.dumps("x" * (length - 2)))
    told = os.environ | {"BENCH_BODY": str(body)}
    told["PYTHONPATH"] = os.pathsep.join([str(programs.ROOT), *filter(None, sys.path)])
    port = programs.free_port()
    address = f"http://127.0.0.1:{port}/"
    with programs.running(programs.granian("bench.decision.static:app", port), address, told):
        yield address


@contextmanager
def _edge(folder: Path, people: int, seconds: float) -> Iterator[tuple[Deployment, Asked, int]]:
    with programs.postgres() as server, deployed(server.create("sayso")) as made, made.edges():
        said = _people(made, people)
        key = made.key("decide")
        asked = Asked(f"{made.edge}/v1/decide", key, folder / "singles", folder / "batches", seconds)
        asked.singles.write_text("\n".join(_body(secret, 1) for secret in said))
        asked.batches.write_text("\n".join(_body(secret, BATCH) for secret in said))
        yield made, asked, _check(asked, said)


def _alone(
    asked: Asked, made: Deployment, static: str, nginx: str | None
) -> dict[str, Callable[[], programs.Load]]:
    loads = {
        "ours": lambda: asked.load(asked.address, asked.singles),
        "single": lambda: asked.load(static, asked.singles),
        "healthz": lambda: programs.wrk(f"{made.edge}/healthz", asked.seconds, CONNECTIONS, "get.lua"),
        "batch": lambda: asked.load(asked.address, asked.batches),
    }
    return loads | ({"nginx": lambda: asked.load(nginx, asked.singles)} if nginx else {})


def _beside_pages(asked: Asked, made: Deployment, rounds: int) -> list[programs.Load]:
    with made.pages() as page, programs.loaded(page, 4, "get.lua"):
        return [asked.load(asked.address, asked.singles) for _ in range(rounds)]


def _rates(loads: list[programs.Load]) -> measure.Measured:
    return measure.summed_up([load.rate for load in loads])


def rows_of(loads: Mapping[str, list[programs.Load]]) -> list[Row]:
    """Read the rows off what was loaded; `ours` is the edge alone."""
    ours = _rates(loads["ours"])
    peers = {"single": "static reply", "healthz": "/healthz", "nginx": "nginx, static reply"}
    rows = [
        Row(
            f"decision-http-{name}",
            WHAT[name],
            ours.median,
            "/s",
            label,
            peer.median,
            ours.spread,
            peer.spread,
        )
        for name, label in peers.items()
        if name in loads and (peer := _rates(loads[name]))
    ]
    for name in ("p50", "p99"):
        took = measure.summed_up([getattr(load, name) for load in loads["ours"]])
        rows.append(Row(f"decision-http-{name}", WHAT[name], took.median, "ms", spread=took.spread))
    batch = measure.summed_up([load.rate * BATCH for load in loads["batch"]])
    rows.append(Row("decision-http-batch", WHAT["batch"], batch.median, "/s", spread=batch.spread))
    beside = _rates(loads["beside-pages"])
    rows.append(
        Row(
            "decision-http-beside-pages", WHAT["beside-pages"], beside.median, "/s", "the edge alone", ours.median,
            beside.spread, ours.spread,
        )
    )  # fmt: skip
    return rows


def run(quick: bool) -> list[Row]:
    """Measure over HTTP."""
    people, seconds, rounds = (20, 1.0, 2) if quick else (1000, 3.0, 5)
    faults: list[Row] = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sayso-bench-")))
        made, asked, length = stack.enter_context(_edge(folder, people, seconds))
        static, nginx = stack.enter_context(_static(length, folder)), None
        try:
            nginx = stack.enter_context(programs.nginx("x" * length))
        except (programs.Missing, RuntimeError) as fault:
            faults.append(
                broken("decision-http-nginx", WHAT["nginx"], "/s", str(fault), "nginx, static reply")
            )
        found: dict[str, list[programs.Load]] = {}
        contenders = _alone(asked, made, static, nginx)
        for _ in range(rounds):
            for name, load in contenders.items():
                found.setdefault(name, []).append(load())
        found["beside-pages"] = _beside_pages(asked, made, rounds)
    return [*rows_of(found), *faults]
