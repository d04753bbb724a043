"""Write `docs/reference` from the code's own tables, so that the pages cannot say something else.

    python -m tools.make_docs [--check]

Each page is one function that returns its text. A room that is not there yet adds nothing.
"""

import ast
import os
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from tools.setup import BUILD, ROOT, say

SOURCE = ROOT / "src" / "sayso"
REFERENCE = ROOT / "docs" / "reference"
MADE = "<!-- Made by `make docs` from the code. Do not edit. -->\n"


def _cell(text: object) -> str:
    return " ".join(str(text).replace("|", "\\|").split())


def _table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(headings) + " |", "|" + " --- |" * len(headings)]
    return "\n".join(lines + ["| " + " | ".join(map(_cell, row)) + " |" for row in rows]) + "\n"


def settings_page() -> str:
    """Describe every setting of `sayso.deployment.env`."""
    from sayso.deployment.env import SETTINGS

    rows = [
        (f"`{entry.name}`", "derived" if entry.default is None else f"`{entry.default}`", entry.meaning)
        for entry in SETTINGS
    ]
    note = "Settings are environment variables. A misspelt one is named by `sayso settings`.\n\n"
    return "# Settings\n\n" + note + _table(("variable", "default", "meaning"), rows)


def _commands(group: click.Command, name: str) -> Iterator[tuple[str, click.Command]]:
    if not group.hidden:
        yield name, group
    if isinstance(group, click.Group):
        for child in sorted(group.commands):
            yield from _commands(group.commands[child], f"{name} {child}")


def commands_page() -> str:
    """Give the help of every command that is not hidden."""
    from sayso.cli.main import main as program

    pages = []
    for name, command in _commands(program, "sayso"):
        settings = {**program.context_settings, "max_content_width": 100, "terminal_width": 100}
        with click.Context(command, info_name=name, **settings) as context:
            pages.append(f"## {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "# Commands\n\n" + "\n".join(pages)


class Scope:
    """What a function, or a module, keeps under a name: to read a remedy too long for its line."""

    def __init__(self, around: ast.AST, module: ast.Module) -> None:
        named = (node for node in module.body if isinstance(node, ast.Assign))
        self._kept = {
            node.targets[0].id: node.value for node in named if isinstance(node.targets[0], ast.Name)
        }
        self._assigned = [
            (node.targets[0].id, node.lineno, node.value)
            for node in ast.walk(around)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        ]

    def value(self, node: ast.AST) -> ast.AST:
        """Give what a name was last given above the line it is used on, else what the module keeps under it."""
        if not isinstance(node, ast.Name):
            return node
        above = [
            (line, value) for name, line, value in self._assigned if name == node.id and line <= node.lineno
        ]
        return max(above, key=lambda pair: pair[0])[1] if above else self._kept.get(node.id, node)

    def text(self, node: ast.AST) -> str:
        """Give what a text in the source says; what is filled in at run time is an ellipsis."""
        match self.value(node):
            case ast.Constant(value=str(text)):
                return text
            case ast.JoinedStr(values=parts):
                return "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in parts)
            case ast.Call(func=ast.Name(id="_"), args=[words]):  # to be translated
                return self.text(words)
        return ""


def _calls(tree: ast.Module) -> Iterator[tuple[ast.Call, Scope]]:
    """Give every call of a module with the scope it stands in."""
    seen: set[int] = set()
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    for around in (*functions, tree):
        scope = Scope(around, tree)
        for node in ast.walk(around):
            if isinstance(node, ast.Call) and id(node) not in seen:
                seen.add(id(node))
                yield node, scope


def _modules() -> Iterator[ast.Module]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield ast.parse(path.read_text())


def _raised() -> set[tuple[str, str, str]]:
    """Find every error raised in the source: its class, code and remedy."""
    from sayso.core import errors

    kinds = {name for name, kind in vars(errors).items() if isinstance(kind, type)}
    return {
        (kind.id, code, scope.text(call.args[2]))
        for module in _modules()
        for call, scope in _calls(module)
        if isinstance(kind := call.func, ast.Name) and kind.id in kinds and len(call.args) == 3
        if (code := scope.text(call.args[0]))
    }


OWN_REMEDY = "Each case says its own."


def errors_page() -> str:
    """List every error code with its HTTP status and its remedies."""
    from sayso.core import errors

    remedies: dict[tuple[str, str], list[str]] = {}
    for kind, code, remedy in sorted(_raised()):
        remedies.setdefault((code, kind), []).extend([remedy] if remedy else [])
    rows = []
    for (code, kind), texts in sorted(remedies.items()):
        raised = getattr(errors, kind)
        status = errors.status_of(raised(code, "", ""))
        rows.append(
            (f"`{code}`", status, "no" if raised.permanent else "yes", " / ".join(texts) or OWN_REMEDY)
        )
    note = "Errors are RFC 9457 problem details. `code` is stable; `remedy` says what to do.\n\n"
    return "# Errors\n\n" + note + _table(("code", "status", "may pass by itself", "remedy"), rows)


def _part(part: ast.pattern) -> str:
    match part:
        case ast.MatchValue(value=value):
            return str(ast.literal_eval(value))
        case ast.MatchAs(pattern=ast.MatchOr(patterns=words)):
            return f"({'|'.join(map(_part, words))})"
    return f"{{{ast.unparse(part)}}}"


def _route(pattern: ast.pattern) -> tuple[str, str] | None:
    match pattern:
        case ast.MatchSequence(patterns=[methods, ast.MatchSequence(patterns=parts)]):
            path = "/".join(map(_part, parts))
            return " ".join(re.findall(r"[A-Z]+", ast.unparse(methods))), f"/{path}"
    return None


def _routes_of_edge() -> list[tuple[str, str]]:
    """Read the addresses that the edge matches, from the match itself."""
    tree = ast.parse((SOURCE / "edge" / "app.py").read_text())
    cases = [case for node in ast.walk(tree) if isinstance(node, ast.Match) for case in node.cases]
    return [route for case in cases if (route := _route(case.pattern))]


def _operations(schema: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (method.upper(), f"`{path}`", operation.get("summary", ""))
        for path, methods in sorted(schema["paths"].items())
        for method, operation in sorted(methods.items())
    ]


def endpoints_page() -> str:
    """List the addresses of the edge and of the REST interface."""
    from sayso.api.application import api

    import_module("sayso.api.urls")  # adds every router

    edge = [(methods, f"`{path}`") for methods, path in _routes_of_edge()]
    rest = _operations(api.get_openapi_schema(path_prefix="/v1/"))
    note = "The REST interface describes itself at `/v1/openapi.json`.\n"
    parts = ["# Endpoints\n", note, "## Edge: the hot path\n", _table(("method", "address"), edge)]
    return "\n".join([*parts, "## REST\n", _table(("method", "address", "what it does"), rest)])


TOPIC = re.compile(r"^[a-z]+(\.[a-z_]+)+$")


def _news(call: ast.Call, scope: Scope) -> tuple[str, set[str]] | None:
    verb = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    topic = next((text for value in call.args if TOPIC.match(text := scope.text(value))), None)
    if verb not in ("post", "news") or topic is None:
        return None
    payloads = [found for value in call.args if isinstance(found := scope.value(value), ast.Dict)]
    return topic, {scope.text(key) for payload in payloads for key in payload.keys if key is not None}


def events_page() -> str:
    """List the news that rooms post for one another, with what each carries."""
    found: dict[str, set[str]] = {}
    for module in _modules():
        for call, scope in _calls(module):
            if news := _news(call, scope):
                found.setdefault(news[0], set()).update(news[1])
    rows = [
        (f"`{topic}`", ", ".join(f"`{key}`" for key in sorted(keys))) for topic, keys in sorted(found.items())
    ]
    note = "News is written in the transaction of the fact it tells of, and carries ids only.\n\n"
    return "# Events\n\n" + note + _table(("topic", "carries"), rows)


@dataclass(frozen=True)
class Page:
    """A page of the reference and the sources it cannot be made without."""

    name: str
    needs: tuple[str, ...]
    make: Callable[[], str]


PAGES = (
    Page("settings.md", ("deployment/env.py",), settings_page),
    Page("commands.md", ("cli/main.py",), commands_page),
    Page("errors.md", ("core/errors.py",), errors_page),
    Page("endpoints.md", ("edge/app.py", "api/urls.py"), endpoints_page),
    Page("events.md", ("outbox/services.py",), events_page),
)


def pages() -> dict[Path, str]:
    """Give every page that can be made, with its text."""
    present = [page for page in PAGES if all((SOURCE / need).exists() for need in page.needs)]
    return {REFERENCE / page.name: MADE + "\n" + page.make() for page in present}


def stale() -> list[str]:
    """Name every page that does not say what the code says, and every page nothing makes any more."""
    made = pages()
    wrong = [path.name for path, text in made.items() if not path.exists() or path.read_text() != text]
    left = [path.name for path in REFERENCE.glob("*.md") if path not in made and MADE in path.read_text()]
    return sorted(wrong + left)


def main() -> int:
    """Write the pages, or with `--check` only name those that are stale."""
    if "django" not in sys.modules:
        os.environ.setdefault("SAYSO_HOME", str(BUILD / "home"))
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sayso.config.settings")
    import django

    django.setup()
    if "--check" in sys.argv[1:]:
        if names := stale():
            say(f"Stale: {', '.join(names)}. Remedy: make docs")
        return 1 if names else 0
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for path, text in pages().items():
        path.write_text(text)
        say(f"docs/reference/{path.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
