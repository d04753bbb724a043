"""The rooms keep to themselves: directions that the layer contract cannot see."""

import sys
from functools import cache

import grimp
import pytest

# What one room may import of another. Tables, workers, migrations and pages stay behind closed doors.
DOORS = {
    "services",  # verbs that write
    "queries",  # reads that return frozen values
    "store",  # the room's plain SQL, shared by edge and web
    "named",  # whom names mean, many at once
    "keys",  # sealing under a subject's key
    "importing",  # an older system's people and answers, by the hundred
    "journal",  # what outlives a restore of the database, in plain SQL
    "evidence",  # of people who were erased, for the look of two officers
    "epochs",  # of the ledger, for whoever keeps a copy of it
    "ledger",  # the one way to write an answer
    "blocks",  # refusals of an identifier, in plain SQL
    "signal",  # what is written when a browser's signal is first seen
    "log",  # checkpoints and proofs, read by edge and command line
    "receipts",  # signing and checking
    "proofing",  # how somebody shows who they are, one folder per method
    "ages",  # how old somebody said they are
    "family",  # children's ages and guardians' answers, over ledger and identity
    "gate",  # the plain rules over the database's rows
    "replica",  # one brand's decisions in memory
    "replicas",  # the thread that fills them and keeps them current
    "entries",  # what a replica keeps of each name
    "explaining",  # a decision and what it rests on
    "naming",  # by which names people are asked about, many at once
    "reading",  # standings and Blocks of many at once
    "tokens",  # purpose tokens, issued by the edge
    "status",  # the lists that say which of them were taken back
    "counting",  # what really was used, counted beside the path
}
PURE = ("sayso.core", "sayso.signals")
OPEN = (*PURE, "sayso.deployment")
SURFACES = {"centre", "console", "api", "edge", "cli", "config"}


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph("sayso", "sayso_demo", "sayso_sdk", include_external_packages=True)


def rooms() -> set[str]:
    return {child.split(".")[1] for child in graph().find_children("sayso")}


def room_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if parts[0] == "sayso" and len(parts) > 1 else ""


def crossings() -> list[tuple[str, str]]:
    return [
        (importer, imported)
        for importer in sorted(graph().modules)
        if room_of(importer)
        for imported in sorted(graph().find_modules_directly_imported_by(importer))
        if room_of(imported) and room_of(imported) != room_of(importer)
    ]


def closed_doors(found: list[tuple[str, str]]) -> list[str]:
    return [
        f"{importer} imports {imported}"
        for importer, imported in found
        if not imported.startswith(OPEN)
        and room_of(importer) not in {"config", "cli"}
        and (len(imported.split(".")) < 3 or imported.split(".")[2] not in DOORS)
    ]


def strangers(modules: set[str], allowed: set[str]) -> list[str]:
    return sorted(
        f"{module} imports {imported}"
        for module in modules
        for imported in graph().find_modules_directly_imported_by(module)
        if imported.split(".")[0] not in sys.stdlib_module_names
        and not any(imported == name or imported.startswith(f"{name}.") for name in allowed)
    )


def cycles_between(names: set[str]) -> list[str]:
    return sorted(
        f"{first} <-> {second}"
        for first in names
        for second in names
        if first < second
        and graph().find_shortest_chain(first, second, as_packages=True)
        and graph().find_shortest_chain(second, first, as_packages=True)
    )


def test_a_room_is_entered_only_through_its_services_and_queries() -> None:
    assert len(crossings()) >= 10
    assert closed_doors(crossings()) == []


@pytest.mark.parametrize("target", ["sayso.consent.models", "sayso.identity.models", "sayso.rights.worker"])
def test_importing_another_rooms_tables_would_be_seen(target: str) -> None:
    assert closed_doors([("sayso.asks.services", target)]) == [f"sayso.asks.services imports {target}"]


@pytest.mark.parametrize("room", PURE)
def test_the_heart_and_the_signals_use_the_standard_library_alone(room: str) -> None:
    modules = {module for module in graph().modules if module == room or module.startswith(f"{room}.")}
    assert modules or room == "sayso.signals"
    assert strangers(modules, {"sayso.core", room}) == []


def test_no_two_rooms_import_each_other() -> None:
    below_the_surfaces = {f"sayso.{room}" for room in rooms() - SURFACES}
    assert len(below_the_surfaces) >= 3
    assert cycles_between(below_the_surfaces) == []


def test_no_module_imports_itself_by_way_of_others() -> None:
    own = sorted(
        module for module in graph().modules if module.split(".")[0] in {"sayso", "sayso_demo", "sayso_sdk"}
    )
    looping = [
        module
        for module in own
        if any(
            imported.split(".")[0] in {"sayso", "sayso_demo", "sayso_sdk"}
            and graph().find_shortest_chain(imported, module) is not None
            for imported in graph().find_modules_directly_imported_by(module)
        )
    ]
    assert looping == []


@pytest.mark.parametrize("program", ["sayso_demo", "sayso_sdk"])
def test_the_shop_and_the_sdk_import_nothing_of_the_server(program: str) -> None:
    modules = {module for module in graph().modules if module.split(".")[0] == program}
    reached = {
        imported for module in modules for imported in graph().find_modules_directly_imported_by(module)
    }
    assert modules
    assert not {imported for imported in reached if imported.split(".")[0] == "sayso"}
