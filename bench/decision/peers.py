"""The peers, each holding the same policy in the way that is fastest for it.

Each is a context manager that gives an engine. Engines that hold people as objects get only the people who are asked
about, made ready beforehand, and every argument of every call is made beforehand too: that favours them.
"""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib import import_module
from typing import Any

from bench import programs
from bench.decision.engine import Engine
from bench.decision.policy import Pattern, Policy, Question

Peer = Callable[[Policy, Sequence[Question]], AbstractContextManager[Engine]]


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as missing:
        raise programs.Missing(f"{name} is not installed (sh tools/bootstrap.sh bench)") from missing


def _people(policy: Policy, asked: Sequence[Question]) -> dict[str, Pattern | None]:
    return {question[0]: policy.pattern_of(question[0]) for question in asked}


def _cedar_rule(policy: Policy, purpose: int) -> str:
    _, categories, recipients = policy.shape
    listed = ",".join(f'Category::"c{each}"' for each in range(categories))
    named = ",".join(f'"r{each}"' for each in range(recipients))
    conditions = [f"[{listed}].contains(resource)", f"[{named}].contains(context.recipient)"]
    if not policy.on_contract(purpose):
        grant, least = f"principal.given.p{purpose}", policy.least_version(purpose)
        conditions.append(f"principal.given has p{purpose} && {grant} >= {least}")
        if policy.forbidden_to_minors(purpose):
            conditions.append("!principal.minor")
    head = f'permit(principal is Subject, action == Action::"p{purpose}", resource is Category)'
    return f"{head} when {{ {' && '.join(conditions)} }};"


def _cedar_person(name: str, pattern: Pattern | None) -> str:
    given = {
        f"p{purpose}": version for purpose, version in enumerate(pattern.given if pattern else ()) if version
    }
    attributes = {"minor": bool(pattern and pattern.minor), "given": given}
    return json.dumps([{"uid": {"type": "Subject", "id": name}, "attrs": attributes, "parents": []}])


@contextmanager
def cedarpy(policy: Policy, asked: Sequence[Question]) -> Iterator[Engine]:
    """Cedar in Rust, its policies and everybody's entities parsed beforehand: the best of three ways."""
    cedar = _module("cedarpy")
    text = "\n".join(_cedar_rule(policy, purpose) for purpose in range(policy.shape[0]))
    rules = cedar.PolicySet.from_str(text)
    people = {
        name: cedar.Entities.from_json_str(_cedar_person(name, pattern))
        for name, pattern in _people(policy, asked).items()
    }

    def words(question: Question) -> tuple[Any, ...]:
        name, purpose, category, recipient = question
        request = {
            "principal": {"type": "Subject", "id": name},
            "action": {"type": "Action", "id": f"p{purpose}"},
            "resource": {"type": "Category", "id": f"c{category}"},
            "context": {"recipient": f"r{recipient}"},
        }
        return request, rules, people[name]

    yield Engine(cedar.is_authorized, words, lambda said: bool(said.allowed))


CASBIN = """
[request_definition]
r = sub, purpose, category, recipient
[policy_definition]
p = purpose, categories, recipients, least, minors
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.purpose == p.purpose && within(r.category, p.categories) && within(r.recipient, p.recipients) && \
given(r.sub, r.purpose, p.least, p.minors)
"""


def _casbin_given(pattern: Pattern | None, purpose: str, least: str, minors: str) -> bool:
    if least == "0":
        return True
    if pattern is None or (minors == "no" and pattern.minor):
        return False
    return pattern.given[int(purpose)] >= int(least)


@contextmanager
def pycasbin(policy: Policy, asked: Sequence[Question]) -> Iterator[Engine]:
    """pycasbin with a rule for each purpose and people as objects; rules for each person are slower by far."""
    casbin = _module("casbin")
    logging.getLogger("casbin").setLevel(logging.CRITICAL)
    model = casbin.Model()
    model.load_model_from_text(CASBIN)
    enforcer = casbin.Enforcer(model)
    purposes, categories, recipients = policy.shape
    for purpose in range(purposes):
        least = 0 if policy.on_contract(purpose) else policy.least_version(purpose)
        minors = "no" if policy.forbidden_to_minors(purpose) else "yes"
        enforcer.add_policy(str(purpose), str(categories), str(recipients), str(least), minors)
    enforcer.add_function("within", lambda number, most: int(number) < int(most))
    enforcer.add_function("given", _casbin_given)
    people = _people(policy, asked)

    def words(question: Question) -> tuple[Any, ...]:
        name, *what = question
        return people[name], *map(str, what)

    yield Engine(enforcer.enforce, words)


def _feature(policy: Policy, purpose: int) -> dict[str, Any]:
    _, categories, recipients = policy.shape
    condition: dict[str, Any] = {
        "category": {"$in": [f"c{each}" for each in range(categories)]},
        "recipient": {"$in": [f"r{each}" for each in range(recipients)]},
    }
    if not policy.on_contract(purpose):
        condition[f"given.p{purpose}"] = {"$gte": policy.least_version(purpose)}
        if policy.forbidden_to_minors(purpose):
            condition["minor"] = False
    return {"defaultValue": False, "rules": [{"condition": condition, "force": True}]}


@contextmanager
def growthbook(policy: Policy, asked: Sequence[Question]) -> Iterator[Engine]:
    """GrowthBook's SDK with its features in memory, each a condition on attributes."""
    features = {f"p{purpose}": _feature(policy, purpose) for purpose in range(policy.shape[0])}
    book = _module("growthbook").GrowthBook(features=features)
    people = {
        name: {
            "id": name,
            "minor": bool(pattern and pattern.minor),
            "given": {f"p{each}": version for each, version in enumerate(pattern.given if pattern else ())},
        }
        for name, pattern in _people(policy, asked).items()
    }

    def words(question: Question) -> tuple[Any, ...]:
        name, purpose, category, recipient = question
        return {**people[name], "category": f"c{category}", "recipient": f"r{recipient}"}, f"p{purpose}"

    def ask(attributes: dict[str, Any], feature: str) -> Any:
        book.set_attributes(attributes)
        return book.is_on(feature)

    try:
        yield Engine(ask, words)
    finally:
        book.destroy()


def _needs(policy: Policy) -> tuple[dict[tuple[int, int, int], int], int]:
    """Compile the notice for a store that holds a bitset for each person; and give a stranger's bitset."""
    purposes, categories, recipients = policy.shape
    table = {
        (purpose, category, recipient): 1 << purpose
        for purpose in range(purposes)
        for category in range(categories)
        for recipient in range(recipients)
    }
    return table, policy.bits(Pattern((0,) * purposes, minor=False))


def _key_and_choice(question: Question) -> tuple[Any, ...]:
    return question[0], question[1:]


@contextmanager
def postgresql(policy: Policy, asked: Sequence[Question]) -> Iterator[Engine]:
    """A row for each person in PostgreSQL, looked up by a prepared statement over a socket."""
    psycopg = _module("psycopg")
    table, stranger = _needs(policy)
    bits = [policy.bits(pattern) for pattern in policy.patterns]
    with programs.postgres() as server, psycopg.connect(server.create("peer"), autocommit=True) as connection:
        connection.execute("CREATE TABLE person (name text PRIMARY KEY, permitted bigint NOT NULL)")
        with connection.cursor().copy("COPY person FROM STDIN") as rows:
            for number, name in enumerate(policy.names()):
                rows.write_row((name, bits[number % len(bits)]))
        connection.execute("ANALYZE person")
        cursor = connection.cursor(binary=True)

        sql = "SELECT permitted FROM person WHERE name = %s"

        def ask(name: str, choice: tuple[int, int, int]) -> bool:
            need = table.get(choice)
            row = cursor.execute(sql, (name,), prepare=True).fetchone()
            return need is not None and bool((row[0] if row else stranger) & need)

        yield Engine(ask, _key_and_choice)


@contextmanager
def redis(policy: Policy, asked: Sequence[Question]) -> Iterator[Engine]:
    """A key for each person in Valkey, which is Redis under its free licence, over a socket."""
    client_module = _module("redis")
    table, stranger = _needs(policy)
    bits = [policy.bits(pattern) for pattern in policy.patterns]
    with programs.valkey() as place, client_module.Redis(unix_socket_path=str(place)) as client:
        pipe = client.pipeline(transaction=False)
        for number, name in enumerate(policy.names()):
            pipe.set(name, bits[number % len(bits)])
            if number % 10_000 == 0:
                pipe.execute()
        pipe.execute()

        def ask(name: str, choice: tuple[int, int, int]) -> bool:
            need, held = table.get(choice), client.get(name)
            return need is not None and bool((stranger if held is None else int(held)) & need)

        yield Engine(ask, _key_and_choice)


PEERS: dict[str, Peer] = {
    "cedarpy": cedarpy,
    "pycasbin": pycasbin,
    "growthbook": growthbook,
    "postgresql": postgresql,
    "redis": redis,
}
