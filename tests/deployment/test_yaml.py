"""A brand's files are read strictly, and a wrong one is named."""

from pathlib import Path

import pytest

from sayso.core.errors import Invalid
from sayso.deployment.yaml import LARGEST, read_yaml


@pytest.mark.parametrize(
    "text",
    [
        "- a list",
        "a: &x 1\nb: *x",
        "a: 1\na: 2",
        "a: !!python/object/apply:os.system [ls]",
        "a: [",
        "a: " + "[" * 40 + "]" * 40,
        "a: " + "x" * LARGEST,
        "a: \xff",
    ],
)
def test_what_is_unsafe_or_unclear_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "notice.yaml"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(Invalid) as refused:
        read_yaml(file)
    assert refused.value.code == "invalid_file"
    assert "notice.yaml" in refused.value.detail


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match=r"asks\.yaml"):
        read_yaml(tmp_path / "asks.yaml")


def test_a_table_is_read(tmp_path: Path) -> None:
    file = tmp_path / "brand.yaml"
    file.write_text("brand: linen-and-loom\nsites: [{id: shop}]\n")
    assert read_yaml(file) == {"brand": "linen-and-loom", "sites": [{"id": "shop"}]}
