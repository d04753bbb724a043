"""The one way a brand's YAML is read: safe tags, no aliases, bounded size and depth, no key twice."""

from pathlib import Path
from typing import Any

import yaml

from sayso.core.errors import Invalid

LARGEST = 1_000_000  # bytes
DEEPEST = 32


class _Loader(yaml.SafeLoader):
    """Safe tags only; an alias could unfold into gigabytes, and a key twice hides what was meant."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not read")
        self.depth += 1
        if self.depth > DEEPEST:
            raise yaml.YAMLError(f"it is nested deeper than {DEEPEST}")
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if len(set(map(str, keys))) != len(keys):
            raise yaml.YAMLError("a key stands twice in one table")
        return super().construct_mapping(node, deep)


def read_yaml_bytes(raw: bytes, name: str) -> dict[str, Any]:
    """Read YAML that holds a table; `name` is what the error calls it.

    Raises `Invalid` with code `invalid_file`, naming the place.
    """
    remedy = "Correct the file; the reference shows its form."
    if len(raw) > LARGEST:
        raise Invalid("invalid_file", f"{name} is larger than {LARGEST} bytes.", remedy)
    try:
        value = yaml.load(raw, Loader=_Loader)  # noqa: S506 our loader is a SafeLoader with less
    except (UnicodeDecodeError, yaml.YAMLError) as broken:
        detail = " ".join(str(broken).split())
        raise Invalid("invalid_file", f"{name}: {detail}", remedy) from broken
    if not isinstance(value, dict):
        raise Invalid("invalid_file", f"{name} does not hold a table.", remedy)
    return value


def read_yaml(path: Path) -> dict[str, Any]:
    """Read a YAML file that holds a table.

    Raises `Invalid` with code `invalid_file`, naming file and place.
    """
    try:
        raw = path.read_bytes()
    except OSError as broken:
        detail = " ".join(str(broken).split())
        raise Invalid("invalid_file", f"{path.name}: {detail}", "Check the file.") from broken
    return read_yaml_bytes(raw, path.name)
