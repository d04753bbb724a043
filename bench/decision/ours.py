"""Ours in process: the Python SDK's `Gate`, filled over HTTP as any brand's would be.

In a tree that has no `Gate` yet, the plain rules stand in, and the row says so.
"""

import importlib.util
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from bench import programs
from bench.decision import heart
from bench.decision.engine import Engine
from bench.decision.policy import Policy, Question

PATIENCE = 1800.0  # seconds in which ten million rows come over
GATE = "the Python SDK's Gate"
RULES = "the plain rules, in a tree without a Gate"


def has_gate() -> bool:
    """Tell whether this tree has a `Gate` and the table that feeds it."""
    return all(importlib.util.find_spec(name) for name in ("sayso_sdk.gate", "sayso.core.table"))


@contextmanager
def fed(policy: Policy) -> Iterator[str]:
    """Serve the policy's people to replicas; give the address."""
    port = programs.free_port()
    told = os.environ | {"BENCH_CHOICES": str(policy.choices), "BENCH_PEOPLE": str(policy.people)}
    told["PYTHONPATH"] = os.pathsep.join([str(programs.ROOT), *filter(None, sys.path)])
    address = f"http://127.0.0.1:{port}"
    command = programs.granian("bench.decision.feed:application", port, "asgi", "--factory")
    with programs.running(command, f"{address}/v1/", told, seconds=600):
        yield address


def _gate_words(question: Question) -> tuple[Any, ...]:
    name, purpose, category, recipient = question
    return {"customer": name}, f"p{purpose}", f"c{category}", "disclose", f"r{recipient}"


@contextmanager
def gate(policy: Policy, store: Path | None = None) -> Iterator[Engine]:
    """Give a `Gate` that holds everybody, in a dictionary or in an LMDB of this host."""
    made = import_module("sayso_sdk.gate").Gate
    with fed(policy) as address:
        held = made(address, "sk_bench", store=store)
        try:
            if not held.ready(PATIENCE):
                raise RuntimeError("the replica was not filled")
            yield Engine(held.decide, _gate_words, lambda said: bool(said.permitted))
        finally:
            held.close()


@contextmanager
def rules(policy: Policy) -> Iterator[Engine]:
    """Give the plain rules over standings in a dictionary."""
    from sayso.core.decision import decide

    notice = heart.published(policy)
    standings = [heart.standing(policy, pattern) for pattern in policy.patterns]
    held = {name: standings[number % len(standings)] for number, name in enumerate(policy.names())}

    def ask(name: str, choice: Any) -> Any:
        return decide(held.get(name), choice, notice, heart.NOW)

    yield Engine(
        ask, lambda question: (question[0], heart.choice_of(*question[1:])), lambda said: bool(said.permitted)
    )


@contextmanager
def ours(policy: Policy, asked: Sequence[Question]) -> Iterator[Engine]:
    """Give the engine that a brand would use."""
    heart.check_the_rules(policy, asked[: heart.CHECKED])
    with gate(policy) if has_gate() else rules(policy) as engine:
        yield engine


def name() -> str:
    """Say which engine of ours is measured."""
    return GATE if has_gate() else RULES
